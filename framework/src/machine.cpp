// SPDX-License-Identifier: BSL-1.0
#include "product.hpp"
#include "reference.hpp"
#include "walk_region.hpp"

#include <weft/kernel/general.hpp>
#include <weft/passes/memory.hpp>
#include <weft/run/blas.hpp>
#include <weft/run/copy.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <new>

namespace weft::ir {
namespace {

/// 64-byte aligned memory, never shrinking.
class arena {
  struct free_memory {
    void operator()(char* p) const { ::operator delete(p, std::align_val_t(64)); }
  };
  std::unique_ptr<char, free_memory> memory_;
  long size_ = 0;

public:
  char* reserve(long n) {
    if (n > size_)
      memory_.reset(static_cast<char*>(::operator new(static_cast<std::size_t>(n), std::align_val_t(64)))), size_ = n;
    return memory_.get();
  }
  char* data() const { return memory_.get(); }
  long size() const { return size_; }
};

bool same_form(const tensor_ref& a, const tensor_ref& b) {
  if (a.type != b.type || !(a.ax == b.ax)) return false;
  for (int i = 0; i < a.ax.n; i++)
    if (a.extent[i] != b.extent[i] || a.stride[i] != b.stride[i]) return false;
  return true;
}
bool same_form(const std::vector<tensor_ref>& a, const std::vector<tensor_ref>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); i++)
    if (!same_form(a[i], b[i])) return false;
  return true;
}

/// The bytes from the first to past the last element of a tensor.
std::pair<const char*, const char*> memory_of(const tensor_ref& t) {
  long low = 0, high = 0;
  for (int i = 0; i < t.ax.n; i++) {
    if (t.extent[i] == 0) return {nullptr, nullptr};
    (t.stride[i] < 0 ? low : high) += (t.extent[i] - 1) * t.stride[i];
  }
  const long size = static_cast<long>(size_of(t.type));
  const char* p = static_cast<const char*>(t.data);
  return {p + low * size, p + (high + 1) * size};
}
bool overlap(const tensor_ref& a, const tensor_ref& b) {
  const auto [a0, a1] = memory_of(a);
  const auto [b0, b1] = memory_of(b);
  return a0 && b0 && a0 < b1 && b0 < a1;
}

/// A program planned for the forms (types, extents, strides) of one set of tensors.
struct planned {
  std::vector<tensor_ref> inputs, outputs; ///< the forms; their data is not looked at
  extent_table extents;
  bool is_double = false;
  std::vector<region_memory> memory; ///< of each node: where its values are
  std::vector<long> arena_offset;    ///< of each node, -1 if it is elsewhere
  std::vector<int> external_output;  ///< of each node: the output whose memory it writes directly, or -1
  struct chain_call {
    chain what;
    long extent[max_rank]{}, total = 1;
  };
  std::vector<chain_call> chains;
  std::vector<region_call> regions; ///< of each step that is one
  std::vector<product_call> products;
  std::vector<void*> storage;         ///< of each node, set for each run
  std::vector<int> copies;            ///< outputs that are copied at the end
  std::vector<tensor_ref> general_in; ///< room for the operands of general ops
  long arena_bytes = 0, worker_bytes = 0, pack_bytes = 0;
  int workers = 1;
};
} // namespace

struct machine::state {
  const program_data& data;
  policy how;
  bool looks_for_nan = false;
  arena values, scratch;
  std::vector<std::unique_ptr<planned>> plans; ///< the latest first
  std::vector<tensor_ref> spare;

  state(const program_data& d, policy p) : data(d), how(p) {}

  tensor_ref reference_to(const planned& p, int i) const {
    const region_memory& m = p.memory[static_cast<std::size_t>(i)];
    tensor_ref t;
    t.type = m.type, t.ax = data.lowered[i].ax;
    p.extents.fill(t.ax, t.extent);
    std::copy_n(m.strides.stride, max_rank, t.stride);
    t.data = static_cast<char*>(p.storage[static_cast<std::size_t>(m.storage)]) +
             m.offset * static_cast<long>(size_of(m.type));
    return t;
  }

