// SPDX-License-Identifier: BSL-1.0
#include "prepare_tile_memory.hpp"
#include "tile_ranges.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weft::ir {
namespace {

constexpr long cached_bytes = 4l << 20; ///< that a core's caches hold besides what a block needs

template <class T> struct preparation : tile_memory_preparation {
  using tile_memory_preparation::tile_memory_preparation;

  void prepare_program(const tile_program& t, prepared_tiles& p) {
    p.g = plan.graph_of(t);
    const auto n = static_cast<std::size_t>(p.g.size());
    p.memory.resize(n), p.offset.assign(n, -1), p.read.assign(n, -1), p.pack.assign(n, -1);
    arena = {}, room.assign(n, 0); // the programs share their memory: a tile runs one of them
    for (int i = 0; i < p.g.size(); i++) {
      region_memory& m = p.memory[static_cast<std::size_t>(i)];
      m.storage = i, m.type = lane_dtype<T>(p.g[i].k);
    }
    const range<port> ports = plan.ports_of(t);
    bind_ports(ports, p);
    bind_lines(ports, p);
    const std::vector<step> steps = needed_steps(t, ports, p);
    place_made(steps, ports, p);
    for (int i = 0; i < p.g.size(); i++)
      if (p.g[i].op->how == form::view)
        p.memory[static_cast<std::size_t>(i)] =
            seen_by(p.g, i, p.memory[static_cast<std::size_t>(p.g.in(i, 0))], extents.resolver());
    for (const step& x : steps) prepare_step(x, ports, p);
    c.scratch_bytes = std::max(c.scratch_bytes, arena.peak);
  }
  void bind_ports(range<port> ports, prepared_tiles& p) {
    for (const port& x : ports)
      if (x.what == port::read) bind_read(x, p);
      else state_of(x, p.g);
    const std::size_t states = c.states.size();
    p.merge_before.assign(states, -1), p.merge_now.assign(states, -1), p.kept.assign(states, -1);
    for (const port& x : ports) {
      if (x.what == port::read) continue;
      const auto k = static_cast<std::size_t>(state_of(x, p.g));
      if (x.what == port::merge) bind_merge(x, k, p);
      else if (x.what == port::keep) p.kept[k] = x.tile;
      else if (adds_itself(p.g, x)) take_strides_of(c.states[k], x.tile, p);
      else p.sums.push_back({static_cast<int>(k), x.tile, x.factor});
    }
  }
  void bind_merge(const port& x, std::size_t k, prepared_tiles& p) {
    p.merge_before[k] = x.before, p.merge_now[k] = x.tile;
    lay_out(p, x.tile), lay_out(p, x.before);
    if (c.states[k].outer) return;
    take_strides_of(c.states[k], x.before, p);
    take(p, x.tile);
  }
  void take_strides_of(const stream_state& y, int i, prepared_tiles& p) const {
    region_memory& m = p.memory[static_cast<std::size_t>(i)];
    for (int j = 0; j < p.g[i].ax.n; j++) m.strides.stride[j] = state_stride(y, p.g[i].ax[j]);
  }
  void prepare_step(const step& x, range<port> ports, prepared_tiles& p) {
    const auto storage = [&](int i) { return p.memory[static_cast<std::size_t>(i)].storage; };
    if (x.what == step::run_region) {
      const auto where = [&](int i) {
        regions_read(p, storage(i));
        return p.memory[static_cast<std::size_t>(i)];
      };
      p.steps.push_back({x.what, static_cast<int>(p.regions.size())});
      p.regions.push_back(prepare_region<T>(p.g, plan, plan.regions[x.id], {}, extents, where, &tile,
                                            seeds_of(ports, plan.regions[x.id])));
    } else if (x.what == step::run_product) {
      p.steps.push_back({x.what, static_cast<int>(p.products.size())});
      p.products.push_back(product(p, ports, x.id));
    } else if (const tile_line* d = line_of(p, x.id)) {
      regions_read(p, storage(d->other));
      p.steps.push_back({x.what, static_cast<int>(d - p.lines.data()), d->state, true});
    } else {
      for (int j = 0; j < p.g[x.id].count; j++) regions_read(p, storage(p.g.in(x.id, j)));
      p.steps.push_back({x.what, x.id});
      for (const port& q : ports)
        if (q.what == port::add && q.tile == x.id && adds_itself(p.g, q)) p.steps.back().state = state_of(q, p.g);
    }
  }
  /// What changes from block to block and from tile to tile.
  void list_changes(prepared_tiles& p) {
    for (int i = 0; i < p.g.size(); i++) {
      const int r = p.read[static_cast<std::size_t>(i)];
      if (r < 0) continue;
      const stream_read::place where = c.reads[static_cast<std::size_t>(r)].where;
      if (where == stream_read::fixed) p.fixed.push_back(i);
      if (where == stream_read::inner || where == stream_read::tile) p.moving.push_back(i);
    }
    for (std::size_t k = 0; k < c.states.size(); k++) {
      if (p.merge_now[k] >= 0) p.merging.push_back(static_cast<int>(k));
      if (p.kept[k] >= 0) p.keeping.push_back(static_cast<int>(k));
    }
    const auto sums_up = [&](int state) {
      if (state >= 0 && !c.states[static_cast<std::size_t>(state)].outer &&
          std::find(p.summed.begin(), p.summed.end(), state) == p.summed.end())
        p.summed.push_back(state);
    };
    for (const tile_product& x : p.products) sums_up(x.state);
    for (const tile_sum& x : p.sums) sums_up(x.state);
    for (std::size_t i = 0; i < p.memory.size(); i++) p.stays.push_back(p.offset[i] >= 0 || p.pack[i] >= 0);
  }
  void bind_read(const port& x, prepared_tiles& p) {
    const int r = read_of(x.node);
    const auto i = static_cast<std::size_t>(x.tile);
    const stream_read& from = c.reads[static_cast<std::size_t>(r)];
    p.read[i] = r;
    region_memory& m = p.memory[i];
    m.type = from.from.type;
    const axes& ax = p.g[x.tile].ax;
    if (from.where == stream_read::tile) return lay_out(p, x.tile), take(p, x.tile);
    for (int j = 0; j < ax.n; j++) {
      const long rest = rest_stride(from.rest, g[x.node].ax, ax[j]);
      m.strides.stride[j] = from.where != stream_read::outer     ? stride_along(from.from, g[x.node].ax, ax[j])
                            : part_of(ax[j]) == tile_part::outer ? 1
                                                                 : rest * c.width;
    }
  }
  /// Regions and general ops read outer values from packed lanes.
  void regions_read(prepared_tiles& p, int i) {
    const int r = p.read[static_cast<std::size_t>(i)];
    if (r >= 0 && c.reads[static_cast<std::size_t>(r)].where == stream_read::outer)
      p.pack[static_cast<std::size_t>(i)] = pack_of(r, true, 1);
  }
  /// Of a region's maxima, those that begin with what earlier tiles found.
  std::vector<row_seed> seeds_of(range<port> ports, const region& r) const {
    std::vector<row_seed> seeds;
    for (int k = 0; k < r.exits; k++) {
      const row_exit& e = plan.exits[r.first_exit + k];
      for (const port& x : ports)
        if (x.what == port::merge && x.tile == e.node) seeds.push_back({e.row, x.before});
    }
    return seeds;
  }

  /// Whether something compares values of the space, so that all its walks must find the same bits: the derivative of
  /// a maximum looks for the value that is equal to it.
  bool compares() const {
    for (const node& x : g.nodes) {
      if (x.k != boolean || !x.ax.has(s.outer) || !x.ax.has(s.inner)) continue;
      for (int j = 0; j < x.count; j++) {
        const node& o = g[g.in(x, j)];
        if (o.k == real && o.ax.has(s.outer) && o.ax.has(s.inner)) return true;
      }
    }
    return false;
  }
  /// Whether any finite number may stand in place of a value where every mask hides it: what is made of it goes through
  /// a masked selection, or through arithmetic alone, before it is summed. A function may be infinite at that number.
  bool can_be_hidden(const prepared_tiles& p, int i) const {
    enum : char { untouched, arithmetic, anything };
    std::vector<char> made(p.memory.size(), untouched); // of it
    made[static_cast<std::size_t>(i)] = arithmetic;
    for (int k = i + 1; k < p.g.size(); k++) {
      const node& x = p.g[k];
      char of[3]{}, most = untouched;
      for (int j = 0; j < x.count; j++) {
        const char m = made[static_cast<std::size_t>(p.g.in(x, j))];
        most = std::max(most, m);
        if (j < 3) of[j] = m;
      }
      if (x.op->is(trait::selection))
        for (const mask& m : c.masks)
          if (m.condition == p.g.in(x, 0) && of[m.live ? 2 : 1] == untouched) most = untouched;
      const bool plain = x.op->how != form::map || x.op->is(trait::quotient) ||
                         x.op->is(trait::addition | trait::subtraction | trait::negation | trait::product);
      if (most != untouched && (!plain || (x.op->is(trait::quotient) && of[1] != untouched))) most = anything;
      const bool both = x.ax.has(s.outer) && x.ax.has(s.inner);
      if (most == anything && !both) return false;
      made[static_cast<std::size_t>(k)] = both ? most : char(untouched);
    }
    return true;
  }
  static long stride(const layout& l, const axes& of, axis_ref n) { return of.has(n) ? l.stride[of.find(n)] : 0; }
  tile_product product(prepared_tiles& p, range<port> ports, int i) {
    const node& x = p.g[i];
    tile_product y;
    y.node = i, y.a = p.g.in(i, 0), y.b = p.g.in(i, 1), y.alpha = x.at.value;
    for (const port& q : ports)
      if (q.what == port::add && q.tile == i) y.state = state_of(q, p.g), y.factor = q.factor, y.alpha = 1;
    const auto strides_of = [&](int n) { return p.memory[static_cast<std::size_t>(n)].strides; };
    layout a = strides_of(y.a), b = strides_of(y.b);
    pack_operands(p, y, a, b);
    const axis_ref lane = lanes_of(p, y, b);
    part_axes(p, y, a, b, lane);
    y.hidden = y.state < 0 && can_be_hidden(p, i);
    return y;
  }
  /// An outer read is packed: lanes for products that keep them, else each lane's values. The number goes with a packed
  /// operand, which is another one where lanes run along the other axis.
  void pack_operands(prepared_tiles& p, tile_product& y, layout& a, layout& b) {
    int exponent = 0;
    const bool lanes_left = p.g[y.node].ax.has(s.outer);
    const bool moves = std::abs(std::frexp(y.alpha, &exponent)) == 0.5 || !compares();
    const auto packed = [&](int n, layout& l, bool lanes) {
      const int r = p.read[static_cast<std::size_t>(p.memory[static_cast<std::size_t>(n)].storage)];
      if (r < 0 || c.reads[static_cast<std::size_t>(r)].where != stream_read::outer) return -1;
      const double scale = moves ? std::exchange(y.alpha, 1) : 1;
      if (!lanes) {
        const stream_read& from = c.reads[static_cast<std::size_t>(r)];
        for (int j = 0; j < p.g[n].ax.n; j++)
          l.stride[j] = part_of(p.g[n].ax[j]) == tile_part::outer
                            ? from.elements
                            : rest_stride(from.rest, g[from.node].ax, p.g[n].ax[j]);
      }
      return pack_of(r, lanes, scale);
    };
    y.pack_b = packed(y.b, b, lanes_left);
    y.pack_a = packed(y.a, a, lanes_left);
  }
  /// The axis that a product's lanes run along, or none.
  axis_ref lanes_of(const prepared_tiles& p, const tile_product& y, const layout& b) const {
    const node& x = p.g[y.node];
    const axes &ax = p.g[y.a].ax, &bx = p.g[y.b].ax;
    const layout& out = p.memory[static_cast<std::size_t>(y.node)].strides;
    axis_ref lane = x.ax.has(s.outer) ? s.outer : nullptr;
    if (!lane)
      for (axis_ref n : x.ax)
        if (!ax.has(n) && bx.has(n) && stride(b, bx, n) == 1 && stride(out, x.ax, n) == 1) lane = n;
    if (lane && most(lane) > 1 && stride(b, bx, lane) != 1)
      throw error("a walk's product reads lanes that don't lie next to each other: a fault of weft, please report it");
    return lane;
  }
  /// Which of a product's axes are its lanes, rows and steps, and which are loops around it.
  void part_axes(const prepared_tiles& p, tile_product& y, const layout& a, const layout& b, axis_ref lane) const {
    const node& x = p.g[y.node];
    const axes &ax = p.g[y.a].ax, &bx = p.g[y.b].ax;
    const layout& out = p.memory[static_cast<std::size_t>(y.node)].strides;
    const auto factor_stride = [&](axis_ref n) {
      return y.factor < 0 ? 0 : stride(p.memory[static_cast<std::size_t>(y.factor)].strides, p.g[y.factor].ax, n);
    };
    const auto loop_of = [&](axis_ref n) {
      return tile_loop{most(n), part_of(n), stride(a, ax, n), stride(b, bx, n), stride(out, x.ax, n), factor_stride(n)};
    };
    // the primitive takes a factor for each lane, the same for all rows, or one for each row
    const auto can_be_rows = [&](const tile_loop& l) {
      return y.factor < 0 || l.factor == (x.ax.has(s.outer) ? 0 : 1);
    };
    std::vector<tile_loop> rows, steps;
    for (axis_ref n : x.at.shape)
      if (!s.loops.has(n)) steps.push_back(loop_of(n));
    for (axis_ref n : x.ax) {
      if (lane && same(n, lane)) y.lanes = part_of(n), y.lane_extent = most(n);
      else if (const tile_loop l = loop_of(n); ax.has(n) && !bx.has(n) && can_be_rows(l)) rows.push_back(l);
      else y.batch.push_back(l);
    }
    y.rows = longest(rows, y.batch), y.steps = longest(steps, y.sums);
  }
  /// The longest of some loops; the others go to `others`.
  static tile_loop longest(std::vector<tile_loop>& v, std::vector<tile_loop>& others) {
    tile_loop r;
    if (v.empty()) return r;
    const auto best = std::max_element(v.begin(), v.end(),
                                       [](const tile_loop& l, const tile_loop& m) { return l.extent < m.extent; });
    r = *best;
    v.erase(best);
    others.insert(others.end(), v.begin(), v.end());
    return r;
  }

  void finish() {
    for (stream_pack& k : c.packs) {
      const stream_read& r = c.reads[static_cast<std::size_t>(k.read)];
      k.offset = c.scratch_bytes;
      c.scratch_bytes += whole_lines(r.elements * c.width * static_cast<long>(size_of(r.from.type)) + 64);
    }
    for (stream_state& y : c.states) {
      if (y.what == port::keep) continue;
      if (y.outer) {
        y.offset = c.scratch_bytes;
        c.scratch_bytes += 2 * whole_lines(y.size * static_cast<long>(sizeof(T)) + 64);
      } else y.offset = c.chunk_elements, c.chunk_elements += (y.size + 15) / 16 * 16;
    }
    long regions = 0;
    for (const prepared_tiles& p : c.program)
      for (const region_call& r : p.regions) regions = std::max(regions, r.scratch_bytes);
    c.region_scratch = c.scratch_bytes;
    c.scratch_bytes += whole_lines(regions);
    c.shared_bytes = c.chunk_elements * c.chunks * c.parallel_total * static_cast<long>(sizeof(T));
  }

  /// For blocks of so many groups of lanes, or of all lanes where those are fewer.
  void run(long groups) {
    c.is_double = std::is_same_v<T, double>;
    const long packets = (extents.of(s.outer) + lanes<T> - 1) / lanes<T>;
    sizes(std::clamp(packets * lanes<T>, long{lanes<T>}, groups * tile::lanes<T>));
    cut();
    for (int k = 0; k < s.masks; k++) c.masks.push_back(plan.masks[s.first_mask + k]);
    prepare_program(s.masked, c.program[0]);
    prepare_program(s.clear, c.program[1]);
    for (prepared_tiles& t : c.program) list_changes(t);
    prepare_ranges(c, plan.ports_of(s.masked));
    finish();
    schedule_tiles(c);
  }
};
} // namespace

/// Where every block reads again more than caches hold, as the weights of a large vocabulary, and no mask skips tiles,
/// which small ones fit better, blocks are larger, so that there are fewer.
template <class T> stream_call prepare_stream(graph_view g, const plan_view& plan, const tile_walk& s,
                                              const extent_table& extents, function_ref<region_memory(int)> memory) {
  preparation<T> p(g, plan, s, extents, memory);
  p.run(1);
  if (p.c.skips || p.read_again() * static_cast<long>(sizeof(T)) <= cached_bytes) return std::move(p.c);
  const long groups = (p.c.outer + tile::lanes<T> - 1) / tile::lanes<T>;
  preparation<T> larger(g, plan, s, extents, memory);
  larger.run(std::clamp(groups, 1l, 4l));
  return std::move(larger.c);
}
template stream_call prepare_stream<float>(graph_view, const plan_view&, const tile_walk&, const extent_table&,
                                           function_ref<region_memory(int)>);
template stream_call prepare_stream<double>(graph_view, const plan_view&, const tile_walk&, const extent_table&,
                                            function_ref<region_memory(int)>);
} // namespace weft::ir
