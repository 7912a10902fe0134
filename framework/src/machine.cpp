// SPDX-License-Identifier: BSL-1.0
#include "arena.hpp"
#include "carver.hpp"
#include "forms.hpp"
#include "nan.hpp"
#include "planned.hpp"
#include "reference.hpp"

#include <weft/kernel/general.hpp>
#include <weft/passes/memory.hpp>
#include <weft/run/blas.hpp>
#include <weft/run/copy.hpp>
#include <weft/run/layout.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace weft::ir {

struct machine::state {
  const program_data& data;
  policy how;
  bool looks_for_nan = false;
  bool runs_again = false; ///< so that it is worth recording what runs do
  arena values, scratch;
  std::vector<std::unique_ptr<planned>> plans; ///< the latest first

  state(const program_data& d, policy p) : data(d), how(p) {}

  /// The plan for these tensors, made now if none of the last few fits.
  planned& plan(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) {
    for (std::size_t k = 0; k < plans.size(); k++)
      if (same_form(plans[k]->inputs, inputs) && same_form(plans[k]->outputs, outputs)) {
        std::rotate(plans.begin(), plans.begin() + static_cast<long>(k), plans.begin() + static_cast<long>(k) + 1);
        return *plans[0];
      }
    auto p = std::make_unique<planned>();
    p->extents = extent_table(data, inputs);
    check_outputs(p->extents, outputs);
    p->inputs = inputs, p->outputs = outputs;
    p->is_double = ir::is_double(data, inputs, outputs);
    if (!p->is_double) check_countable(data.source, p->extents);
    if (how != policy::reference) {
      if (p->is_double) plan_steps<double>(data, *p);
      else plan_steps<float>(data, *p);
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
      if (!t.unset() && x.k == integer && t.type == dtype::boolean)
        throw error(fmt::format("output {}: expected integer values (int32 or int64), got bool", k));
      bool fits = t.ax.matches(x.ax);
      for (int j = 0; j < t.ax.n && fits; j++) fits = t.extent[j] == extents.of(x.ax[x.ax.find(t.ax[j])]);
      if (fits && !keeps_apart(t))
        throw error(fmt::format("output {}: the strides [{}] of {} let elements share memory; give each its own place",
                                k, fmt::join(t.stride, t.stride + t.ax.n, ", "), shape_text(t)));
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
    if (const int n = default_pool().threads(); p.workers != n) {
      p.workers = n;
      for (stream_call& c : p.streams) add_workers(c, n);
      if (runs_again && how != policy::reference) make_room_to_record(data.plan, p);
    }
    values.reserve(p.arena_bytes + 64);
    scratch.reserve(p.shared_bytes + p.worker_bytes * p.workers + 64);
  }

  /// Begins a run of a plan: whether what it has to do is on record.
  bool begin_run(planned& p, const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) {
    if (how == policy::reference) return false;
    reserve(p);
    return !looks_for_nan && p.record.begin_run([&](auto place) {
      for (const auto* list : {&inputs, &outputs})
        for (const tensor_ref& t : *list) place(t.data);
      place(values.data()), place(scratch.data());
    });
  }
  template <class T> void execute(planned& p, const std::vector<tensor_ref>& inputs,
                                  const std::vector<tensor_ref>& outputs) {
    const graph_view g = data.lowered;
    const plan_view& plan = data.plan;
    tape* const onto = looks_for_nan ? nullptr : p.record.recording();
    const crew threads{default_pool(), p.workers};
    char* memory = values.data();
    char* work = scratch.data();
    char* worker_scratch = work + p.shared_bytes;
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
      else run_step<T>(p, c.first, kernels, work, worker_scratch, threads, onto);
      if (looks_for_nan)
        for (int s = c.first; s < c.first + c.steps; s++)
          each_access(g, plan, plan.steps[s], [](int) {}, [&](int i) { check_values<T>(p, i, inputs); });
    }
    for (int k : p.copies)
      act(onto, [from = reference_to(data, p, g.outputs[k]), to = outputs[static_cast<std::size_t>(k)]] {
        convert_to(from, to);
      });
    if (looks_for_nan) // also in results that are inputs
      for (int o : g.outputs) check_values<T>(p, o, inputs);
    if (onto) onto->finish();
  }
  template <class T> T* element(const planned& p, int n) const {
    return static_cast<T*>(p.storage[static_cast<std::size_t>(p.memory[static_cast<std::size_t>(n)].storage)]);
  }
  template <class T> void run_step(planned& p, int s, const region_kernel<T>* kernels, char* work, char* worker_scratch,
                                   crew threads, tape* onto) {
    const graph_view g = data.lowered;
    const step& x = data.plan.steps[s];
    if (x.what == step::run_region) {
      tape* const own =
          onto || p.region_tapes.empty() ? nullptr : p.region_tapes[static_cast<std::size_t>(s)].find(worker_scratch);
      if (own && own->is_complete()) return own->run();
      run_region<T>(p.regions[static_cast<std::size_t>(s)], data.plan, kernels, p.storage.data(), worker_scratch,
                    threads, own ? own : onto);
      if (own) own->finish();
    } else if (x.what == step::run_stream)
      run_stream<T>(p.streams[static_cast<std::size_t>(s)], data.plan, kernels, p.storage.data(), work, worker_scratch,
                    p.worker_bytes, threads, onto);
    else if (x.what == step::run_product) {
      const product_call& product = p.products[static_cast<std::size_t>(s)];
      with_packed<T>(p, x.id, product, {}, nullptr, work,
                     [&](const T* a, const T* b, T* c) { run_product(product, a, b, c, threads); });
    } else {
      for (int j = 0; j < g[x.id].count; j++) {
        tensor_ref& in = p.general_in[static_cast<std::size_t>(j)] = reference_to(data, p, g.in(x.id, j));
        if (const long bytes = converted_bytes<T>(data, p, g.in(x.id, j))) {
          tensor_ref copy = weft::layout::dense(in);
          copy.type = lane_dtype<T>(integer), copy.data = work;
          convert_to(in, copy);
          in = copy, work += bytes;
        }
      }
      g[x.id].op->run({g[x.id], p.general_in.data(), reference_to(data, p, x.id), p.extents.resolver()});
    }
  }
  template <class T> void run_chain(const planned& p, const planned::chain_call& call, const region_kernel<T>* kernels,
                                    char* worker_scratch, crew threads) {
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
      tensor_ref whole = reference_to(data, p, n), part = whole, copy;
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
      pack += whole_lines(bytes);
      return static_cast<T*>(copy.data);
    };
    const T* a = c.pack_a ? take(g.in(i, 0), c.a, c.pack_a_bytes) : element<T>(p, g.in(i, 0));
    const T* b = c.pack_b ? take(g.in(i, 1), c.b, c.pack_b_bytes) : element<T>(p, g.in(i, 1));
    if (!c.pack_c) return run(a, b, element<T>(p, i));
    const auto [part, copy] = pair(i, c.c);
    run(a, b, static_cast<T*>(copy.data));
    copy_to(copy, part);
  }
  /// The plan merges and reorders what was written, and an input is no step of it: where it has met a NaN, the graph as
  /// it was traced says which came first.
  template <class T> void check_values(const planned& p, int i, const std::vector<tensor_ref>& inputs) const {
    const node& x = data.lowered[i];
    const tensor_ref values = reference_to(data, p, i);
    const std::vector<long> met = nans_in(values, 1);
    if (met.empty()) return;
    const std::string first = nan_of_reference<T>(data, p.extents, inputs);
    throw error(
        "NaN: the first is in " +
        (first.empty() ? element_text(x.op->name, values, met[0], x.where) + ", where the plan met it" : first));
  }
  template <class T> void run_plainly(const planned& p, const std::vector<tensor_ref>& inputs,
                                      const std::vector<tensor_ref>& outputs) {
    run_reference<T>(data, p.extents, inputs, outputs);
    if (!looks_for_nan) return;
    if (const std::string first = nan_of_reference<T>(data, p.extents, inputs); !first.empty())
      throw error("NaN: the first is in " + first);
  }
};

