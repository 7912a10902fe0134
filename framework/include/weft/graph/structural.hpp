// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/define.hpp>

/// The nodes that a graph itself needs: numbers, inputs, extents, indices, conversions, and values under other axes.
namespace weft {
namespace ir {

/// The base of the nodes without operands.
struct leaf {
  static constexpr int arity = 0;
  static constexpr kinds rule = kinds::keep;
};
struct constant_op : leaf {
  static constexpr std::string_view name = "constant";
  static constexpr form how = form::constant;
  static constexpr verdict infer(const operand*, int, const attributes&) { return {}; }
};
inline constexpr op_def constant_def = of<constant_op>::make();

struct input_op : leaf {
  static constexpr std::string_view name = "input";
  static constexpr form how = form::input;
  static constexpr unsigned traits = trait::never_shared;
  static constexpr verdict infer(const operand*, int, const attributes& a) {
    if (axis_ref twice = a.shape.repeated())
      return {{}, "an argument has one axis twice:", twice, nullptr, "use prime(axis) for the twin of an axis"};
    return {a.shape};
  }
};
inline constexpr op_def input_def = of<input_op>::make();

struct extent_op : leaf {
  static constexpr std::string_view name = "extent";
  static constexpr form how = form::extent;
  static constexpr verdict infer(const operand*, int, const attributes&) { return {}; }
};
inline constexpr op_def extent_def = of<extent_op>::make();

struct index_op : leaf {
  static constexpr std::string_view name = "index";
  static constexpr form how = form::index;
  static constexpr verdict infer(const operand*, int, const attributes& a) { return {axes(a.axis)}; }
};
inline constexpr op_def index_def = of<index_op>::make();

/// The indicator of a boolean, 0 or 1. Masks are 0 or -1 in each lane of a packet.
struct indicator_op : elementwise<1> {
  static constexpr std::string_view name = "indicator";
  static constexpr kinds rule = kinds::count;
  [[gnu::always_inline]] static auto eval(auto x) {
    if constexpr (std::is_same_v<decltype(x), bool>) return x ? 1 : 0;
    else return -x;
  }
  static constexpr interval range(interval x) { return x; }
};
inline constexpr op_def indicator_def = of<indicator_op>::make();

/// The nearest real number.
struct to_real_op : elementwise<1> {
  static constexpr std::string_view name = "to_real";
  static constexpr kinds rule = kinds::measure;
  [[gnu::always_inline]] static auto eval(auto x) {
    using lane = std::conditional_t<sizeof(scalar_of<decltype(x)>) == 4, float, double>;
    return convert<with_lanes<decltype(x), lane>>(x);
  }
  static constexpr interval range(interval x) { return x; }
};
inline constexpr op_def to_real_def = of<to_real_op>::make();

/// The strides of a value seen through other axes: by name, 0 along those it lacks.
constexpr layout seen_through(const layout& in, const axes& from, const axes& to) {
  layout r{in.offset, {}};
  for (int i = 0; i < to.n; i++) {
    const int p = from.find(to[i]);
    r.stride[i] = p < 0 ? 0 : in.stride[p];
  }
  return r;
}

/// Its operand with exactly the axes `shape`: reordered, and repeated along those that it lacks. Its derivative is the
/// cotangent itself: `to_axes` sums what was repeated, in the one place where cotangents are accumulated.
struct arrange_op {
  static constexpr std::string_view name = "arrange";
  static constexpr unsigned traits = trait::keeps_axes;
  static constexpr form how = form::view;
  static constexpr int arity = 1;
  static constexpr kinds rule = kinds::keep;
  static constexpr verdict infer(const operand* in, int, const attributes& a) {
    for (axis_ref x : in[0].ax)
      if (!a.shape.has(x)) return {{}, "the wanted axes lack", x};
    return {a.shape};
  }
  static constexpr expr transpose(int, const expr*, const expr&, const expr& dy) { return dy; }
  static constexpr expr simplify(const expr* in, int, const node& x);
  static constexpr layout view(const layout& in, const axes& from, const node& x) {
    return seen_through(in, from, x.ax);
  }
};
inline constexpr op_def arrange_def = of<arrange_op>::make();

/// The same value under a new node, so that differentiating with respect to it does not touch a captured twin.
struct alias_op {
  static constexpr std::string_view name = "alias";
  static constexpr form how = form::view;
  static constexpr int arity = 1;
  static constexpr kinds rule = kinds::keep;
  static constexpr unsigned traits = trait::never_shared | trait::identity;
  static constexpr verdict infer(const operand* in, int, const attributes&) { return {in[0].ax}; }
  static constexpr expr transpose(int, const expr*, const expr&, const expr& dy) { return dy; }
  static constexpr expr simplify(const expr* in, int, const node&) { return in[0]; }
  static constexpr layout view(const layout& in, const axes&, const node&) { return in; }
};
inline constexpr op_def alias_def = of<alias_op>::make();

constexpr expr fresh(const expr& x) { return x.id < 0 ? x : emit(&alias_def, &x, 1, {}, x.where()); }
constexpr expr arrange(const expr& x, axes to, place p = {}) { // by value: the builder's nodes move
  if (x.id < 0 || x.ax() == to) return x;
  attributes a;
  a.shape = to;
  return emit(&arrange_def, &x, 1, a, p);
}
/// Two arrangements, one after the other, are one.
constexpr expr arrange_op::simplify(const expr* in, int, const node& x) {
  if (in[0].ax() == x.ax) return in[0];
  const node y = in[0].node();
  if (y.op != &arrange_def) return {};
  return arrange({in[0].g, in[0].g->operands.at[y.first]}, x.ax, x.where);
}
/// A visible zero with the given axes.
constexpr expr zeros(builder& g, axes ax, place p) { return arrange(attach(g, expr(0.0).loose, p), ax, p); }
} // namespace ir

constexpr expr::expr(double value) { loose.push({&ir::constant_def, nullptr, value, real, {}}); }
template <std::integral I> constexpr expr::expr(I value) {
  constexpr auto most = std::numeric_limits<std::int32_t>::max();
  if (value > I(0) ? static_cast<std::uint64_t>(value) > most : static_cast<std::int64_t>(value) < -most - 1)
    loose.refuse(&ir::constant_def, "an integer in the program must fit 32 bits: give larger ones as arguments");
  loose.push({&ir::constant_def, nullptr, static_cast<double>(value), std::same_as<I, bool> ? boolean : integer, {}});
}
constexpr bool expr::is_constant(double& value) const {
  if (g ? id < 0 || g->nodes.at[id].op != &ir::constant_def : loose.n != 1 || loose.t[0].op != &ir::constant_def)
    return false;
  value = g ? g->nodes.at[id].at.value : loose.t[0].value;
  return true;
}

/// 0, 1, 2.. along an axis: an integer that belongs to no graph until it meets a traced value.
constexpr expr index(axis_ref a) {
  expr r;
  r.loose.push({&ir::index_def, a, 0, integer, {}});
  return r;
}
/// The extent of an axis, an integer: a plain number where it is static.
constexpr expr extent(axis_ref a) {
  if (a->extent != unbound) return expr(a->extent);
  expr r;
  r.loose.push({&ir::extent_def, a, 0, integer, {}});
  return r;
}
/// x with exactly the axes `to`, repeated along those that it lacks.
constexpr expr broadcast(const at& x, const axes& to) {
  if (const axis_ref twice = to.repeated(); twice && x.e.id >= 0)
    return ir::complain(x.e, "broadcast", {{}, "the wanted axes name one twice:", twice}, x.where);
  if (x.e.id >= 0)
    for (axis_ref a : x.e.ax())
      if (!to.has(a))
        return ir::complain(
            x.e, "broadcast",
            {{}, "the wanted axes lack", a, nullptr, "name all of the operand's axes, or sum over this one before"},
            x.where);
  if (x.e.attached()) return ir::arrange(x.e, to, x.where);
  expr r = x.e;
  for (axis_ref a : to) {
    ir::attributes one;
    one.axis = a, one.value = same(a, to[to.n - 1]) ? to.n : 0; // the last one knows how many they are
    r = ir::emit(&ir::arrange_def, &r, 1, one, x.where);
  }
  return r;
}
} // namespace weft
