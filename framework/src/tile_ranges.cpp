// SPDX-License-Identifier: BSL-1.0
#include "tile_ranges.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft::ir {
namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Of each value: whether the place of a tile can show that it is 0 in all of it. A sum is where all it adds is.
std::vector<char> can_be_zero(const prepared_tiles& p) {
  std::vector<char> zero(p.varies.size());
  for (int i = 0; i < p.g.size(); i++) {
    const node& x = p.g[i];
    const auto of = [&](int j) { return zero[static_cast<std::size_t>(p.g.in(x, j))]; };
    char& z = zero[static_cast<std::size_t>(i)];
    if (p.varies[static_cast<std::size_t>(i)] != 2) z = false;
    else if (x.op->is(trait::keeps_axes | trait::negation)) z = of(0);
    else if (x.op->is(trait::product)) z = of(0) || of(1);
    else if (x.op->is(trait::addition | trait::subtraction)) z = of(0) && of(1);
    else z = true;
  }
  return zero;
}

/// What a program of precision T computes of reals, where `r` holds the exact results of its numbers. Arithmetic rounds
/// once, so in order; functions may be some units in the last place off, but not at whole numbers.
template <class T> interval computed(interval r, const op_def& op) {
  using limits = std::numeric_limits<T>;
  constexpr unsigned arithmetic =
      trait::addition | trait::subtraction | trait::negation | trait::product | trait::quotient | trait::selection;
  const auto off = [&](double x) {
    if (op.is(arithmetic) || std::isinf(x) || (x == std::trunc(x) && std::abs(x) < 1 / limits::epsilon())) return 0.0;
    return 8 * limits::epsilon() * std::abs(x) + static_cast<double>(limits::min());
  };
  const auto end = [](double x) {
    return std::abs(x) > static_cast<double>(limits::max()) ? std::copysign(infinity, x)
                                                            : static_cast<double>(static_cast<T>(x));
  };
  return {end(r.lo - off(r.lo)), end(r.hi + off(r.hi)), r.nan};
}
} // namespace

void prepare_ranges(stream_call& c, range<port> ports) {
  prepared_tiles& p = c.program[0];
  const auto state_of = [&](const port& x) {
    std::size_t k = 0;
    while (c.states[k].node != x.node) k++;
    return k;
  };
  p.varies.assign(static_cast<std::size_t>(p.g.size()), 0);
  for (int i = 0; i < p.g.size(); i++) {
    const node& x = p.g[i];
    char& v = p.varies[static_cast<std::size_t>(i)];
    const bool mask_read = x.op->how == form::input && x.k != real && p.read[static_cast<std::size_t>(i)] >= 0;
    const bool number = x.op->how == form::constant || x.op->how == form::extent;
    v = x.op->how == form::index || mask_read ? 2 : number ? 1 : 0;
    if (x.op->how != form::map && x.op->how != form::view) continue;
    for (int j = 0; j < x.count; j++) v = std::max(v, p.varies[static_cast<std::size_t>(p.g.in(x, j))]);
  }
  p.exits.assign(c.states.size(), {});
  const auto through = [&](int i) { // sums of sums, through what only arranges
    while (p.g[i].op->how == form::reduce || p.g[i].op->is(trait::keeps_axes)) i = p.g.in(i, 0);
    return i;
  };
  for (const port& x : ports) {
    if (x.what != port::add && x.what != port::merge) continue;
    auto& exits = p.exits[state_of(x)];
    const node& n = p.g[x.tile];
    if (x.what == port::merge) exits.push_back({through(x.tile), n.op->neutral});
    else if (n.op->how == form::contract)
      for (int j = 0; j < 2; j++) exits.push_back({through(p.g.in(n, j)), 0});
    else if (n.op->how == form::reduce) exits.push_back({through(x.tile), 0});
    else exits.push_back({through(p.g.in(n, 0)), 0});
  }
  std::vector<char> wanted(p.varies.size());
  for (const auto& exits : p.exits)
    for (const auto& e : exits) wanted[static_cast<std::size_t>(e.node)] = true;
  for (const mask& m : c.masks) wanted[static_cast<std::size_t>(m.condition)] = true;
  for (int i = p.g.size(); i-- > 0;)
    if (wanted[static_cast<std::size_t>(i)] && p.varies[static_cast<std::size_t>(i)]) {
      for (int j = 0; j < p.g[i].count; j++) wanted[static_cast<std::size_t>(p.g.in(i, j))] = true;
      p.ranged.push_back(i);
    }
  std::reverse(p.ranged.begin(), p.ranged.end());
  const std::vector<char> zero = can_be_zero(p);
  c.skips = true;
  for (std::size_t k = 0; k < c.states.size(); k++) {
    bool can = false;
    for (const auto& e : p.exits[k]) {
      const auto i = static_cast<std::size_t>(e.node);
      can = can || (e.nothing == 0 ? zero[i] : p.varies[i] == 2);
    }
    c.skips = c.skips && can;
  }
}

