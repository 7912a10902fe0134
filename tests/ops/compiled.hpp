// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <support/samples.hpp>
#include <support/tolerances.hpp>

#include <weft/trace/compile.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/test/unit_test.hpp>

/// Every op that has generated code, in generated kernels: the same bits as interpreted and the numbers of the
/// reference, and so its derivatives. The listing is cut into parts, each a test program of its own, so that they
/// compile side by side.
namespace support {

inline constexpr int parts_of_listing = 4;

/// Operands of each kind and of other axes: the j-th of an op is the j-th of its kind.
struct operands {
  std::array<expr, 3> reals, integers, booleans;
  constexpr const expr& of(kind k, std::size_t j) const {
    return (k == real ? reals : k == integer ? integers : booleans)[j];
  }
};
template <class Op> constexpr bool has_generated_code = Op::how == ir::form::map || Op::how == ir::form::reduce;

/// Calls f(op) for the ops of a part that have generated code.
template <int Part, class F> constexpr void each_op_of(F f) {
  int place = 0;
  hana::for_each(ops::all, [&](auto op) {
    if constexpr (has_generated_code<decltype(op)>)
      if (place++ % parts_of_listing == Part) f(op);
  });
}
/// Calls f(result) for what an op gives on operands of each kind that it takes; a reduction over lanes and over rows.
template <class Op, class F> constexpr void each_result(const operands& x, F f) {
  for (const kind common : {boolean, integer, real}) {
    if (!ir::admits(Op::rule, common)) continue;
    expr in[3];
    for (std::size_t j = 0; j < std::size_t(Op::arity); j++)
      in[j] = x.of(ir::operand_kind(Op::rule, static_cast<int>(j), common), j);
    if constexpr (Op::how == ir::form::reduce) f(ir::reduce<Op>(in[0], n)), f(ir::reduce<Op>(in[0], i));
    else f(ir::emit(ir::op<Op>, in, Op::arity, {}, in[0].where()));
  }
}

template <int Part> struct values_of {
  static constexpr int count = [] {
    int results = 0;
    each_op_of<Part>([&]<class Op>(Op) {
      for (const kind k : {boolean, integer, real})
        if (ir::admits(Op::rule, k)) results += Op::how == ir::form::reduce ? 2 : 1;
    });
    return results;
  }();
  constexpr auto operator()(expr a, expr b, expr c, expr j, expr k, expr l, expr p, expr q, expr r) const {
    std::array<expr, count> out;
    std::size_t next = 0;
    each_op_of<Part>([&]<class Op>(Op) {
      each_result<Op>({{a, b, c}, {j, k, l}, {p, q, r}}, [&](const expr& y) {
        out[next++] = y.kind() == real ? y : y.kind() == integer ? y * 1.0 : where(y, 1.0, 0.0);
      });
    });
    return out;
  }
};
/// The mean square of all real results that have a derivative.
template <int Part> struct loss_of {
  constexpr expr operator()(expr a, expr b, expr c, expr j, expr k, expr l, expr p, expr q, expr r) const {
    expr total = sum(a * 0.0, a.ax());
    each_op_of<Part>([&]<class Op>(Op) {
      if constexpr (ir::op<Op>->vjp != nullptr)
        each_result<Op>({{a, b, c}, {j, k, l}, {p, q, r}}, [&](const expr& y) {
          if (y.kind() == real) total = total + at(mean(y * at(y), y.ax()));
        });
    });
    return total;
  }
};
template <class F> constexpr auto compiled(F f) {
  return compile(f, arg<"a">(n, i), arg<"b">(i), arg<"c">(i, n), arg<"j", integer>(n, i), arg<"k", integer>(i),
                 arg<"l", integer>(i, n), arg<"p", boolean>(n), arg<"q", boolean>(i, n), arg<"r", boolean>(n, i));
}
template <int Part> inline constexpr auto values_program = compiled(values_of<Part>{});
template <int Part> inline constexpr auto gradients_program = compiled(value_and_grad(loss_of<Part>{}, wrt<0, 1, 2>));

template <class T> tensor<T> drawn_reals(const axes& ax, std::uint64_t seed, double lo, double hi) {
  return uniform(tensor<T>(ax, extents_of(ax)), seed, lo, hi);
}
inline tensor<std::int64_t> drawn_integers(const axes& ax, std::uint64_t seed, std::int64_t lo) {
  return uniform(tensor<std::int64_t>(ax, extents_of(ax)), seed, lo, std::int64_t(10));
}
inline tensor<bool> drawn_booleans(const axes& ax, std::uint64_t seed) {
  tensor<bool> t(ax, extents_of(ax));
  for (long e = 0; e < t.size(); e++) t[e] = uniform_at(seed, static_cast<std::uint64_t>(e)) < 0.5;
  return t;
}

/// The largest difference between two results, over the largest magnitude (at least 1).
template <class A> double apart(const A& x, const A& y) {
  double d = 0;
  each_leaf([&](const auto& s, const auto& t) { d = std::max(d, distance(value(s), value(t))); }, x, y);
  return d;
}
template <class T, class P> void agree(const P& program, double lowest, double tolerance) {
  const auto a = drawn_reals<T>({n, i}, 1, lowest, 0.9), b = drawn_reals<T>(i, 2, 0.2, 0.9),
             c = drawn_reals<T>({i, n}, 3, 0.2, 0.9);
  const auto j = drawn_integers({n, i}, 4, -9), k = drawn_integers(i, 5, 1), l = drawn_integers({i, n}, 6, 1);
  const auto p = drawn_booleans(n, 7), q = drawn_booleans({i, n}, 8), r = drawn_booleans({n, i}, 9);
  const auto run = [&](policy how) { return program.run(how, a, b, c, j, k, l, p, q, r); };
  const auto interpreted = run(policy::interpreted), generated = run(policy::compiled);
  BOOST_TEST(apart(interpreted, generated) == 0);
  BOOST_TEST(apart(run(policy::reference), generated) <= tolerance);
}
template <int Part> void part_agrees() {
  each_op_of<Part>([]<class Op>(Op) { BOOST_TEST_MESSAGE("generated: " << Op::name); });
  agree<double>(values_program<Part>, -2, tolerance::policies);
  agree<float>(values_program<Part>, -2, tolerance::single);
  agree<double>(gradients_program<Part>, 0.2, tolerance::policies);
  agree<float>(gradients_program<Part>, 0.2, tolerance::single);
}
} // namespace support