  template <class T> void plan_for(planned& p) {
    const graph_view g = data.lowered;
    const plan_view& plan = data.plan;
    const auto n = static_cast<std::size_t>(g.size());
    p.memory.resize(n), p.arena_offset.assign(n, -1), p.external_output.assign(n, -1), p.storage.assign(n, nullptr);
    const list<int> direct = direct_outputs(g, plan);
    for (int i = 0; i < g.size(); i++) p.external_output[static_cast<std::size_t>(i)] = direct[i];
    for (int k = 0; k < g.outputs.size(); k++) {
      const int o = g.outputs[k];
      if (direct[o] != k) p.copies.push_back(k);
      else if (p.outputs[static_cast<std::size_t>(k)].type != dtype_of<T>)
        throw error(fmt::format("output {}: expected {} values, like the inputs, got {}", k, name_of(dtype_of<T>),
                                name_of(p.outputs[static_cast<std::size_t>(k)].type)));
    }
    std::size_t next_input = 0;
    for (int i = 0; i < g.size(); i++) {
      region_memory& m = p.memory[static_cast<std::size_t>(i)];
      m.storage = i, m.type = lane_dtype<T>(g[i].k);
      if (g[i].op->how == form::input) {
        const tensor_ref& t = p.inputs[next_input++];
        m.type = t.type, m.strides = layout_of(t, g[i].ax);
      } else if (g[i].op->how == form::view) {
        const int o = g.in(i, 0);
        m = p.memory[static_cast<std::size_t>(o)];
        m.strides.offset = m.offset;
        m.strides = g[i].op->view(m.strides, g[o].ax, g[i]);
        m.offset = m.strides.offset;
        if (plan.stored[storage_of(g, i)] || g[storage_of(g, i)].op->how == form::input) check_view(p, i);
      } else if (const int k = p.external_output[static_cast<std::size_t>(i)]; k >= 0)
        m.strides = layout_of(p.outputs[static_cast<std::size_t>(k)], g[i].ax);
      else if (plan.stored[i]) m.strides = dense_layout(g[i].ax, plan.order[i], p.extents);
    }
    const memory_plan placed = plan_memory(g, plan, direct, p.extents.resolver(), sizeof(T));
    for (std::size_t i = 0; i < n; i++) p.arena_offset[i] = placed.offset[static_cast<int>(i)];
    p.arena_bytes = placed.peak;
    std::size_t most_operands = 1;
    for (const chain& c : find_chains(g, plan, p.extents.resolver())) {
      p.chains.push_back({c, {}, 1});
      for (int i = 0; i < c.shared.n; i++)
        p.chains.back().total *= p.chains.back().extent[i] = p.extents.of(c.shared[i]);
      for (int k = c.first; k < c.first + c.steps; k++) {
        const step& s = plan.steps[k];
        p.regions.emplace_back(), p.products.emplace_back();
        if (s.what == step::run_region) {
          const auto where = [&](int i) { return p.memory[static_cast<std::size_t>(i)]; };
          p.regions.back() = prepare_region<T>(g, plan, plan.regions[s.id], c.shared, p.extents, where);
          p.worker_bytes = std::max(p.worker_bytes, p.regions.back().scratch_bytes);
        } else if (s.what == step::run_product) {
          p.products.back() = prepared<T>(p, s.id, c.shared);
          const product_call& call = p.products.back();
          long& bytes = c.shared.n ? p.worker_bytes : p.pack_bytes; // in a chain each worker packs for itself
          bytes = std::max(bytes, call.pack_a_bytes + call.pack_b_bytes + call.pack_c_bytes + 192);
        } else most_operands = std::max(most_operands, static_cast<std::size_t>(g[s.id].count));
      }
    }
    p.general_in.resize(most_operands);
  }
  template <class T> product_call prepared(const planned& p, int i, const axes& chain) const {
    const graph_view g = data.lowered;
    const auto placed_at = [&](int n) {
      const region_memory& m = p.memory[static_cast<std::size_t>(n)];
      layout l = m.strides;
      l.offset = m.offset;
      return l;
    };
    return prepare_product(g, i, chain, placed_at(g.in(i, 0)), placed_at(g.in(i, 1)), placed_at(i), p.extents,
                           sizeof(T));
  }
  /// A view must lie inside what it is a view of.
  void check_view(const planned& p, int i) const {
    const graph_view g = data.lowered;
    const node& x = g[i];
    if (!x.at.axis || !x.at.to) return;
    const int o = g.in(i, 0);
    const long whole = p.extents.of(g[o].ax[g[o].ax.find(x.at.axis)]), part = p.extents.of(x.at.to);
    if (x.at.start + part > whole)
      throw error(fmt::format("{}: [{}, {}) of axis {} reaches beyond its extent {}", x.op->name, x.at.start,
                              x.at.start + part, x.at.axis->name, whole));
  }