bool is_countable(graph_view g, const stream_call& c) {
  const prepared_tiles& p = c.program[0];
  for (std::size_t i = 0; i < p.varies.size(); i++)
    if (p.varies[i] == 2 && p.read[i] >= 0)
      if (g[c.reads[static_cast<std::size_t>(p.read[i])].from.storage].op->how != form::input) return false;
  return true;
}

void schedule_tiles(stream_call& c) {
  constexpr std::size_t most_per_block = 8; // so that the schedule grows with the extents, not with their product
  const prepared_tiles& p = c.program[0];
  if (c.masks.empty() && !c.skips) return;
  for (int i : p.ranged) {
    const node& x = p.g[i];
    if (x.op->how == form::input || (x.op->how == form::index && c.s->loops.has(x.at.axis))) return;
  }
  const auto blocks = static_cast<std::size_t>(c.blocks);
  add_workers(c, 1);
  tile_ranges x({c, nullptr, *c.workers[0], nullptr});
  for (std::size_t b = 0; b < blocks && c.schedule.size() <= most_per_block * blocks; b++) {
    c.block_begin.push_back(c.schedule.size());
    x.go_to_block(static_cast<long>(b));
    x.each_run([&](const tile_run& r) {
      tile_run* last = c.schedule.size() > c.block_begin.back() ? &c.schedule.back() : nullptr;
      if (last && last->program == 1 && r.program == 1 && last->from + last->rows == r.from) last->rows += r.rows;
      else c.schedule.push_back(r);
    });
  }
  c.block_begin.push_back(c.schedule.size());
  if (c.schedule.size() > most_per_block * blocks) c.schedule.clear(), c.block_begin.clear();
}

void tile_ranges::each_run(function_ref<void(const tile_run&)> f) {
  if (c.masks.empty() && !c.skips) f({0, c.inner});
  else if (c.skips) halve({0, c.inner}, f);
  else
    for (long from = 0; from < c.inner; from += c.rows) {
      const row_span rows{from, std::min(from + c.rows, c.inner)};
      find(rows);
      f({rows.from, rows.to - rows.from, is_clear()});
    }
}
/// Halves of what holds anything, down to tiles.
void tile_ranges::halve(row_span rows, function_ref<void(const tile_run&)> f) {
  const long n = rows.to - rows.from;
  if (n == 0 || is_nothing(rows)) return;
  if (n <= c.rows) return f(is_clear() ? tile_run{rows.from, n, 1} : by_parts(rows));
  const long half = rows.from + (n / 2 + c.rows - 1) / c.rows * c.rows;
  halve({rows.from, half}, f);
  halve({half, rows.to}, f);
}
/// A tile without the rows at either end that hold nothing, for all of its lanes and for each part of them.
tile_run tile_ranges::by_parts(row_span rows) {
  trim(rows);
  tile_run r{rows.from, rows.to - rows.from};
  if (tile::parts == 1) return r;
  r.hidden = true;
  const tile_place all = here;
  const long width = all.part(c.is_double ? weft::lanes<double> : weft::lanes<float>);
  for (long k = 0; k < tile::parts; k++) {
    row_span& live = r.live[k] = rows;
    here.outer = all.outer + k * width, here.lanes = std::min(width, all.lanes - k * width);
    if (here.lanes <= 0 || is_nothing(live)) live.to = live.from;
    else trim(live);
    for (const row_span& left_out : {row_span{rows.from, live.from}, row_span{live.to, rows.to}}) {
      if (left_out.from == left_out.to || here.lanes <= 0) continue;
      r.by_parts = true;
      find(left_out);
      r.hidden = r.hidden && is_hidden();
    }
    live.from -= rows.from, live.to -= rows.from;
  }
  here = all;
  return r;
}
void tile_ranges::trim(row_span& rows) {
  for (long n = c.rows / 2; n >= 8; n /= 2) {
    if (rows.to - rows.from > n && is_nothing({rows.from, rows.from + n})) rows.from += n;
    if (rows.to - rows.from > n && is_nothing({rows.to - n, rows.to})) rows.to -= n;
  }
}

