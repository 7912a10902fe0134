// SPDX-License-Identifier: BSL-1.0
#include <weft/facts/explain.hpp>

#include "planned.hpp"

#include <weft/facts/cost.hpp>
#include <weft/run/blas.hpp>
#include <weft/run/layout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace weft::ir {
namespace {

std::string scaled(double n, const char* unit) {
  const char* prefix[]{"", "k", "M", "G", "T", "P"};
  int k = 0;
  while (n >= 1000 && k < 5) n /= 1000, k++;
  return n < 10 && k ? fmt::format("{:.2f} {}{}", n, prefix[k], unit) : fmt::format("{:.4g} {}{}", n, prefix[k], unit);
}

struct writer {
  const program_data& p;
  graph_view g;
  const extent_table* extents; ///< none: what depends on them is left out
  int real_size;
  std::vector<std::string> tiles; ///< of each stream: how many tiles its masks leave
  std::string out;

  bool known() const { return extents || all_static(g); }
  extents_of of() const { return extents ? extents->resolver() : static_extents; }

  std::string axes_text(const axes& ax) const {
    std::string s;
    for (axis_ref a : ax) {
      const long n = known() ? of()(a) : a->extent;
      s += fmt::format("{}{}{}", s.empty() ? "" : ", ", a->name, n == unbound ? "" : fmt::format("={}", n));
    }
    return "[" + s + "]";
  }
  std::string name(int i) const {
    const node& x = g[i];
    if (x.op->how == form::input) {
      for (int k = 0; k < g.inputs.size(); k++)
        if (g.inputs[k] == i) return p.inputs[static_cast<std::size_t>(k)];
    }
    if (x.op->how == form::view) return fmt::format("{}({})", x.op->name, name(g.in(i, 0)));
    return fmt::format("%{}", i);
  }
  std::string operations(const step& s) const {
    std::map<std::string, int> count;
    std::vector<std::string> order;
    const region& r = p.plan.regions[s.id];
    for (int k = 0; k < r.passes; k++) {
      const region_pass& pass = p.plan.passes[r.first_pass + k];
      for (int i = 0; i < pass.count; i++) {
        const instruction& x = p.plan.instructions[pass.first + i];
        if (!x.op) continue;
        const std::string n(x.op->name);
        if (!count[n]++) order.push_back(n);
      }
    }
    std::string t;
    for (const std::string& n : order)
      t += fmt::format("{}{}{}", t.empty() ? "" : ", ", n, count[n] > 1 ? fmt::format(" x{}", count[n]) : "");
    return t;
  }
  std::string written(const step& s) const {
    std::string t;
    each_access(
        g, p.plan, s, [](int) {},
        [&](int i) { t += fmt::format("{}%{}{}", t.empty() ? "" : ", ", i, axes_text(g[i].ax)); });
    return t;
  }
  std::string what(const step& s) const {
    if (s.what == step::run_region) {
      const region& r = p.plan.regions[s.id];
      int phases = 0;
      for (int k = 0; k < r.passes; k++) phases += !p.plan.passes[r.first_pass + k].rows;
      return fmt::format("region over {}{}{}: {}", axes_text(r.space),
                         r.reduced.n ? fmt::format(", reduces {}", axes_text(r.reduced)) : "",
                         phases > 1 ? fmt::format(" in {} phases", phases) : "", operations(s));
    }
    if (s.what == step::run_stream) return walk(p.plan.streams[s.id]);
    const node& x = g[s.id];
    std::string operands;
    for (int j = 0; j < x.count; j++) operands += fmt::format("{}{}", j ? ", " : "", name(g.in(x, j)));
    if (s.what == step::run_product)
      return fmt::format("product of {} over {}{}", operands, axes_text(x.at.shape),
                         x.at.value != 1 ? fmt::format(", times {:.6g}", x.at.value) : "");
    return fmt::format("{} of {}", x.op->name, operands);
  }
  std::string walk(const tile_walk& t) const {
    const graph_view tiles = p.plan.graph_of(t.masked);
    int inner = 0, outer = 0;
    for (const node& x : tiles.nodes) inner += x.op->how == form::contract;
    for (const port& x : p.plan.ports_of(t.masked))
      if (x.what == port::add && tiles[x.tile].op->how == form::contract) inner--, outer++;
    return fmt::format("stream over tiles of {} (lanes) and {}{}, space {} walk {}: {} + {} products{}", t.outer->name,
                       t.inner->name, t.loops.n ? fmt::format(" for each {}", axes_text(t.loops)) : "", t.component + 1,
                       t.level + 1, inner, outer, t.masks ? ", skips what its masks rule out" : "");
  }
  double step_flops(const step& s) const {
    if (s.what == step::run_stream) return stream_flops(p.plan, p.plan.streams[s.id], of());
    if (s.what != step::run_region) return flops_of(g, g[s.id], of());
    double n = 0;
    const region& r = p.plan.regions[s.id];
    const double all = static_cast<double>(elements_of(r.space, of())),
                 rows = static_cast<double>(elements_of(r.space.without(r.reduced), of()));
    for (int k = 0; k < r.passes; k++) {
      const region_pass& pass = p.plan.passes[r.first_pass + k];
      for (int i = 0; i < pass.count; i++)
        if (const instruction& x = p.plan.instructions[pass.first + i]; x.op)
          n += x.op->flops * (pass.rows ? rows : all);
    }
    return n;
  }
  /// Who makes it necessary that a value lies in memory.
  std::string reason(int i) const {
    for (int o : g.outputs)
      if (storage_of(g, o) == i) return "it is a result";
    for (const step& s : p.plan.steps) {
      if (s.what == step::run_stream)
        for (const port& x : p.plan.ports_of(p.plan.streams[s.id].masked)) {
          if (storage_of(g, x.node) != i) continue;
          if (x.what == port::keep) return "it is wanted whole, though a stream computes it tile by tile";
          return x.what == port::read ? "a stream reads it" : "a stream gives it";
        }
      if (s.what == step::run_region || s.what == step::run_stream) continue;
      for (int j = 0; j < g[s.id].count; j++)
        if (storage_of(g, g.in(s.id, j)) == i)
          return fmt::format("{} %{} reads it whole", s.what == step::run_product ? "product" : g[s.id].op->name,
                             s.id) +
                 would_stream(i);
    }
    for (int k = 0; k < g.size(); k++)
      if (g[k].op->how == form::view && storage_of(g, k) == i && p.plan.stored[i])
        return fmt::format("{} %{} sees it under other axes", g[k].op->name, k);
    if (g[i].op->how == form::contract || g[i].op->how == form::general)
      return "its step writes it before a region reads it" + would_stream(i);
    return "regions with other spaces or reductions read it";
  }

