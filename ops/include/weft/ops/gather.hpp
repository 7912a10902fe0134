// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>

namespace weft {

constexpr expr gather(const at& table, const at& ids, axis_ref axis);
constexpr expr scatter_add(const at& values, const at& ids, axis_ref axis);

namespace ir {
/// Throws, naming op and axis, if an id is not a place on the axis.
inline void check_id(const char* who, long id, axis_ref axis, long extent) {
  if (id < 0 || id >= extent)
    throw error(std::string(who) + ": id " + std::to_string(id) + " is not on axis " + std::string(axis->name) + ", which has " +
                std::to_string(extent) + " places from 0");
}
/// Calls f(table offset, values offset) for each pair that an id joins, rows of the last axis at a time when it can.
template <class F> void each_pair(const char* who, const tensor_ref& table, const tensor_ref& ids, const tensor_ref& values, axis_ref axis, F f) {
  const strides_along v(values, values.ax), t(table, values.ax), i(ids, values.ax);
  const long extent = table.extent_of(axis), stride = table.stride_of(axis);
  with_type(ids.type, [&](auto zero) {
    using I = decltype(zero);
    const int last = values.ax.n - 1;
    const bool rows = last >= 0 && i.stride[last] == 0;
    const long n = rows ? values.extent[last] : 1;
    each_index(values.extent, rows ? last : last + 1, [&](const long* at) {
      long coordinates[max_rank]{};
      for (int k = 0; k < (rows ? last : last + 1); k++) coordinates[k] = at[k];
      const long id = static_cast<long>(elements<I>(ids)[i(coordinates)]);
      check_id(who, id, axis, extent);
      f(t(coordinates) + id * stride, v(coordinates), n, rows ? t.stride[last] : 0, rows ? v.stride[last] : 0);
    });
  });
}
} // namespace ir

/// table at ids along `axis`: y[ids.., rest] = table[ids, rest].  Axes: those of ids, then the table's others; axes that
/// both have are matched.  An id outside the axis is an error.  Its transpose is scatter_add.
struct gather_op {
  static constexpr std::string_view name = "gather";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 2;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 0;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    if (!in[0].ax.has(a.axis)) return {{}, "the table has no axis", a.axis};
    if (in[1].ax.has(a.axis)) return {{}, "the ids must not have the axis that they select from:", a.axis};
    if (in[1].k != integer) return {{}, "the ids must be integers"};
    const ir::operand rest[2]{{in[1].ax, in[0].k}, {in[0].ax.without(a.axis), in[0].k}};
    ir::verdict v = ir::matched(rest, n, a);
    if (v.refused) return v;
    v.out = in[1].ax;
    for (axis_ref x : rest[1].ax)
      if (!v.out.has(x)) v.out.add(x);
    return v;
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return scatter_add(at(dy, x.where), in[1], in[0].ax()[in[0].ax().find(x.at.axis)]);
  }
  static void run(const ir::general_call& call) {
    with_type(call.out.type, [&](auto zero) {
      using T = decltype(zero);
      ir::each_pair("gather", call.in[0], call.in[1], call.out, call.x.at.axis, [&](long t, long v, long n, long ts, long vs) {
        const T* from = ir::elements<T>(call.in[0]) + t;
        T* to = ir::elements<T>(call.out) + v;
        for (long k = 0; k < n; k++) to[k * vs] = from[k * ts];
      });
    });
  }
};
/// values added up at ids along a new `axis`: y[id, rest] = sum of values[ids.., rest] over the ids equal to id, in the order
/// of the ids (the sum does not depend on threads).  Ids' axes that the values have are summed.  Its transpose is gather.
struct scatter_add_op {
  static constexpr std::string_view name = "scatter_add";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 2;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 1;
  static constexpr unsigned traits = ir::trait::linear;
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    if (in[0].ax.has(a.axis)) return {{}, "the values already have axis", a.axis};
    if (in[1].k != integer) return {{}, "the ids must be integers"};
    if (!in[0].ax.contains(in[1].ax)) return {{}, "the values must have all axes of the ids"};
    ir::verdict v{axes(a.axis)};
    for (axis_ref x : in[0].ax)
      if (!in[1].ax.has(x)) v.out.add(x);
    return v;
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return gather(at(dy, x.where), in[1], x.at.axis);
  }
  static void run(const ir::general_call& call) {
    with_type(call.out.type, [&](auto zero) {
      using T = decltype(zero);
      T* out = ir::elements<T>(call.out);
      const ir::strides_along to(call.out, call.out.ax);
      ir::each_index(call.out.extent, call.out.ax.n, [&](const long* at) { out[to(at)] = T{}; });
      ir::each_pair("scatter_add", call.out, call.in[1], call.in[0], call.x.at.axis, [&](long t, long v, long n, long ts, long vs) {
        const T* from = ir::elements<T>(call.in[0]) + v;
        for (long k = 0; k < n; k++) out[t + k * ts] = static_cast<T>(out[t + k * ts] + from[k * vs]);
      });
    });
  }
};
constexpr expr gather(const at& table, const at& ids, axis_ref axis) {
  ir::attributes a;
  a.axis = axis;
  const expr in[2]{table.e, ids.e};
  return ir::emit(ir::op<gather_op>, in, 2, a, table.where);
}
constexpr expr scatter_add(const at& values, const at& ids, axis_ref axis) {
  ir::attributes a;
  a.axis = axis;
  const expr in[2]{values.e, ids.e};
  return ir::emit(ir::op<scatter_add_op>, in, 2, a, values.where);
}
/// The rows of a table: embedding(table[vocab, width], ids) = gather along vocab.
constexpr expr embedding(const at& table, const at& ids, axis_ref vocabulary) { return gather(table, ids, vocabulary); }
} // namespace weft