machine::machine(const program_data& data, policy how, instruction_set) : s_(std::make_unique<state>(data, how)) {}
machine::~machine() = default;
machine::machine(machine&&) noexcept = default;
machine& machine::operator=(machine&&) noexcept = default;

machine::state& machine::own() const {
  if (!s_) throw error("a runner that was moved from can't be used; use the one that it was moved to");
  return *s_;
}
void machine::shapes(const std::vector<tensor_ref>& inputs, std::vector<tensor_ref>& outputs) {
  const extent_table extents(own().data, inputs);
  is_double(own().data, inputs, outputs);
  const graph_view g = own().data.source;
  outputs.resize(static_cast<std::size_t>(g.outputs.size()));
  for (int k = 0; k < g.outputs.size(); k++) {
    tensor_ref& t = outputs[static_cast<std::size_t>(k)];
    t.ax = g[g.outputs[k]].ax;
    extents.fill(t.ax, t.extent);
  }
}
void machine::plan(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) {
  own().runs_again = true;
  own().reserve(own().plan(inputs, outputs));
}
bool machine::fits(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) const {
  return own().fits(inputs, outputs);
}
void machine::run(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs, bool same_forms) {
  planned& p = same_forms ? *own().plans[0] : own().plan(inputs, outputs);
  if (own().begin_run(p, inputs, outputs)) return p.record.run(); // on tensors that did not overlap then
  own().check_overlap(inputs, outputs);
  if (own().how == policy::reference) {
    if (p.is_double) own().run_plainly<double>(p, inputs, outputs);
    else own().run_plainly<float>(p, inputs, outputs);
  } else if (p.is_double) own().execute<double>(p, inputs, outputs);
  else own().execute<float>(p, inputs, outputs);
}
bool machine::recorded() const { return !own().plans.empty() && own().plans[0]->record.is_complete(); }
long machine::arena_bytes() const { return own().plans.empty() ? 0 : own().plans[0]->arena_bytes; }
long machine::scratch_bytes() const {
  return own().plans.empty() ? 0
                             : own().plans[0]->shared_bytes + own().plans[0]->worker_bytes * own().plans[0]->workers;
}
tile_counts machine::tiles() const {
  tile_counts all;
  if (!own().plans.empty())
    for (const stream_call& c : own().plans[0]->streams) all += tiles_of(c);
  return all;
}
void machine::check_nan(bool on) { own().looks_for_nan = on; }
} // namespace weft::ir
