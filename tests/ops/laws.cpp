// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE laws
#include "ops/laws.hpp"

#include <weft/trace/compile.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/test/unit_test.hpp>

using namespace support;

// An op of this file's own, as a user would write it.
namespace mine {
constexpr expr softsign(const at& x);
/// x / (1 + |x|).
struct softsign_op : elementwise<1> {
  static constexpr std::string_view name = "softsign";
  [[gnu::always_inline]] static auto eval(auto x) {
    auto size = x < 0 ? -x : x;
    return x / (1 + size);
  }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) {
    const expr r = 1 / (1 + at(abs(x)));
    return {r * at(r)};
  }
  static constexpr ir::interval range(ir::interval) { return {-1, 1}; }
};
constexpr expr softsign(const at& x) { return ir::unary<softsign_op>(x); }

/// Wrong on purpose, in one place each: what the laws must notice.
struct wrong_vjp_op : elementwise<1> {
  static constexpr std::string_view name = "wrong_vjp";
  [[gnu::always_inline]] static auto eval(auto x) { return x * x; }
  static constexpr expr vjp(int, const expr* in, const expr&, const expr& dy) { return at(dy) * in[0]; } // not 2 x
  static constexpr expr jvp(const expr* in, const expr* t, const expr&) { return 2 * at(t[0]) * in[0]; }
};
struct wrong_partials_op : elementwise<1> {
  static constexpr std::string_view name = "wrong_partials";
  [[gnu::always_inline]] static auto eval(auto x) { return math::tanh(x); }
  static constexpr std::array<expr, 1> partials(const expr&, const expr& y) { return {1 - at(y)}; } // not 1 - y^2
  static constexpr ir::interval range(ir::interval) { return {-0.5, 0.5}; }                         // not [-1, 1]
};
struct wrong_second_op : elementwise<1> { // a first derivative that is right only where it is looked at as a number
  static constexpr std::string_view name = "wrong_second";
  [[gnu::always_inline]] static auto eval(auto x) { return x * x; }
  static constexpr std::array<expr, 1> partials(const expr& x, const expr&) { return {2 * at(stop_gradient(x))}; }
};
struct wrong_axes_op : elementwise<2> {
  static constexpr std::string_view name = "wrong_axes";
  static constexpr ir::verdict infer(const ir::operand* in, int, const ir::attributes&) { return {in[0].ax}; }
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a + b; }
  static constexpr std::array<expr, 2> partials(const expr&, const expr&, const expr&) { return {1.0, 1.0}; }
};
struct wrong_transpose_op : reduction {
  static constexpr std::string_view name = "wrong_transpose";
  static constexpr double neutral = 0;
  [[gnu::always_inline]] static auto eval(auto a, auto b) { return a + b; }
  static constexpr expr transpose(int, const expr* in, const expr&, const expr& dy) {
    return broadcast(2 * at(dy), in[0].ax());
  }
};
struct without_derivative_op : elementwise<1> {
  static constexpr std::string_view name = "without_derivative";
  [[gnu::always_inline]] static auto eval(auto x) { return x * x; }
};
} // namespace mine

BOOST_AUTO_TEST_CASE(every_op_of_the_listing_keeps_the_laws) {
  const std::vector<row> all = rows();
  print_heading();
  int ops = 0, cells = 0;
  boost::hana::for_each(ops::all, [&](auto op) {
    using Op = decltype(op);
    int found = 0;
    for (const row& r : all)
      if (r.op == ir::op<Op>) {
        const verdicts v = laws_of(r, says_no_derivative<Op>());
        print(r, v);
        for (std::size_t k = 0; k < v.size(); k++) {
          BOOST_TEST(!v[k].text.empty());
          BOOST_TEST(v[k].kept, Op::name << ", law '" << law_names[k] << "': " << v[k].text);
        }
        cells += static_cast<int>(v.size()), found++;
      }
    BOOST_TEST(found > 0, "no row of samples for " << Op::name << " in tests/support/samples.hpp");
    ops++;
  });
  BOOST_TEST(ops == static_cast<int>(decltype(boost::hana::length(ops::all))::value));
  std::printf("%d ops, %d cells\n", ops, cells);
}