  /// The plan for these tensors, made now if none of the last few fits.
  planned& plan(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) {
    for (std::size_t k = 0; k < plans.size(); k++)
      if (same_form(plans[k]->inputs, inputs) && same_form(plans[k]->outputs, outputs)) {
        if (k) std::swap(plans[0], plans[k]);
        return *plans[0];
      }
    auto p = std::make_unique<planned>();
    p->extents = extent_table(data, inputs);
    check_outputs(p->extents, outputs);
    p->inputs = inputs, p->outputs = outputs;
    p->is_double = ir::is_double(data, inputs, outputs);
    if (how != policy::reference) {
      if (p->is_double) plan_for<double>(*p);
      else plan_for<float>(*p);
    }
    plans.insert(plans.begin(), std::move(p));
    if (plans.size() > 4) plans.pop_back();
    return *plans[0];
  }
  void check_outputs(const extent_table& extents, const std::vector<tensor_ref>& outputs) const {
    const graph_view g = data.source;
    if (static_cast<int>(outputs.size()) != g.outputs.size())
      throw error(fmt::format("the program gives {} tensors, not {}", g.outputs.size(), outputs.size()));
    for (int k = 0; k < g.outputs.size(); k++) {
      const node& x = g[g.outputs[k]];
      const tensor_ref& t = outputs[static_cast<std::size_t>(k)];
      bool fits = t.ax.matches(x.ax);
      for (int j = 0; j < t.ax.n && fits; j++) fits = t.extent[j] == extents.of(t.ax[j]);
      if (fits && !t.unset()) continue;
      tensor_ref want;
      want.ax = x.ax;
      extents.fill(x.ax, want.extent);
      throw error(fmt::format("output {}: expected a tensor {}, got {}", k, shape_text(want), shape_text(t)));
    }
  }
  void check_overlap(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) const {
    for (std::size_t k = 0; k < outputs.size(); k++) {
      for (std::size_t i = 0; i < inputs.size(); i++)
        if (overlap(outputs[k], inputs[i]))
          throw error(
              fmt::format("output {} overlaps the memory of input {}; give it memory of its own", k, data.inputs[i]));
      for (std::size_t i = 0; i < k; i++)
        if (overlap(outputs[k], outputs[i]))
          throw error(fmt::format("output {} overlaps output {}; give each memory of its own", k, i));
    }
  }

  bool fits(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) const {
    for (const auto& p : plans)
      if (same_form(p->inputs, inputs) && same_form(p->outputs, outputs)) return true;
    return false;
  }
  void reserve(planned& p) {
    p.workers = default_pool().threads();
    values.reserve(p.arena_bytes + 64);
    scratch.reserve(p.pack_bytes + p.worker_bytes * p.workers + 64);
  }

