// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/algebra.hpp>
#include <weft/graph/emit.hpp>
#include <weft/kernel/evaluate.hpp>

/// From an op's struct to the static object that graphs point at. What the struct may state, and what of it which ops
/// must: docs/reference.md, "Ops of your own".
namespace weft {
namespace ir {

/// Elementwise axes: the operand with most axes gives the order (the first one on a tie), new axes are appended.
constexpr verdict matched(const operand* in, int n, const attributes& = {}) {
  if (n == 1 || (n == 2 && in[0].ax == in[1].ax)) return {in[0].ax};
  int widest = 0;
  for (int i = 1; i < n; i++)
    if (in[i].ax.n > in[widest].ax.n) widest = i;
  verdict v;
  if (n) v.out = in[widest].ax;
  for (int i = 0; i < n; i++)
    if (i != widest && in[i].ax.n && !(in[i].ax == v.out))
      for (axis_ref a : in[i].ax) {
        const int p = v.out.find(a);
        if (p < 0 && v.out.n == max_rank) return {{}, "the result would have more than 8 axes"};
        if (p < 0) v.out.add(a);
        else if (v.out[p]->extent != a->extent)
          return {{},
                  "one axis with two extents:",
                  v.out[p],
                  a,
                  "give one of them another name (rename) or the same extent"};
      }
  return v;
}

/// A reduction drops all of `shape`, or `axis`.
constexpr verdict reduced(const operand* in, int, const attributes& a) {
  const axes drop = a.shape.n ? a.shape : axes(a.axis);
  for (int i = 0; i < drop.n; i++) {
    if (!in[0].ax.has(drop[i])) return {{}, "no axis", drop[i], nullptr, "reduce over one of the operand's own axes"};
    for (int j = 0; j < i; j++)
      if (same(drop[j], drop[i])) return {{}, "an axis is named twice:", drop[i], nullptr, "name each axis once"};
  }
  return {in[0].ax.without(drop)};
}

/// dy * p without needless nodes: most partial derivatives are 1 or -1.
constexpr expr times(const expr& dy, const expr& p, place where) {
  if (p.is_constant_equal(1)) return dy;
  if (p.is_constant_equal(-1)) return -at(dy, where);
  return at(dy, where) * at(p, where);
}

constexpr expr zeros(builder& g, axes ax, place p); // structural.hpp

template <class Op> struct of {
  static constexpr verdict infer(const operand* in, int n, const attributes& a) {
    if constexpr (requires { Op::infer(in, n, a); }) return Op::infer(in, n, a);
    else if constexpr (Op::how == form::reduce) return reduced(in, n, a);
    else return matched(in, n, a);
  }
  static constexpr bool has_partials = requires(expr e) { Op::partials(e, e); } || requires(expr e) {
    Op::partials(e, e, e);
  } || requires(expr e) { Op::partials(e, e, e, e); };
  static constexpr bool has_transpose = requires(expr e) { Op::transpose(0, &e, e, e); };
  static constexpr bool has_vjp = requires(expr e) { Op::vjp(0, &e, e, e); };
  static constexpr bool has_jvp = requires(expr e) { Op::jvp(&e, &e, e); };

  static constexpr auto partials(const expr* in, const expr& y)
    requires(has_partials)
  {
    if constexpr (Op::arity == 1) return Op::partials(in[0], y);
    else if constexpr (Op::arity == 2) return Op::partials(in[0], in[1], y);
    else return Op::partials(in[0], in[1], in[2], y);
  }

  static constexpr expr vjp(int which, const expr* in, int, const expr& y, const expr& dy)
    requires(has_vjp || has_transpose || has_partials)
  {
    if constexpr (has_vjp) return Op::vjp(which, in, y, dy);
    else if constexpr (has_transpose) return Op::transpose(which, in, y, dy);
    else {
      const auto p = partials(in, y);
      const expr& factor = p[static_cast<std::size_t>(which)];
      return factor.empty() ? expr{} : times(dy, factor, y.where());
    }
  }
  static constexpr expr jvp(const expr* in, const expr* t, int n, const expr& y)
    requires(has_jvp || has_transpose || has_partials)
  {
    if constexpr (has_jvp) return Op::jvp(in, t, y);
    else if constexpr (has_transpose) { // linear in all operands together: itself, with zeros where nothing moves
      const node x = y.node();
      expr moved[max_rank];
      for (int i = 0; i < n; i++)
        moved[i] = t[i].attached() ? t[i] : in[i].kind() == real ? zeros(*y.g, in[i].ax(), x.where) : in[i];
      return emit(x.op, moved, n, x.at, x.where);
    } else {
      const auto p = partials(in, y);
      expr r;
      for (int i = 0; i < n; i++)
        if (t[i].attached() && !p[static_cast<std::size_t>(i)].empty()) {
          const expr term = times(t[i], p[static_cast<std::size_t>(i)], y.where());
          r = r.attached() ? at(r, y.where()) + at(term, y.where()) : term;
        }
      return r;
    }
  }
  static constexpr expr simplify(const expr* in, int n, const node& x)
    requires requires { Op::simplify(in, n, x); }
  {
    return Op::simplify(in, n, x);
  }
  static constexpr layout view(const layout& in, const axes& from, const node& x, const extents_of& e)
    requires requires { &Op::view; }
  {
    if constexpr (requires { Op::view(in, from, x, e); }) return Op::view(in, from, x, e);
    else return Op::view(in, from, x);
  }
  static constexpr interval stated_range(const interval* in, const attributes& a) {
    if constexpr (requires { Op::range(in, a); }) return Op::range(in, a);
    else if constexpr (requires { Op::range(in[0]); }) return Op::range(in[0]);
    else if constexpr (requires { Op::range(in[0], in[0]); }) return Op::range(in[0], in[1]);
    else if constexpr (requires { Op::range(in[0], in[0], in[0]); }) return Op::range(in[0], in[1], in[2]);
    else return {-infinity, infinity, true};
  }
  /// What the op states, and of NaNs what holds of all ops: they come from operands, as NaNs or infinite ones; a
  /// comparison with one may go either way. An op states where it makes one of finite numbers.
  static constexpr interval range(const interval* in, const attributes& a) {
    interval r = stated_range(in, a);
    if constexpr (Op::how == form::map && Op::rule == kinds::select) {
      r.nan = (in[0].hi != 0 && in[1].nan) || (in[0].lo != 1 && in[2].nan);
    } else if constexpr (Op::how == form::map) {
      for (int j = 0; j < Op::arity; j++) {
        if (Op::rule == kinds::compare && in[j].nan) return {0, 1};
        r.nan = r.nan || in[j].nan || in[j].lo == -infinity || in[j].hi == infinity;
      }
      if (Op::rule == kinds::compare) r.nan = false;
    }
    return r;
  }

  static const evaluator<float> f32[3];
  static const evaluator<double> f64[3];

  /// What running needs of an op. The rules above are for tracing: a graph that is emitted points at this part alone,
  /// so that no code is made for them.
  static constexpr op_def make_code() {
    op_def d;
    d.name = Op::name, d.hash = hash_of(Op::name), d.how = Op::how, d.arity = Op::arity, d.rule = Op::rule;
    if constexpr (requires { Op::traits; }) d.traits = Op::traits;
    if constexpr (requires { Op::flops; }) d.flops = Op::flops;
    if constexpr (requires { Op::neutral; }) d.neutral = Op::neutral;
    if constexpr (has_transpose) d.traits |= trait::linear;
    if constexpr (requires { &Op::extents; }) d.extents = &Op::extents;
    if constexpr (requires { &Op::view; }) d.view = &view;
    if constexpr (requires { &Op::run; }) d.run = &Op::run;
    d.range = &range;
    d.one_f32[0] = one_of<Op, boolean, float>(), d.one_f64[0] = one_of<Op, boolean, double>();
    d.one_f32[1] = one_of<Op, integer, float>(), d.one_f64[1] = one_of<Op, integer, double>();
    d.one_f32[2] = one_of<Op, real, float>(), d.one_f64[2] = one_of<Op, real, double>();
    d.f32 = f32, d.f64 = f64;
    return d;
  }
  static constexpr op_def code = make_code();
  static constexpr op_def make() {
    op_def d = code;
    d.code_only = &code;
    d.infer = &infer;
    if constexpr (has_vjp || has_transpose || has_partials) d.vjp = &vjp;
    if constexpr (has_jvp || has_transpose || has_partials) d.jvp = &jvp;
    if constexpr (requires(expr e, node x) { Op::simplify(&e, 1, x); }) d.simplify = &simplify;
    if constexpr (requires(const double* v) { Op::fold(v); }) d.fold = &Op::fold;
    if constexpr (requires { &Op::expand; }) d.expand = &Op::expand;
    if constexpr (requires { &Op::expand_normalised; }) d.expand_normalised = &Op::expand_normalised;
    if constexpr (requires { &Op::shift; }) d.shift = &Op::shift;
    if constexpr (requires { typename Op::of_lowered; }) {
      static_assert((Op::of_lowered::traits & trait::exponential) != 0, "of_lowered must be an exponential too");
      d.of_lowered = &of<typename Op::of_lowered>::def;
    }
    if constexpr (requires { &Op::exponentials; }) d.exponentials = &Op::exponentials;
    if constexpr (requires { &Op::lowered; }) d.lowered = &Op::lowered;
    return d;
  }
  static constexpr op_def def = make();
};
// No constants, so that where an `extern template` says that they are elsewhere they are not made here.
template <class Op>
constinit const evaluator<float> of<Op>::f32[3]{functions_of<Op, boolean, float>(), functions_of<Op, integer, float>(),
                                                functions_of<Op, real, float>()};
template <class Op>
constinit const evaluator<double> of<Op>::f64[3]{functions_of<Op, boolean, double>(),
                                                 functions_of<Op, integer, double>(), functions_of<Op, real, double>()};
template <class Op> inline constexpr const op_def* op = &of<Op>::def;

template <class Op> constexpr expr unary(const at& x, const attributes& a = {}) {
  return emit(op<Op>, &x.e, 1, a, x.where);
}
template <class Op> constexpr expr binary(const at& a, const at& b) {
  const expr in[2]{a.e, b.e};
  return emit(op<Op>, in, 2, {}, a.where);
}
template <class Op> constexpr expr ternary(const at& a, const at& b, const at& c) {
  const expr in[3]{a.e, b.e, c.e};
  return emit(op<Op>, in, 3, {}, a.where);
}
template <class Op> constexpr expr reduce(const at& x, const axes& over) {
  if (over.n == 0) return x.e;
  attributes a;
  if (over.n == 1) a.axis = over[0];
  else a.shape = over;
  return emit(op<Op>, &x.e, 1, a, x.where);
}
} // namespace ir

/// The base of an elementwise op with N operands. The struct gives `name`, `eval` (generic: a number, or a packet of
/// them, with `?:` and no branches), and `partials(operands..., y)`: d y / d operand, as expressions, once.
template <int N> struct elementwise {
  static constexpr ir::form how = ir::form::map;
  static constexpr int arity = N, operands = N;
  static constexpr ir::kinds rule = ir::kinds::reals;
};

/// The base of a reduction: the struct gives `neutral`, `eval(a, b)` that combines two, and its derivatives.
struct reduction {
  static constexpr ir::form how = ir::form::reduce;
  static constexpr int arity = 1, operands = 2;
  static constexpr ir::kinds rule = ir::kinds::same;
};
} // namespace weft
