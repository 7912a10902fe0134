// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "extents.hpp"
#include "tape.hpp"

#include <weft/run/pool.hpp>

#include <vector>

namespace weft::ir {

/// The memory of a value as a region reads or writes it.
struct region_memory {
  int storage = -1; ///< the node that owns the memory
  dtype type = dtype::float32;
  long offset = 0; ///< in elements
  layout strides;  ///< along the node's axes
};

/// The memory of view i, whose operand's is `m`.
inline region_memory seen_by(graph_view g, int i, region_memory m, const extents_of& extent) {
  m.strides.offset = m.offset;
  m.strides = g[i].op->view(m.strides, g[g.in(i, 0)].ax, g[i], extent);
  m.offset = m.strides.offset;
  return m;
}

/// A region prepared for given extents. Its loops, from outside: kept ones, then for each phase reduced ones; then rows
/// of lanes, several in one call of a pass. Rows are the innermost kept loop, or the innermost reduced one if lanes are
/// kept while something is reduced.
struct region_call {
  struct loop {
    long extent = 1;
    bool reduced = false;
    axis_ref axis = nullptr; ///< of a region that runs on tiles
  };
  struct moving_slot {
    slot what;
    region_memory memory;    ///< of values
    std::vector<long> fixed; ///< strides along the axes of the chain that the region runs in
    std::vector<long> outer; ///< and along the kept, then the reduced loops; of indices 1 on their axis's loop
    long row = 0, lane = 0;  ///< and along rows and lanes
    long extent = 0;         ///< of extents
    bool in_place = false;   ///< lanes lie next to each other, or one is all there is, in the program's own type
    bool repeated = false;   ///< of what is loaded: one number stands for all lanes of a row
    const long* moves_with = nullptr; ///< of indices in tiles: the coordinate that they begin at
  };
  const region* r = nullptr;
  std::vector<loop> kept, reduced;
  long kept_total = 1, reduced_total = 1;
  long row_extent = 1, lane_extent = 1;
  bool rows_reduced = false;  ///< rows belong to the reduction
  long block = 1, blocks = 1; ///< rows a unit, and how many units they make
  long chunk = 1, chunks = 1; ///< lanes a unit; all of them where they are reduced
  long units = 1, tasks = 1;
  std::vector<std::vector<moving_slot>> slots; ///< by pass
  std::vector<moving_slot> exits;
  /// What a pass reduces: the row value, and with what.
  struct reduction {
    int row = -1;
    const op_def* op = nullptr;
    kind common = real;
  };
  std::vector<std::vector<reduction>> reductions; ///< by pass
  std::vector<char> copies; ///< by pass: whether lanes are copied, as they don't lie next to each other
  std::vector<std::pair<int, int>> positions; ///< pass and slot of indices
  long most_slots = 1, most_instructions = 1; ///< of a pass
  long scratch_bytes = 0;                     ///< for each worker

  // Of a region that runs on tiles: it keeps its loops, so that every run can have other extents.
  axis_ref row_axis = nullptr, lane_axis = nullptr;
  bool padded = false;                  ///< rows are followed by room for a whole packet
  long tile_lanes = -1, tile_rows = -1; ///< what it was last resized to
  std::vector<moving_slot> seeds;       ///< what reductions begin with: values found before, of row values

  /// What a tape needs to hold a run.
  tape_room room(long width) const;
};

/// The extents of a tile, at most or at hand.
struct tile_extents {
  axis_ref outer = nullptr, inner = nullptr;
  long lanes = 0, rows = 0;
};

/// The value that a reduction begins with, and the row value that it is found as.
struct row_seed {
  int row = -1, node = -1;
};

/// `memory(node)` tells where a value lies. The axes of `chain` have no loops: a run gets coordinates on them. With
/// `tile`, for tiles of at most these extents.
template <class T>
region_call prepare_region(graph_view g, const plan_view& plan, const region& r, const axes& chain,
                           const extent_table& extents, function_ref<region_memory(int)> memory,
                           const tile_extents* tile = nullptr, const std::vector<row_seed>& seeds = {});
/// The same region for a tile of these extents.
void resize(region_call& c, const tile_extents& tile);

template <class T>
void run_region(const region_call& call, const plan_view& plan, const region_kernel<T>* kernels, void* const* storage,
                char* scratch, crew threads, tape* onto);
/// The whole region in the calling thread. What it does is also put onto a tape, if there is one, which follows all
/// storages but those that `stays` names.
template <class T>
void run_region_here(const region_call& call, const plan_view& plan, const region_kernel<T>* kernels,
                     void* const* storage, char* scratch, tape* onto, const char* stays = nullptr);

/// The part of a region at the given coordinates of its chain, in the calling thread.
template <class T>
void run_region_at(const region_call& call, const long* chain, const plan_view& plan, const region_kernel<T>* kernels,
                   void* const* storage, char* scratch);

/// A call of a pass that copies covers at most so many lanes of a row: the copies stay in L1.
inline constexpr long piece_lanes = 1024;
/// Bytes of scratch that a worker needs.
template <class T> long scratch_bytes_of(const region_call& call, const plan_view& plan);

/// A pass without its kernel: op by op on blocks of packets, as large as fit together into `interpreted_packets` but
/// not smaller than `interpreted_block`. `buffers` holds `interpreted_room` packets.
inline constexpr long interpreted_packets = 512, interpreted_block = 24;
constexpr long interpreted_room(long instructions) {
  return std::max(interpreted_packets, instructions * interpreted_block) + instructions;
}
inline constexpr int most_instructions = 1024;
template <class T> void interpret(const plan_view& plan, const region_pass& pass, const lane_call<T>& call, T* buffers);
/// A pass by its kernel, or without one by what interprets it.
template <class T>
void run_pass(const plan_view& plan, const region_kernel<T>* kernels, int id, const lane_call<T>& call, T* blocks) {
  if (kernels && kernels[id]) kernels[id](call);
  else interpret(plan, plan.passes.at[id], call, blocks);
}
} // namespace weft::ir