  template <class T> void execute(planned& p, const std::vector<tensor_ref>& inputs,
                                  const std::vector<tensor_ref>& outputs) {
    const graph_view g = data.lowered;
    const plan_view& plan = data.plan;
    pool& threads = default_pool();
    reserve(p);
    char* memory = values.data();
    char* work = scratch.data();
    char* worker_scratch = work + (p.pack_bytes + 63) / 64 * 64;
    for (std::size_t i = 0; i < p.storage.size(); i++)
      if (p.arena_offset[i] >= 0) p.storage[i] = memory + p.arena_offset[i];
      else if (p.external_output[i] >= 0) p.storage[i] = outputs[static_cast<std::size_t>(p.external_output[i])].data;
    for (int i = 0; i < g.inputs.size(); i++)
      p.storage[static_cast<std::size_t>(g.inputs[i])] = inputs[static_cast<std::size_t>(i)].data;
    const region_kernel<T>* kernels = nullptr;
    if (how == policy::compiled) {
      if constexpr (sizeof(T) == 4) kernels = data.f32;
      else kernels = data.f64;
    }
    const single_threaded_blas one_thread;
    for (const planned::chain_call& call : p.chains) {
      const chain& c = call.what;
      if (call.total > 1) run_chain<T>(p, call, kernels, worker_scratch, threads);
      else run_step<T>(p, c.first, kernels, work, worker_scratch, threads);
      if (looks_for_nan)
        for (int s = c.first; s < c.first + c.steps; s++)
          each_access(g, plan, plan.steps[s], [](int) {}, [&](int i) { check_values(reference_to(p, i), g[i]); });
    }
    for (int k : p.copies) finish_output(p, k, outputs[static_cast<std::size_t>(k)]);
  }
  template <class T> T* element(const planned& p, int n) const {
    return static_cast<T*>(p.storage[static_cast<std::size_t>(p.memory[static_cast<std::size_t>(n)].storage)]);
  }
  template <class T> void run_step(planned& p, int s, const region_kernel<T>* kernels, char* work, char* worker_scratch,
                                   pool& threads) {
    const graph_view g = data.lowered;
    const step& x = data.plan.steps[s];
    if (x.what == step::run_region)
      run_region<T>(p.regions[static_cast<std::size_t>(s)], data.plan, kernels, p.storage.data(), worker_scratch,
                    threads);
    else if (x.what == step::run_product) {
      const product_call& product = p.products[static_cast<std::size_t>(s)];
      with_packed<T>(p, x.id, product, {}, nullptr, work,
                     [&](const T* a, const T* b, T* c) { run_product(product, a, b, c, threads); });
    } else {
      for (int j = 0; j < g[x.id].count; j++)
        p.general_in[static_cast<std::size_t>(j)] = reference_to(p, g.in(x.id, j));
      g[x.id].op->run({g[x.id], p.general_in.data(), reference_to(p, x.id)});
    }
  }
  template <class T> void run_chain(const planned& p, const planned::chain_call& call, const region_kernel<T>* kernels,
                                    char* worker_scratch, pool& threads) {
    const chain& c = call.what;
    threads.run(call.total, [&](long task, int worker) {
      long at[max_rank]{};
      for (int i = c.shared.n; i-- > 0; task /= call.extent[i]) at[i] = task % call.extent[i];
      char* scratch_of_mine = worker_scratch + worker * p.worker_bytes;
      for (int s = c.first; s < c.first + c.steps; s++) {
        const step& x = data.plan.steps[s];
        if (x.what == step::run_region)
          run_region_at<T>(p.regions[static_cast<std::size_t>(s)], at, data.plan, kernels, p.storage.data(),
                           scratch_of_mine);
        else {
          const product_call& product = p.products[static_cast<std::size_t>(s)];
          with_packed<T>(p, x.id, product, c.shared, at, scratch_of_mine,
                         [&](const T* a, const T* b, T* out) { run_product_at(product, at, a, b, out); });
        }
      }
    });
  }
  /// Calls run(a, b, c) with the memory of a product's operands and result, of packed copies where BLAS can't use them
  /// as they lie. In a chain the copies are of the part at the chain's coordinates.
  template <class T, class Run>
  void with_packed(const planned& p, int i, const product_call& c, const axes& chained, const long* at, char* pack,
                   Run run) const {
    const graph_view g = data.lowered;
    const auto pair = [&](int n, const layout& l) {
      tensor_ref whole = reference_to(p, n), part = whole, copy;
      part.ax = {};
      for (int k = 0; k < whole.ax.n; k++)
        if (const int j = chained.find(whole.ax[k]); j >= 0)
          part.data = static_cast<char*>(part.data) + at[j] * whole.stride[k] * static_cast<long>(sizeof(T));
        else
          part.extent[part.ax.n] = whole.extent[k], part.stride[part.ax.n] = whole.stride[k], part.ax.add(whole.ax[k]);
      copy = part;
      for (int k = 0; k < part.ax.n; k++) copy.stride[k] = l.stride[g[n].ax.find(part.ax[k])];
      copy.data = pack;
      return std::pair(part, copy);
    };
    const auto take = [&](int n, const layout& l, long bytes) {
      const auto [part, copy] = pair(n, l);
      copy_to(part, copy);
      pack += (bytes + 63) / 64 * 64;
      return static_cast<T*>(copy.data);
    };
    const T* a = c.pack_a ? take(g.in(i, 0), c.a, c.pack_a_bytes) : element<T>(p, g.in(i, 0));
    const T* b = c.pack_b ? take(g.in(i, 1), c.b, c.pack_b_bytes) : element<T>(p, g.in(i, 1));
    if (!c.pack_c) return run(a, b, element<T>(p, i));
    const auto [part, copy] = pair(i, c.c);
    run(a, b, static_cast<T*>(copy.data));
    copy_to(copy, part);
  }
  void finish_output(const planned& p, int k, const tensor_ref& to) const {
    const tensor_ref from = reference_to(p, data.lowered.outputs[k]);
    if (from.type == dtype::int64 && to.type == dtype::int32) take_input(from, to);
    else copy_to(from, to);
  }
  static void check_values(const tensor_ref& t, const node& x) {
    if (x.k != real) return;
    with_type(t.type, [&](auto zero) {
      using S = decltype(zero);
      const strides_along at(t, t.ax);
      each_index(t.extent, t.ax.n, [&](const long* i) {
        if (!std::isnan(static_cast<double>(elements<S>(t)[at(i)]))) return;
        std::string where;
        for (int k = 0; k < t.ax.n; k++) where += fmt::format("{}{}={}", k ? ", " : "", t.ax[k]->name, i[k]);
        throw error(
            fmt::format("NaN: the first is in {} [{}] at {}:{}", x.op->name, where, x.where.file, x.where.line));
      });
    });
  }
};

