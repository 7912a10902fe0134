// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "prepare_ports.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

namespace weft::ir {

/// Finds gathers and scatters whose ids are positions, as a bias t[i - j] makes them.
struct line_finder {
  const stream_call& c;
  const prepared_tiles& p;

  /// An integer as lane * of the outer axis + row * of the inner one + constant.
  struct linear {
    long lane = 0, row = 0, constant = 0;
  };
  std::optional<linear> linear_of(int i) const {
    const node& x = p.g[i];
    const op_def& op = *x.op;
    if (x.k != integer) return {};
    if (op.how == form::constant) return linear{0, 0, static_cast<long>(x.at.value)};
    if (op.how == form::extent) return linear{0, 0, c.extents->of(x.at.axis)};
    if (op.how == form::index) {
      const bool outer = same(x.at.axis, c.s->outer), inner = same(x.at.axis, c.s->inner);
      return outer || inner ? std::optional(linear{outer, inner, 0}) : std::nullopt;
    }
    if (op.is(trait::keeps_axes)) return linear_of(p.g.in(x, 0));
    if (!op.is(trait::addition | trait::subtraction) || x.count != 2) return {};
    const auto a = linear_of(p.g.in(x, 0)), b = linear_of(p.g.in(x, 1));
    const long sign = op.is(trait::subtraction) ? -1 : 1;
    if (!a || !b) return {};
    const linear r{a->lane + sign * b->lane, a->row + sign * b->row, a->constant + sign * b->constant};
    const long largest = std::abs(r.lane) * c.outer + std::abs(r.row) * c.inner + std::abs(r.constant);
    return largest > std::numeric_limits<std::int32_t>::max() ? std::nullopt : std::optional(r); // it may wrap around
  }
  /// What node i does along a line, if it does.
  std::optional<tile_line> of(int i, long real_size) const {
    const node& x = p.g[i];
    const bool gathers = x.op->is(trait::gathering);
    if ((!gathers && !x.op->is(trait::scattering)) || x.k != real || x.at.shape.n) return {};
    const int table = p.g.in(x, 0); // or the values that are added up
    const axes both = gathers ? x.ax : p.g[table].ax, one = gathers ? p.g[table].ax : x.ax;
    const auto ids = linear_of(p.g.in(x, 1));
    const auto spans = [&](const axes& ax) { return ax.has(c.s->outer) + ax.has(c.s->inner); };
    if (!ids || both.n != 2 || spans(both) != 2 || one.n != 1 || spans(one) != 0) return {};
    if (std::abs(ids->lane) != 1 || std::abs(ids->row) > 1) return {};
    const region_memory& m = p.memory[static_cast<std::size_t>(table)];
    const int read = p.read[static_cast<std::size_t>(table)];
    if (gathers && (read < 0 || c.reads[static_cast<std::size_t>(read)].where != stream_read::fixed ||
                    static_cast<long>(size_of(m.type)) != real_size))
      return {};
    tile_line d;
    d.node = i, d.other = table, d.axis = x.at.axis;
    d.lane = ids->lane, d.row = ids->row, d.constant = ids->constant;
    if (gathers) d.stride = m.strides.stride[0];
    return d;
  }
};

/// The lines of a program, and which of its steps are left to do.
struct line_preparation : port_preparation {
  using port_preparation::port_preparation;

  void bind_lines(range<port> ports, prepared_tiles& p) {
    const long real_size = c.is_double ? sizeof(double) : sizeof(float);
    for (int i = 0; i < p.g.size(); i++) {
      auto d = line_finder{c, p}.of(i, real_size);
      if (!d) continue;
      for (const port& q : ports)
        if (q.what == port::add && q.tile == i && adds_itself(p.g, q)) d->state = state_of(q, p.g);
      const bool scatters = p.g[i].op->is(trait::scattering);
      if (scatters && d->state < 0) continue;
      d->length = c.width + (c.rows - 1) * std::abs(d->slope());
      d->offset = arena.take(whole_lines(d->length * (scatters ? tile_line::turns : 1) * real_size)) +
                  (d->slope() < 0 ? c.rows - 1 : 0) * real_size;
      if (scatters) d->stride = state_stride(c.states[static_cast<std::size_t>(d->state)], d->axis);
      else {
        region_memory& m = p.memory[static_cast<std::size_t>(i)];
        for (int j = 0; j < 2; j++) m.strides.stride[j] = same(p.g[i].ax[j], s.outer) ? 1 : d->slope();
        p.offset[static_cast<std::size_t>(i)] = d->offset;
      }
      p.lines.push_back(*d);
    }
  }
  static const tile_line* line_of(const prepared_tiles& p, int i) {
    for (const tile_line& d : p.lines)
      if (d.node == i) return &d;
    return nullptr;
  }
  /// The steps but for those that only make ids of lines.
  std::vector<step> needed_steps(const tile_program& t, range<port> ports, const prepared_tiles& p) const {
    std::vector<char> wanted(p.memory.size());
    const auto want = [&](int i) { wanted[static_cast<std::size_t>(storage_of(p.g, i))] = true; };
    for (const port& x : ports) {
      if (x.what != port::read) want(x.tile);
      if (x.factor >= 0) want(x.factor);
    }
    std::vector<step> needed;
    for (int k = t.steps; k-- > 0;) {
      const step& x = plan.steps_of(t)[k];
      bool makes = false;
      each_access(p.g, plan, x, [](int) {}, [&](int i) { makes = makes || wanted[static_cast<std::size_t>(i)]; });
      if (!makes) continue;
      needed.push_back(x);
      if (const tile_line* d = x.what == step::run_general ? line_of(p, x.id) : nullptr) want(d->other);
      else each_access(p.g, plan, x, want, [](int) {});
    }
    std::reverse(needed.begin(), needed.end());
    return needed;
  }
};
} // namespace weft::ir
