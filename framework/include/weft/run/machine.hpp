// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/kernel/lane_call.hpp>
#include <weft/passes/plan.hpp>
#include <weft/run/tensor_ref.hpp>

#include <memory>
#include <string>
#include <vector>

/// What executes programs: plain functions over plan data, compiled once in the library.
namespace weft {

/// The three ways to run one graph.
enum class policy {
  reference,   ///< the untouched graph, one plain loop a node: slow and obviously right
  interpreted, ///< the plan; regions run op by op on blocks of packets
  compiled     ///< the plan; regions run as generated kernels
};

/// Tiles of score spaces, by what their masks do.
struct tile_counts {
  long kept = 0;    ///< no mask touches them
  long partial = 0; ///< masked in part, as far as ranges tell
  long skipped = 0; ///< nothing of them is computed
  constexpr tile_counts& operator+=(const tile_counts& o) {
    kept += o.kept, partial += o.partial, skipped += o.skipped;
    return *this;
  }
};

namespace ir {
/// An object of this type stands in the signature of every function that packets cross, and the packet's width in the
/// name of its namespace: objects made for different instruction sets fail to link instead of mixing.
#if defined(__AVX512F__)
inline namespace packets_of_64_bytes {
#elif defined(__AVX__)
inline namespace packets_of_32_bytes {
#else
inline namespace packets_of_16_bytes {
#endif
struct instruction_set {};
}

/// All that a program is while it runs. The views are of constants (or of what a run-time program owns).
struct program_data {
  graph_view source;  ///< as it was traced: the reference runs it
  graph_view lowered; ///< what the passes left: the plan is of this
  plan_view plan;
  const region_kernel<float>* f32 = nullptr; ///< a kernel for each pass, or none
  const region_kernel<double>* f64 = nullptr;
  std::vector<std::string> inputs; ///< the names of the inputs
};

/// Runs one program again and again: owns the arena and the plans of the last few sets of extents. For one thread at a
/// time. A run whose extents have been seen allocates nothing.
class machine {
public:
  machine(const program_data& data, policy how, instruction_set = {});
  ~machine();
  machine(machine&&) noexcept;
  machine& operator=(machine&&) noexcept;

  /// Throws where it was moved from.
  void refuse_moved() const { own(); }
  /// Checks the inputs; gives the axes' extents to the outputs (their data is not touched).
  void shapes(const std::vector<tensor_ref>& inputs, std::vector<tensor_ref>& outputs);
  /// Plans for these tensors, so that the first run allocates nothing; and expects many runs, to record small ones.
  void plan(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs);
  /// Whether they have been planned for.
  bool fits(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs) const;
  /// inputs and outputs: one each, in order. Throws `error` on tensors that don't fit; with `same_forms` the caller
  /// knows that they have those of the last call of `plan` or `run`, which returned, and this is not looked at again.
  void run(const std::vector<tensor_ref>& inputs, const std::vector<tensor_ref>& outputs, bool same_forms = false);
  /// Whether the next run with the tensors of the last one is done from a record of what that one did: where runs are
  /// of few calls, in one thread.
  bool recorded() const;
  /// Bytes of the arena and of the scratch of all threads, for the extents last used.
  long arena_bytes() const;
  long scratch_bytes() const;
  /// Of all walks of the last run.
  tile_counts tiles() const;
  /// Looks for NaNs after each step of the plan, and throws an error that names where the first comes from in the graph
  /// as it was traced: node and indices.
  void check_nan(bool on);

private:
  struct state;
  std::unique_ptr<state> s_;
  state& own() const;
};
} // namespace ir
} // namespace weft