void tile_ranges::find(row_span rows) {
  const prepared_tiles& p = c.program[0];
  const auto at_point = [](double x) { return interval{x, x}; };
  const double most_exact = c.is_double ? 0x1p53 : 0x1p31 - 1; // of integers in lanes, as doubles
  for (int i : p.ranged) {
    interval& r = w.range[static_cast<std::size_t>(i)] = all_values;
    const node& x = p.g[i];
    switch (x.op->how) {
    case form::constant:
      if (!std::isnan(x.at.value))
        r = at_point(x.k == real && !c.is_double ? static_cast<float>(x.at.value) : x.at.value);
      break;
    case form::extent: r = at_point(static_cast<double>(c.extents->of(x.at.axis))); break;
    case form::index: r = of_index(x.at.axis, rows); break;
    case form::input: r = of_input(i, rows); break;
    case form::view: r = w.range[static_cast<std::size_t>(p.g.in(x, 0))]; break;
    case form::map: {
      interval in[3]{};
      for (int j = 0; j < x.count && j < 3; j++) in[j] = w.range[static_cast<std::size_t>(p.g.in(x, j))];
      r = x.op->range(in, x.at);
      if (std::isnan(r.lo) || std::isnan(r.hi) || (x.k == integer && wraps(r, *x.op, most_exact))) r = all_values;
      else if (x.k == real) r = c.is_double ? computed<double>(r, *x.op) : computed<float>(r, *x.op);
      break;
    }
    default: break;
    }
    if (x.k == boolean) r.lo = std::max(r.lo, 0.0), r.hi = std::min(r.hi, 1.0);
    r.nan = r.nan && x.k == real;
  }
}
interval tile_ranges::of_index(axis_ref a, row_span rows) const {
  const auto span = [](long from, long n) {
    return interval{static_cast<double>(from), static_cast<double>(from + n - 1)};
  };
  if (same(a, c.s->outer)) return span(here.outer, here.lanes);
  if (same(a, c.s->inner)) return span(rows.from, rows.to - rows.from);
  if (const int k = c.s->loops.find(a); k >= 0) return span(at[k], 1);
  return span(0, std::max(1l, c.extents->of(a)));
}
interval tile_ranges::of_input(int i, row_span rows) const {
  const int k = c.program[0].read[static_cast<std::size_t>(i)];
  if (k < 0) return all_values;
  const stream_read& r = c.reads[static_cast<std::size_t>(k)];
  if (r.where == stream_read::tile || !r.rest.empty()) return all_values;
  const long n = r.where == stream_read::outer ? here.lanes : r.where == stream_read::inner ? rows.to - rows.from : 1;
  const long first = r.where == stream_read::outer   ? here.outer * r.step_outer
                     : r.where == stream_read::inner ? rows.from * r.step_inner
                                                     : 0;
  const long step = r.where == stream_read::outer ? r.step_outer : r.step_inner;
  const char* from = base(r.from, r.loop);
  constexpr double exact = 0x1p53; // below which doubles hold integers
  interval all{infinity, -infinity};
  with_type(r.from.type, [&](auto zero) {
    const auto* p = reinterpret_cast<const decltype(zero)*>(from) + first;
    for (long j = 0; j < n; j++) {
      const double v = static_cast<double>(p[j * step]);
      all.lo = std::min(all.lo, v), all.hi = std::max(all.hi, v);
    }
  });
  return all.lo <= -exact || all.hi >= exact ? all_values : all;
}
bool tile_ranges::is_nothing(row_span rows) {
  find(rows);
  const prepared_tiles& p = c.program[0];
  for (const auto& exits : p.exits) {
    bool nothing = exits.empty();
    for (const auto& e : exits) {
      const interval& r = w.range[static_cast<std::size_t>(e.node)];
      nothing = nothing || (r.lo == e.nothing && r.hi == e.nothing);
    }
    if (!nothing) return false;
  }
  return true;
}
bool tile_ranges::is_hidden() const {
  for (const mask& m : c.masks) {
    const interval& r = w.range[static_cast<std::size_t>(m.condition)];
    if (m.live ? r.hi != 0 : r.lo != 1) return false;
  }
  return true;
}
bool tile_ranges::is_clear() const {
  for (const mask& m : c.masks) {
    const interval& r = w.range[static_cast<std::size_t>(m.condition)];
    if (m.live ? r.lo != 1 : r.hi != 0) return false;
  }
  return true;
}

} // namespace weft::ir
