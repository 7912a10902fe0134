// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/graph.hpp>

/// A plan is data: steps over a graph's values, and the regions that the fused ones run. It depends on the graph alone;
/// extents, memory and tiles come later, per call.
namespace weft::ir {

/// One instruction of a region pass.
struct instruction {
  enum action : std::uint8_t { load, number, extent, index, apply, combine, store };
  action what = load;
  kind common = real;       ///< of apply and combine: which of the op's functions; of number: its kind
  bool repeated = false;    ///< of load: one number stands for all lanes of a row
  short slot = -1;          ///< of load, extent, index, combine and store: which of the pass's slots
  short arg[3]{-1, -1, -1}; ///< earlier instructions
  const op_def* op = nullptr;
  double value = 0; ///< of number
  constexpr bool operator==(const instruction& o) const {
    return what == o.what && common == o.common && repeated == o.repeated && slot == o.slot && arg[0] == o.arg[0] &&
           arg[1] == o.arg[1] && arg[2] == o.arg[2] && op == o.op &&
           std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(o.value);
  }
};

/// Where a slot's values are.
struct slot {
  enum place : std::uint8_t {
    value,   ///< the memory of a graph node
    row,     ///< a row value of the region: one number a row (or a lane, if rows run across the lanes)
    scratch, ///< a lane value kept from one phase of the region to a later one
    position ///< an extent or an index
  };
  place where = value;
  int id = -1; ///< node, row or scratch number
  axis_ref axis = nullptr;
};

/// A straight run of instructions over packets: what a kernel is generated from. Equal passes share one.
struct region_pass {
  int first = 0, count = 0; ///< instructions
  int loads = 0, extents = 0, indices = 0, combines = 0, stores = 0;
  int first_slot = 0; ///< loads, extents, indices, combines, stores, one after another
  bool rows = false;  ///< once a row, not once a lane
  bool along = false; ///< its reductions run along the lanes
  int same_as = -1;   ///< the first equal pass of the plan
  constexpr int slots() const { return loads + extents + indices + combines + stores; }
};

/// Values of one iteration space, computed together: lanes along the last axis of `space`, in phases parted by the
/// reductions over `reduced`.
struct region {
  axes space, reduced;
  bool along = false; ///< the lanes' axis is reduced
  int first_pass = 0, passes = 0;
  int rows = 0, scratches = 0;
  int first_exit = 0, exits = 0;
};

/// A row value that others read: written to its node's memory when the row is done.
struct row_exit {
  int row, node;
};

struct step {
  enum action : std::uint8_t { run_region, run_product, run_general, run_stream };
  action what = run_region;
  int id = -1; ///< number of the region or the stream, or node
};

/// A value of the graph that a stream reads or makes, and the node of the tile program that stands for it.
struct port {
  enum action : std::uint8_t {
    read,  ///< a value that exists before
    merge, ///< what a reduction has found in all tiles so far: `tile` reduces one more, beginning with it
    add,   ///< a sum over all tiles: what there was, times `factor` if there is one, and `tile`
    keep   ///< a value with both axes, written tile by tile
  };
  action what = read;
  int node = -1, tile = -1;
  int before = -1; ///< of merge: the tile program's node for what had been found before this tile
  int factor = -1; ///< of add: what the sum so far is multiplied by, as a running maximum has grown
};

/// A program that computes one tile of a score space: a graph and a plan of its own, in which the space's axes have the
/// extents of a tile and the axes of the loops have gone.
struct tile_program {
  int first_node = 0, nodes = 0;
  int first_port = 0, ports = 0;
  int first_step = 0, steps = 0;
};

/// The walk over the tiles of a score space: loops, then blocks along `outer`, then tiles along `inner`; lanes run
/// along `outer`.
struct tile_walk {
  axis_ref outer = nullptr, inner = nullptr;
  axes loops;
  int component = 0, level = 0;
  tile_program masked, clear;    ///< of any tile; of one that no mask touches (the same where there is no mask)
  int first_mask = 0, masks = 0; ///< conditions of `masked`, which `clear` takes for granted
};

/// A selection of a tile program whose one side is 0 or -infinity: untouched where `condition` is `live` throughout.
struct mask {
  int condition = -1;
  bool live = true;
};

struct plan_view {
  range<instruction> instructions;
  range<slot> slots;
  range<region_pass> passes;
  range<region> regions;
  range<step> steps;
  range<row_exit> exits;
  range<bool>
      stored; ///< of each node: whether it has memory of its own (inputs have the caller's, views their operand's)
  range<axes> order; ///< of each stored node: its axes as they lie in memory
  range<tile_walk> streams;
  range<node> tile_nodes; ///< of all tile programs, one after another
  range<int> tile_operands;
  range<port> ports;
  range<step> tile_steps;
  range<mask> masks;

  constexpr graph_view graph_of(const tile_program& t) const {
    return {{tile_nodes.at + t.first_node, t.nodes}, tile_operands, {}, {}};
  }
  constexpr range<port> ports_of(const tile_program& t) const { return {ports.at + t.first_port, t.ports}; }
  constexpr range<step> steps_of(const tile_program& t) const { return {tile_steps.at + t.first_step, t.steps}; }
};

struct plan {
  list<instruction> instructions;
  list<slot> slots;
  list<region_pass> passes;
  list<region> regions;
  list<step> steps;
  list<row_exit> exits;
  list<bool> stored;
  list<axes> order;
  list<tile_walk> streams;
  list<node> tile_nodes;
  list<int> tile_operands;
  list<port> ports;
  list<step> tile_steps;
  list<mask> masks;
  list<int> newest; ///< by instructions: the last pass that equals no earlier one
  list<int> older;  ///< of each such pass: the one before it
  constexpr plan_view view() const {
    return {instructions, slots,   passes,     regions,       steps, exits,      stored,
            order,        streams, tile_nodes, tile_operands, ports, tile_steps, masks};
  }
};

/// The node whose memory a value lies in: itself, or the operand that it is a view of.
constexpr int storage_of(graph_view g, int i) {
  while (g[i].op->how == form::view) i = g.in(i, 0);
  return i;
}
} // namespace weft::ir