  /// Of a product that outgrows its operands by two axes, one of each, that are features only because their extents are
  /// static: how to make them span a score space.
  std::string would_stream(int i) const {
    const node& x = g[i];
    if (x.op->how != form::contract) return {};
    const axes &left = g[g.in(x, 0)].ax, &right = g[g.in(x, 1)].ax;
    const auto only_in = [](const axes& one, const axes& other, const axes& of) -> axis_ref {
      for (axis_ref a : of)
        if (one.has(a) && !other.has(a) && a->role == role::feature && a->extent != unbound) return a;
      return nullptr;
    };
    const axis_ref a = only_in(left, right, x.ax), b = only_in(right, left, x.ax);
    if (!a || !b || assumed(x.ax) <= assumed(left) + assumed(right)) return {};
    return fmt::format("; as sequence<\"{}\", {}> and sequence<\"{}\", {}> it would be streamed", a->name, a->extent,
                       b->name, b->extent);
  }

  void steps() {
    const memory_plan memory = known() ? plan_memory(g, p.plan, direct_outputs(g, p.plan), of(), real_size)
                                       : memory_plan{list<long>(g.size(), -1), 0};
    double all_flops = 0;
    long all_bytes = 0;
    int number = 1;
    for (const step& s : p.plan.steps) {
      out += fmt::format("{:4}  {} = {}\n", number++, written(s), what(s));
      if (!known()) continue;
      const double f = step_flops(s);
      const long b = step_bytes(g, p.plan, s, of(), real_size);
      all_flops += f, all_bytes += b;
      std::string where;
      each_access(
          g, p.plan, s, [](int) {},
          [&](int i) {
            where += fmt::format("{}{}", where.empty() ? "" : ", ",
                                 memory.offset[i] < 0 ? "result" : fmt::format("arena +{}", memory.offset[i]));
          });
      out += fmt::format("      {}, {}; to {}\n", scaled(f, "FLOP"), scaled(static_cast<double>(b), "B"), where);
      if (s.what == step::run_stream && !tiles.empty()) out += tiles[static_cast<std::size_t>(s.id)];
    }
    if (known())
      out += fmt::format("in all {}, {} moved; arena {}\n", scaled(all_flops, "FLOP"),
                         scaled(static_cast<double>(all_bytes), "B"), scaled(static_cast<double>(memory.peak), "B"));
    else out += "extents are bound by each call: explain(arguments...) adds FLOPs, bytes and places\n";
  }
  void decisions() {
    out += "stored between steps:\n";
    bool none = true;
    for (int i = 0; i < g.size(); i++)
      if (p.plan.stored[i]) out += fmt::format("  %{}{}: {}\n", i, axes_text(g[i].ax), reason(i)), none = false;
    if (none) out += "  nothing\n";
    std::string kept;
    each_saved(g, p.plan,
               [&](int i) { kept += fmt::format("{}%{}{}", kept.empty() ? "" : ", ", i, axes_text(g[i].ax)); });
    if (!kept.empty()) {
      out += fmt::format("kept for derivatives: {}", kept);
      if (known())
        out += fmt::format(", {}", scaled(static_cast<double>(saved_bytes(g, p.plan, of(), real_size)), "B"));
      out += "\n";
    }
    const auto have = [&](auto what) {
      return std::any_of(p.plan.steps.begin(), p.plan.steps.end(), [&](const step& s) { return s.what == what; });
    };
    const std::string blas = fmt::format("OpenBLAS ({} kernels)", blas_core());
    if (have(step::run_stream))
      out += fmt::format("products of streams run on {}\n", uses_blas_tiles() ? blas : "weft's tile kernels");
    if (have(step::run_product)) out += fmt::format("products that are steps run on {}\n", blas);
  }
};

/// Of each stream with masks of inputs and indices: the tiles that they leave. No other value is looked at.
template <class T> std::vector<std::string> masked_tiles(const program_data& p, const extent_table& extents,
                                                         const std::vector<tensor_ref>& inputs) {
  planned x;
  x.extents = extents, x.inputs = inputs;
  for (int o : p.lowered.outputs) {
    tensor_ref t;
    t.type = lane_dtype<T>(p.lowered[o].k), t.ax = p.lowered[o].ax;
    extents.fill(t.ax, t.extent);
    x.outputs.push_back(weft::layout::dense(t));
  }
  plan_steps<T>(p, x);
  for (int i = 0; i < p.lowered.inputs.size(); i++)
    x.storage[static_cast<std::size_t>(p.lowered.inputs[i])] = inputs[static_cast<std::size_t>(i)].data;
  std::vector<std::string> all(static_cast<std::size_t>(p.plan.streams.size()));
  for (int k = 0; k < p.plan.steps.size(); k++) {
    const step& s = p.plan.steps[k];
    if (s.what != step::run_stream) continue;
    stream_call& c = x.streams[static_cast<std::size_t>(k)];
    if (c.masks.empty() || !is_countable(p.lowered, c)) continue;
    const tile_counts n = count_tiles<T>(c, p.plan, x.storage.data());
    all[static_cast<std::size_t>(s.id)] = fmt::format("      tiles of {} x {}: {} kept, {} partial, {} skipped\n",
                                                      c.width, c.rows, n.kept, n.partial, n.skipped);
  }
  return all;
}
} // namespace

std::string explain(const program_data& p, const std::vector<tensor_ref>* inputs, int real_size) {
  std::unique_ptr<extent_table> extents;
  if (inputs) {
    extents = std::make_unique<extent_table>(p, *inputs);
    (void)is_double(p, *inputs, {}); // refuses two precisions
    check_sizes(p, *extents, real_size);
  }
  writer w{p, p.lowered, extents.get(), real_size, {}, {}};
  if (inputs)
    w.tiles = real_size == sizeof(float) ? masked_tiles<float>(p, *extents, *inputs)
                                         : masked_tiles<double>(p, *extents, *inputs);
  w.out = fmt::format("{} steps from {} traced nodes ({} after the passes)\n", p.plan.steps.size(), p.source.size(),
                      p.lowered.size());
  w.steps();
  w.decisions();
  return w.out;
}

bool materializes(const program_data& p, axis_ref a, axis_ref b) { return materializes(p.lowered, p.plan, a, b); }
} // namespace weft::ir
