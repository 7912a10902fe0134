// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "walk_region.hpp"

#include <weft/kernel/tile.hpp>

#include <memory>

namespace weft::ir {

/// How many of an axis a tile has: all of it, or what the tile at hand covers.
enum class tile_part : std::uint8_t { whole, inner, outer };

/// An axis of a product of tiles, with the strides of its three matrices, and of what the sum so far is multiplied by.
struct tile_loop {
  long extent = 1;
  tile_part part = tile_part::whole;
  long a = 0, b = 0, c = 0, factor = 0;
};

/// A value that a stream reads.
struct stream_read {
  enum place : std::uint8_t {
    fixed, ///< without the space's axes: where it lies
    inner, ///< along the inner axis: where it lies
    outer, ///< along the outer axis: packed for each block, with lanes along that axis
    tile   ///< with both: copied tile by tile
  };
  place where = fixed;
  int node = -1;          ///< of the graph
  axes ax;                ///< as tiles have it
  region_memory from;     ///< where it lies
  std::vector<long> loop; ///< its strides along the loops
  long step_outer = 0, step_inner = 0;
  std::vector<tile_loop> rest; ///< its other axes: `a` steps through the value, `c` through a packed copy
  long elements = 1;           ///< of `rest`
};

/// A block's copy of an outer read: lanes along the outer axis, times `scale`; or, for a sum over the lanes, each
/// lane's values next to each other.
struct stream_pack {
  int read = -1;
  bool lanes = true;
  double scale = 1;
  long offset = 0; ///< in a worker's scratch
};

/// What leaves a stream, and what is kept of it from tile to tile.
struct stream_state {
  port::action what = port::add;
  int node = -1; ///< of the graph
  axes ax;       ///< as tiles have it
  region_memory to;
  std::vector<long> loop; ///< strides of `to` along the loops
  long step_outer = 0, step_inner = 0;
  std::vector<tile_loop> rest;                      ///< its other axes: `a` steps through `to`, `c` through the state
  long elements = 1;                                ///< of `rest`
  bool outer = false, inner = false, empty = false; ///< which of the tile's axes it has; whether it has no elements
  double scale = 1, neutral = 0;
  kind k = real;
  const op_def* combine = nullptr; ///< of merge
  long offset = 0;                 ///< of an outer state in a worker's scratch; of others in a chunk's memory
  long size = 0;                   ///< elements: of an outer state in one block, of others in one task
  bool in_place = false;           ///< the first chunk's state is `to` itself
  std::vector<long> serial;        ///< of a state without the outer axis: its own strides along the loops
};

struct tile_product {
  int node = -1, a = -1, b = -1; ///< of the tile program
  int pack_a = -1, pack_b = -1;  ///< packed operands
  tile_loop rows, steps;
  tile_part lanes = tile_part::whole;
  long lane_extent = 1;
  std::vector<tile_loop> batch, sums;
  double alpha = 1;
  int state = -1, factor = -1; ///< onto a state, times a node of the tile program
  bool hidden = false;         ///< where masks hide it, any finite number may stand in its place
};

struct tile_step {
  step::action what = step::run_region;
  int index = -1;    ///< of the region, the product, or the node
  int state = -1;    ///< of a node that adds to a state itself
  bool line = false; ///< of a node: `index` is that of a line
};

/// A gather from one axis, or a scatter onto it, at ids that move by one along the lanes: id = lane i + row j +
/// constant at places i and j of the outer and the inner axis. What a tile has of that axis is a line; each row reads
/// it, or adds to it, `slope` places behind the row before.
struct tile_line {
  int node = -1, other = -1; ///< of the tile program: itself; its table, or the values that it adds up
  int state = -1;            ///< of a scatter
  long lane = 1, row = 0, constant = 0;
  axis_ref axis = nullptr;
  long stride = 1; ///< of the axis in the table or the state
  long offset = 0; ///< in a worker's scratch, of what lane 0 of row 0 reads or adds to
  long length = 0; ///< of the line that a full tile has
  long slope() const { return lane * row; }
  static constexpr int turns = 4; ///< lines that a scatter's rows add to in turn, so that none waits for the one before
};

struct tile_sum {
  int state = -1, node = -1, factor = -1;
};

/// One of the two programs of a stream, prepared.
struct prepared_tiles {
  graph_view g;
  std::vector<region_memory> memory; ///< of each node
  std::vector<long> offset;          ///< of each node that has a buffer of its own in a worker's scratch, else -1
  std::vector<int> read;             ///< of each input: which read it is, or -1
  std::vector<int> pack;             ///< of each input: the packed copy that regions read, or -1
  std::vector<int> fixed, moving;    ///< inputs whose place changes with the block, and with the tile
  std::vector<char> stays;           ///< of each node: whether what it stores is at one place in a worker's scratch
  std::vector<tile_step> steps;
  std::vector<region_call> regions;
  std::vector<tile_product> products;
  std::vector<tile_line> lines;
  std::vector<tile_sum> sums;               ///< what is added to states after the steps
  std::vector<int> merge_before, merge_now; ///< by state: nodes, -1 where it is no merge
  std::vector<int> kept;                    ///< by state: the node that is written tile by tile, or -1
  std::vector<int> merging, keeping;        ///< the states that are so
  std::vector<int> summed;                  ///< the states without the outer axis that steps add to
  std::vector<char> varies; ///< of each node: 2 if its range depends on where the tile is, 1 if it is known at all
  std::vector<int> ranged;  ///< the nodes whose ranges masks and exits follow from, where something is known of them
  struct exit {
    int node = -1;      ///< a value that leaves
    double nothing = 0; ///< what it is where the tile changes nothing
  };
  std::vector<std::vector<exit>> exits; ///< of each state: it is unchanged if one of these is nothing throughout
};

/// Rows from one to another.
struct row_span {
  long from = 0, to = 0;
  bool operator==(const row_span&) const = default;
};

/// Rows of a block of lanes that are walked alike: tiles that no mask touches, or one that some does.
struct tile_run {
  long from = 0, rows = 0;
  int program = 0;              ///< of the stream's two
  bool by_parts = false;        ///< one tile, of which some part of the lanes has fewer rows that hold anything
  bool hidden = false;          ///< masks alone decide about the rows that parts lack
  row_span live[tile::parts]{}; ///< the rows of each part
};

/// The tile at hand.
struct tile_place {
  long outer = 0, lanes = 0; ///< lanes [outer, outer + lanes) of the outer axis
  long inner = 0, rows = 0;  ///< and rows of the inner one
  /// The lanes of each part but the last: whole packets, as evenly as can be.
  long part(long packet) const { return ((lanes + packet - 1) / packet + tile::parts - 1) / tile::parts * packet; }
};

/// What a tape of a tile is for: tiles that differ in nothing but where they are.
struct tile_form {
  const char* scratch = nullptr;
  long lanes = 0, rows = 0;
  bool by_parts = false, hidden = false;
  row_span live[tile::parts]{};
  bool operator==(const tile_form&) const = default;
};

/// What a worker has for itself. It stays where it is: tapes follow its places.
struct stream_worker {
  tile_counts tiles;             ///< of the run at hand
  tile_place here;               ///< of its walk
  long at[max_rank]{};           ///< coordinates on the loops
  const char* scratch = nullptr; ///< that `storage` points into
  std::vector<void*> storage[2];
  std::vector<void*> sum; ///< of each state without the outer axis: where the tile at hand adds to it
  std::vector<region_call> regions[2];
  tapes<tile_form> tape[2];
  std::vector<interval> range;
  std::vector<tensor_ref> general_in;
  std::vector<tile_loop> rest;
};

/// A stream prepared for given extents.
struct stream_call {
  const tile_walk* s = nullptr;
  const extent_table* extents = nullptr;
  bool is_double = false;
  long outer = 0, inner = 0; ///< extents
  long width = 0, rows = 0;  ///< lanes and rows of a full tile
  long blocks = 1, chunks = 1;
  std::vector<long> loop;     ///< extents of the loops
  std::vector<char> parallel; ///< of each loop: whether its tasks are independent
  long parallel_total = 1, serial_total = 1;
  std::vector<stream_read> reads;
  std::vector<stream_pack> packs;
  std::vector<stream_state> states;
  prepared_tiles program[2]; ///< masked, clear
  std::vector<mask> masks;
  bool skips = false;
  std::vector<tile_run> schedule;       ///< what blocks hold, if that is the same for all tasks and not much; or empty
  std::vector<std::size_t> block_begin; ///< of each block, in the schedule, and then its end
  long chunk_elements = 0;              ///< memory of a task's states without the outer axis
  long scratch_bytes = 0;               ///< of a worker
  long region_scratch = 0;              ///< where in it regions have theirs
  long shared_bytes = 0;                ///< of all tasks
  std::vector<std::unique_ptr<stream_worker>> workers;
};

template <class T> stream_call prepare_stream(graph_view g, const plan_view& plan, const tile_walk& s,
                                              const extent_table& extents, function_ref<region_memory(int)> memory);
/// Makes room for so many workers.
void add_workers(stream_call& c, int workers);
/// And for their tapes of tiles.
void make_room_for_tapes(stream_call& c);
/// Of the last run.
tile_counts tiles_of(const stream_call& c);
/// Whether masks are of indices and inputs alone, so that its tiles can be counted before it runs; and how many there
/// are of which kind. `storage`: of the graph's inputs.
bool is_countable(graph_view g, const stream_call& c);
template <class T> tile_counts count_tiles(stream_call& c, const plan_view& plan, void* const* storage);

/// Whether all runs make the same calls, in one thread, that a tape can hold.
bool is_recordable(const stream_call& c);
/// What it does is also put onto a tape, if there is one.
template <class T>
void run_stream(stream_call& c, const plan_view& plan, const region_kernel<T>* kernels, void* const* storage,
                char* shared, char* scratch, long scratch_stride, crew threads, tape* onto);
} // namespace weft::ir
