// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "prepare_ports.hpp"

#include <cmath>
#include <cstdlib>
#include <optional>

namespace weft::ir {

/// Finds gathers and scatters whose ids are positions, as a bias t[i - j] makes them.
struct diagonal_finder {
  const stream_call& c;
  const prepared_tiles& p;

  /// An integer as lane * of the outer axis + row * of the inner one + constant.
  struct line {
    long lane = 0, row = 0, constant = 0;
  };
  std::optional<line> line_of(int i) const {
    const node& x = p.g[i];
    const op_def& op = *x.op;
    if (x.k != integer) return {};
    if (op.how == form::constant) return line{0, 0, static_cast<long>(x.at.value)};
    if (op.how == form::extent) return line{0, 0, c.extents->of(x.at.axis)};
    if (op.how == form::index) {
      const bool outer = same(x.at.axis, c.s->outer), inner = same(x.at.axis, c.s->inner);
      return outer || inner ? std::optional(line{outer, inner, 0}) : std::nullopt;
    }
    if (op.is(trait::keeps_axes)) return line_of(p.g.in(x, 0));
    if (!op.is(trait::addition | trait::subtraction) || x.count != 2) return {};
    const auto a = line_of(p.g.in(x, 0)), b = line_of(p.g.in(x, 1));
    const long sign = op.is(trait::subtraction) ? -1 : 1;
    if (!a || !b) return {};
    return line{a->lane + sign * b->lane, a->row + sign * b->row, a->constant + sign * b->constant};
  }
  /// What node i does along a line, if it does.
  std::optional<tile_diagonal> of(int i, int real_size) const {
    const node& x = p.g[i];
    const bool gathers = x.op->is(trait::gathering);
    if ((!gathers && !x.op->is(trait::scattering)) || x.k != real || x.at.shape.n) return {};
    const int table = p.g.in(x, 0); // or the values that are added up
    const axes both = gathers ? x.ax : p.g[table].ax, one = gathers ? p.g[table].ax : x.ax;
    const auto ids = line_of(p.g.in(x, 1));
    if (!ids || both.n != 2 || !both.has(c.s->outer) || !both.has(c.s->inner) || one.n != 1) return {};
    if (std::abs(ids->lane) != 1 || std::abs(ids->row) > 1) return {};
    const region_memory& m = p.memory[static_cast<std::size_t>(table)];
    const int read = p.read[static_cast<std::size_t>(table)];
    if (gathers && (read < 0 || c.reads[static_cast<std::size_t>(read)].where != stream_read::fixed ||
                    static_cast<int>(size_of(m.type)) != real_size))
      return {};
    tile_diagonal d;
    d.node = i, d.other = table, d.axis = x.at.axis;
    d.lane = ids->lane, d.row = ids->row, d.constant = ids->constant;
    if (gathers) d.stride = m.strides.stride[0];
    return d;
  }
};
} // namespace weft::ir