BOOST_AUTO_TEST_CASE(an_op_of_the_user_keeps_the_laws) {
  const row r{ir::op<mine::softsign_op>, {{{n, i}}}, [](const std::vector<expr>& x) { return mine::softsign(x[0]); }};
  const verdicts v = laws_of(r);
  print(r, v);
  for (std::size_t k = 0; k < v.size(); k++) BOOST_TEST(v[k].kept, law_names[k] << ": " << v[k].text);
}

/// Nothing but its struct: it fuses with what surrounds it, and so does its derivative.
BOOST_AUTO_TEST_CASE(an_op_of_the_user_fuses) {
  static constexpr auto chain = [](expr x) { return mine::softsign(2 * x + 1) * x; };
  constexpr auto value = compile(chain, arg<"x">(n, i));
  constexpr auto slope =
      compile([](expr x, expr t) { return jvp(chain)(x, t).tangent; }, arg<"x">(n, i), arg<"t">(n, i));
  static_assert(value.kernels() == 1 && slope.kernels() == 1);
  const auto x = uniform(tensor<double>(n(19), i), 1, -2, 2), t = uniform(tensor<double>(n(19), i), 2, -1, 1);
  BOOST_TEST(max_abs_difference(value(x), value.reference(x)) < 1e-14);
  BOOST_TEST(max_abs_difference(slope(x, t), slope.reference(x, t)) < 1e-14);
}
/// Without a derivative it is asked for none: tests/compile_fail has the error where one is.
BOOST_AUTO_TEST_CASE(an_op_without_a_derivative_runs) {
  constexpr auto squares =
      compile([](expr x) { return ir::unary<mine::without_derivative_op>(x) + 1; }, arg<"x">(n, i));
  static_assert(squares.kernels() == 1);
  const auto x = uniform(tensor<double>(n(19), i), 1, -2, 2);
  BOOST_TEST(max_abs_difference(squares(x), squares.reference(x)) == 0);
}

BOOST_AUTO_TEST_CASE(wrong_ops_break_the_laws) {
  const auto laws = []<class Op>(Op) {
    const row r{ir::op<Op>, {{{n, i}}}, [](const std::vector<expr>& x) { return ir::unary<Op>(x[0]); }};
    const verdicts v = laws_of(r);
    print(r, v);
    return v;
  };
  const verdicts wrong_vjp = laws(mine::wrong_vjp_op{});
  BOOST_TEST(wrong_vjp[law::tangent].kept);
  BOOST_TEST(!wrong_vjp[law::adjoint].kept);
  const verdicts wrong_partials = laws(mine::wrong_partials_op{});
  BOOST_TEST(!wrong_partials[law::tangent].kept);
  BOOST_TEST(wrong_partials[law::adjoint].kept);
  BOOST_TEST(!wrong_partials[law::range].kept);
  const verdicts wrong_second = laws(mine::wrong_second_op{});
  BOOST_TEST(wrong_second[law::tangent].kept);
  BOOST_TEST(wrong_second[law::adjoint].kept);
  BOOST_TEST(!wrong_second[law::second].kept);
  const verdicts silent = laws(mine::without_derivative_op{});
  BOOST_TEST(!silent[law::tangent].kept);
  using v = const std::vector<expr>&;
  const verdicts wrong_transpose = laws_of({ir::op<mine::wrong_transpose_op>, {{{n, i}}}, [](v x) {
                                              return ir::reduce<mine::wrong_transpose_op>(x[0], n);
                                            }});
  BOOST_TEST(!wrong_transpose[law::adjoint].kept);
  const verdicts wrong_axes = laws_of({ir::op<mine::wrong_axes_op>, {{{i}}, {{n, i}}}, [](v x) {
                                         return ir::binary<mine::wrong_axes_op>(x[0], x[1]);
                                       }});
  BOOST_TEST(!wrong_axes[law::batch].kept);
}
