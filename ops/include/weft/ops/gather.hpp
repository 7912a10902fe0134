// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/known_range.hpp>
#include <weft/ops/algebra.hpp>
#include <weft/ops/compare.hpp>
#include <weft/ops/to_integer.hpp>
#include <weft/ops/where.hpp>

namespace weft {

constexpr expr gather(const at& table, const at& ids, axis_ref axis);
constexpr expr scatter_add(const at& values, const at& ids, axis_ref axis, const axes& kept = {});

/// table at ids along `axis`: y[ids.., rest] = table[ids, rest].  Axes: those of ids, then the table's others; axes
/// that both have are matched.  If the ids have the axis itself, so does the result, in the ids' order: a permutation
/// of each row, as `sort` makes it.  An id outside the axis is an error.  Its transpose is scatter_add.
struct gather_op {
  static constexpr std::string_view name = "gather";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 2;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr unsigned traits = ir::trait::gathering;
  static constexpr double flops = 0;
  static constexpr ir::verdict infer(const ir::operand* in, int n, const ir::attributes& a) {
    if (!in[0].ax.has(a.axis))
      return {{}, "the table has no axis", a.axis, nullptr, "gather along one of the table's own axes"};
    if (in[1].k != integer) return {{}, "the ids must be integers", nullptr, nullptr, ir::integers_of_reals};
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
    const axes table = in[0].ax(), ids = in[1].ax();
    return scatter_add(at(dy, x.where), in[1], table[table.find(x.at.axis)],
                       ids.without(ids.without(table.without(x.at.axis)))); // what both have is kept
  }
  static void run(const ir::general_call& call);
};
/// values added up at ids along a new `axis`: y[id, rest] = sum of values[ids.., rest] over the ids equal to id, in an
/// order that does not depend on threads.  The ids' axes are summed, but for those `kept`: y[id, kept,
/// rest] has a sum of its own for each place of theirs.  If ids and values have the axis itself, it is summed too.  Its
/// transpose is gather.
struct scatter_add_op {
  static constexpr std::string_view name = "scatter_add";
  static constexpr ir::form how = ir::form::general;
  static constexpr int arity = 2;
  static constexpr ir::kinds rule = ir::kinds::keep;
  static constexpr double flops = 1;
  static constexpr unsigned traits = ir::trait::linear | ir::trait::scattering;
  static constexpr double few = 16; ///< so many selections cost less than a value with both axes in memory
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes& a) {
    if (in[0].ax.has(a.axis) && !in[1].ax.has(a.axis)) return {{}, "the values already have axis", a.axis};
    if (in[1].k != integer) return {{}, "the ids must be integers", nullptr, nullptr, ir::integers_of_reals};
    if (!in[0].ax.contains(in[1].ax)) return {{}, "the values must have all axes of the ids"};
    for (axis_ref x : a.shape)
      if (!in[1].ax.has(x) || same(x, a.axis))
        return {{}, "the ids have no axis", x, nullptr, "only axes of the ids can be kept"};
    ir::verdict v{axes(a.axis)};
    for (axis_ref x : in[0].ax)
      if (!in[1].ax.has(x) || a.shape.has(x)) v.out.add(x);
    return v;
  }
  static constexpr expr transpose(int, const expr* in, const expr& y, const expr& dy) {
    const ir::node x = y.node();
    return gather(at(dy, x.where), in[1], x.at.axis);
  }
  /// Where nothing is summed, each value beside zeros: elementwise. So are sums of a few values if the result has
  /// another sequence than the axis: their region or tile holds all that is summed. An id that may lie off the axis is
  /// looked up among its places first, so that it stays an error.
  static constexpr expr simplify(const expr* in, int, const ir::node& x) {
    const axes ids = in[1].ax(), summed = ids.without(x.at.shape);
    if (ids.has(x.at.axis) || x.k == boolean || in[0].ax().n == max_rank) return {};
    bool rows = false;
    for (axis_ref a : x.ax) rows = rows || (a->role == role::sequence && !same(a, x.at.axis));
    if (summed.n && (ir::assumed(summed) > few || !rows)) return {};
    const at value(in[0], x.where), id(in[1], x.where), zero(x.k == real ? expr(0.0) : expr(0), x.where);
    const at places(ir::attach(*in[1].g, index(x.at.axis), x.where), x.where);
    const ir::interval r = ir::known_range(*in[1].g, in[1].id);
    const bool on_axis = r.lo >= 0 && x.at.axis->extent != unbound && r.hi < static_cast<double>(x.at.axis->extent);
    const at checked(on_axis ? value.e : where(gather(places, id, x.at.axis) == id, value, zero), x.where);
    return ir::arrange(sum(where(places == id, checked, zero), summed), x.ax, x.where);
  }
  static void run(const ir::general_call& call);
};
constexpr expr gather(const at& table, const at& ids, axis_ref axis) {
  ir::attributes a;
  a.axis = axis;
  const expr in[2]{table.e, ids.e};
  return ir::emit(ir::op<gather_op>, in, 2, a, table.where);
}
constexpr expr scatter_add(const at& values, const at& ids, axis_ref axis, const axes& kept) {
  ir::attributes a;
  a.axis = axis, a.shape = kept;
  const expr in[2]{values.e, ids.e};
  return ir::emit(ir::op<scatter_add_op>, in, 2, a, values.where);
}
/// The rows of a table: embedding(table[vocab, width], ids) = gather along vocab.
constexpr expr embedding(const at& table, const at& ids, axis_ref vocabulary) { return gather(table, ids, vocabulary); }
} // namespace weft

extern template struct weft::ir::of<weft::gather_op>;
extern template struct weft::ir::of<weft::scatter_add_op>;
