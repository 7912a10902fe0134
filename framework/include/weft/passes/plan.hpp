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
  kind common = real;       ///< of apply and combine: which of the op's functions
  short slot = -1;          ///< of load, extent, index, combine and store: which of the pass's slots
  short arg[3]{-1, -1, -1}; ///< earlier instructions
  const op_def* op = nullptr;
  double value = 0; ///< of number
  constexpr bool operator==(const instruction& o) const {
    return what == o.what && common == o.common && slot == o.slot && arg[0] == o.arg[0] && arg[1] == o.arg[1] &&
           arg[2] == o.arg[2] && op == o.op &&
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
  kind k = real;
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
  enum action : std::uint8_t { run_region, run_product, run_general };
  action what = run_region;
  int id = -1; ///< region number, or node
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
  constexpr plan_view view() const { return {instructions, slots, passes, regions, steps, exits, stored, order}; }
};

/// The node whose memory a value lies in: itself, or the operand that it is a view of.
constexpr int storage_of(graph_view g, int i) {
  while (g[i].op->how == form::view) i = g.in(i, 0);
  return i;
}
} // namespace weft::ir
