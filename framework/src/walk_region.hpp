// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "extents.hpp"

#include <weft/run/pool.hpp>

namespace weft::ir {

/// The memory of a value as a region reads or writes it.
struct region_memory {
  int storage = -1;   ///< the node that owns the memory
  dtype type = dtype::float32;
  long offset = 0;    ///< in elements
  layout strides;     ///< along the node's axes
};

/// A region prepared for given extents: its loops, and for each slot how far it moves with them.
struct region_call {
  struct loop {
    long extent = 1;
    bool reduced = false;
  };
  struct moving_slot {
    slot what;
    region_memory memory;          ///< of values
    std::vector<long> stride;      ///< along each loop; for indices 1 on the loop of their axis
    long constant = 0;             ///< of extents
  };
  const region* r = nullptr;
  std::vector<loop> kept, reduced; ///< the loops around the lanes
  long lanes_extent = 1;
  bool lanes_reduced = false;      ///< the lanes' axis is reduced
  long chunk = 0;                  ///< lanes a call
  long chunks = 1;                 ///< of a kept lane axis: how many
  long units = 1, tasks = 1;       ///< a unit is one row, or one chunk of lanes of it
  std::vector<std::vector<moving_slot>> slots; ///< by pass
  std::vector<moving_slot> exits;
  long kept_total = 1, reduced_total = 1;
  long scratch_bytes = 0;          ///< for each worker
};

/// `memory(node)` tells where a value lies.
template <class T>
region_call prepare_region(graph_view g, const plan_view& plan, const region& r, const extent_table& extents, function_ref<region_memory(int)> memory);

template <class T>
void run_region(const region_call& call, const plan_view& plan, const region_kernel<T>* kernels, void* const* storage, char* scratch, pool& threads);

/// A pass without its kernel: op by op on blocks of packets. `buffers` holds `block` packets for each instruction.
inline constexpr long interpreted_block = 16;
template <class T> void interpret(const plan_view& plan, const region_pass& pass, const lane_call<T>& call, T* buffers);
} // namespace weft::ir