machine::machine(const program_data& data, policy how, instruction_set) : s_(std::make_unique<state>(data, how)) {}
machine::~machine() = default;
machine::machine(machine&&) noexcept = default;
machine& machine::operator=(machine&&) noexcept = default;

void machine::shapes(const std::vector<tensor_ref>& inputs, std::vector<tensor_ref>& outputs) {
  const extent_table extents(s_->data, inputs);
  is_double(s_->data, inputs, outputs);
  const graph_view g = s_->data.source;
  outputs.resize(static_cast<std::size_t>(g.outputs.size()));
  for (int k = 0; k < g.outputs.size(); k++) {
    tensor_ref& t = outputs[static_cast<std::size_t>(k)];
    t.ax = g[g.outputs[k]].ax;
    extents.fill(t.ax, t.extent);
  }
}
void machine::plan(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) {
  s_->reserve(s_->plan(inputs, outputs));
}
bool machine::fits(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) const {
  return s_->fits(inputs, outputs);
}
void machine::run(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) {
  planned& p = s_->plan(inputs, outputs);
  s_->check_overlap(inputs, outputs);
  if (s_->how == policy::reference) {
    if (p.is_double) run_reference<double>(s_->data, p.extents, inputs, outputs);
    else run_reference<float>(s_->data, p.extents, inputs, outputs);
  } else if (p.is_double) s_->execute<double>(p, inputs, outputs);
  else s_->execute<float>(p, inputs, outputs);
}
long machine::arena_bytes() const { return s_->plans.empty() ? 0 : s_->plans[0]->arena_bytes; }
long machine::scratch_bytes() const {
  return s_->plans.empty() ? 0 : s_->plans[0]->pack_bytes + s_->plans[0]->worker_bytes * s_->plans[0]->workers;
}
void machine::check_nan(bool on) { s_->looks_for_nan = on; }
} // namespace weft::ir
