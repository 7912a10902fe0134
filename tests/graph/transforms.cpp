// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE transforms
#ifndef WEFT_INTERPRETED
#define WEFT_INTERPRETED // the graphs are tested, not their kernels
#endif
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

/// Functions of functions, and of structures: what they compose to, traced by compile (each transformation a stage) and
/// by build (all at once, at run time).
using namespace weft;

namespace {
constexpr axis<"n", 5> n;
constexpr axis<"m", 3> m;
constexpr auto x_n = arg<"x">(n);
constexpr auto y_n = arg<"y">(n);
constexpr auto t_n = arg<"t">(n);

tensor<double> filled(double v) { return tensor<double>(axes(n), {}, v); }
const tensor<double> two = filled(2), three = filled(3), ones = filled(1);

bool near(const tensor<double>& a, double want) {
  for (double v : a)
    if (std::abs(v - want) > 1e-12 * std::max(1., std::abs(want))) return false;
  return a.size() > 0;
}

constexpr auto cube_sum = [](expr x) { return sum(x * at(x * x), n); };
constexpr auto mixed = [](expr x, expr y) { return sum(x * at(y * y), n); };
constexpr auto wave = [](expr x) { return tanh(x) * at(x); };
const double t2 = std::tanh(2.0);
} // namespace

BOOST_AUTO_TEST_CASE(gradients_of_gradients) {
  constexpr auto quartic = [](expr x) { return x * at(x) * at(x * x); };
  static constexpr auto f1 = compile(grad(quartic), arg<"x">());
  static constexpr auto f2 = compile(grad(grad(quartic)), arg<"x">());
  static constexpr auto f3 = compile(grad(grad(grad(quartic))), arg<"x">());
  const tensor<double> x(2.0);
  for (const policy how : {policy::reference, policy::interpreted}) {
    BOOST_TEST(f1.run(how, x).item() == 32);
    BOOST_TEST(f2.run(how, x).item() == 48);
    BOOST_TEST(f3.run(how, x).item() == 48);
  }
  constexpr auto slope = [](expr x) { return sum(grad(cube_sum)(x), n); };
  static constexpr auto hessian_of_ones = compile(grad(slope), x_n);
  BOOST_TEST(near(hessian_of_ones(two), 12));
}

BOOST_AUTO_TEST_CASE(several_arguments) {
  static constexpr auto both = compile(value_and_grad(mixed, wrt<0, 1>), x_n, y_n);
  const auto [value, gradients] = both(two, three);
  BOOST_TEST(value.item() == 90);
  BOOST_TEST(near(std::get<0>(gradients), 9));
  BOOST_TEST(near(std::get<1>(gradients), 12));
  static constexpr auto second = compile(grad(mixed, wrt<1>), x_n, y_n);
  BOOST_TEST(near(second(two, three), 12));
  static constexpr auto exchanged = compile(grad(mixed, wrt<1, 0>), x_n, y_n);
  BOOST_TEST(near(std::get<0>(exchanged(two, three)), 12));
  BOOST_TEST(near(std::get<1>(exchanged(two, three)), 9));
}

BOOST_AUTO_TEST_CASE(forward_and_reverse_agree) {
  static constexpr auto forwards = compile(jvp(wave), x_n, t_n);
  const double slope = t2 + 2 * (1 - t2 * t2);
  const auto f = forwards(two, three);
  BOOST_TEST(near(f.value, 2 * t2));
  BOOST_TEST(near(f.tangent, 3 * slope));
  static constexpr auto backwards = compile(vjp(wave), x_n, arg<"dy">(n));
  const auto b = backwards(two, three);
  BOOST_TEST(near(b.value, 2 * t2));
  BOOST_TEST(near(b.cotangents, 3 * slope));

  // the second derivative of x tanh x is 2 s (1 - x tanh x), s = 1 - tanh^2
  const double curvature = 2 * (1 - t2 * t2) * (1 - 2 * t2);
  constexpr auto pulled_back = [](expr x, expr dy) { return vjp(wave)(x, dy).cotangents; };
  static constexpr auto jvp_of_vjp = compile(jvp(pulled_back, wrt<0>), x_n, arg<"dy">(n), t_n);
  BOOST_TEST(near(jvp_of_vjp(two, ones, three).tangent, 3 * curvature));
  constexpr auto pushed = [](expr x, expr t) { return jvp(wave)(x, t).tangent; };
  static constexpr auto vjp_of_jvp = compile(vjp(pushed, wrt<0>), x_n, t_n, arg<"dy">(n));
  BOOST_TEST(near(vjp_of_jvp(two, three, ones).cotangents, 3 * curvature));
  constexpr auto total = [](expr x) { return sum(wave(x), n); };
  static constexpr auto by_hvp = compile(hvp(total), x_n, t_n);
  BOOST_TEST(near(by_hvp(two, three), 3 * curvature));
  static constexpr auto by_jvp_of_grad = compile(jvp(grad(total)), x_n, t_n);
  BOOST_TEST(near(by_jvp_of_grad(two, three).tangent, 3 * curvature));
  static constexpr auto jvp_of_jvp =
      compile(jvp([](expr x) { return jvp(wave)(x, 1.0 + 0.0 * at(x)).tangent; }), x_n, t_n);
  BOOST_TEST(near(jvp_of_jvp(two, three).tangent, 3 * curvature));
}

/// Differentiating with respect to a name does not touch what was captured under another.
BOOST_AUTO_TEST_CASE(a_captured_twin_stays_a_constant) {
  static constexpr auto confusion =
      compile([](expr z) { return grad([z](expr y) { return sum(y * at(z), n); })(z); }, arg<"z">(n));
  BOOST_TEST(near(confusion(two), 2)); // d/dy alone: z, not 2 z
  static constexpr auto perturbation =
      compile([](expr z) { return jvp([z](expr y) { return y * at(z); })(z, 1.0 + 0.0 * at(z)).tangent; }, arg<"z">(n));
  BOOST_TEST(near(perturbation(two), 2));
  // grad_x (x * grad_y (x y)) = grad_x x^2 = 2 x
  static constexpr auto nested =
      compile(grad([](expr x) { return sum(x * at(grad([x](expr y) { return sum(x * at(y), n); })(x)), n); }), x_n);
  BOOST_TEST(near(nested(three), 6));
}

BOOST_AUTO_TEST_CASE(what_the_value_does_not_reach_has_gradient_zero) {
  static constexpr auto unreached = compile(
      grad([](expr x, expr y) { return sum(x, n) + 0 * at(sum(index(m) * 1.0, m)) + 0 * at(sum(stop_gradient(y), n)); },
           wrt<1>),
      x_n, y_n);
  BOOST_TEST(near(unreached(two, three), 0));
  static constexpr auto constant = compile(value_and_grad([](expr, expr y) { return sum(y, n); }), x_n, y_n);
  BOOST_TEST(constant(two, three).value.item() == 15);
  BOOST_TEST(near(constant(two, three).gradient, 0));
  static constexpr auto number = compile(grad([](expr) { return expr(3.0); }), x_n);
  BOOST_TEST(near(number(two), 0));
  static constexpr auto still = compile(jvp([](expr x, expr y) { return x + at(0 * at(y)); }, wrt<0>), x_n, y_n, t_n);
  BOOST_TEST(near(still(two, three, ones).tangent, 1));
  static constexpr auto unmoved = compile(jvp([](expr x) { return stop_gradient(x) * at(2.0); }), x_n, t_n);
  BOOST_TEST(near(unmoved(two, three).tangent, 0));
}

BOOST_AUTO_TEST_CASE(integers_are_carried_along) {
  static constexpr auto picked = compile(grad([](expr table, expr ids) { return sum(gather(table, ids, n), m); }),
                                         arg<"table">(n), arg<"ids", integer>(m));
  const auto g = picked(two, tensor<std::int64_t>::from({4, 0, 4}, m));
  BOOST_TEST(g == tensor<double>::from({1, 0, 0, 0, 2}, n));
}

namespace {
template <class T> struct pair_of {
  BOOST_HANA_DEFINE_STRUCT(pair_of, (T, weight), (T, bias));
};
template <class T> struct model {
  BOOST_HANA_DEFINE_STRUCT(model, (T, scale), (std::array<pair_of<T>, 2>, layers));
};
constexpr pair_of<axes> layer_axes{.weight = {n}, .bias = {}};
constexpr model<axes> model_axes{.scale = {}, .layers = repeat<2>(layer_axes)};
constexpr auto predict = [](const model<expr>& w, expr x) {
  for (const pair_of<expr>& l : w.layers) x = x * at(l.weight) + l.bias;
  return sum(x, n) * at(w.scale);
};
template <class T> struct outcome {
  BOOST_HANA_DEFINE_STRUCT(outcome, (T, value), (T, slope), (T, curvature));
};
} // namespace

BOOST_AUTO_TEST_CASE(gradients_have_the_structure_of_the_parameters) {
  static constexpr auto step = compile(value_and_grad(predict), params<"w", model_axes>, x_n);
  const auto layer = [](double w, double b) { return pair_of<tensor<double>>{filled(w), tensor<double>(b)}; };
  const model<tensor<double>> w{tensor<double>(2.0), {layer(3, 1), layer(4, 5)}};
  const auto r = step(w, two); // 2 * sum((2 * 3 + 1) * 4 + 5)
  BOOST_TEST(r.value.item() == 2 * 5 * 33);
  const model<tensor<double>>& g = r.gradient;
  BOOST_TEST(g.scale.item() == 5 * 33);
  BOOST_TEST(near(g.layers[0].weight, 2 * 4 * 2));
  BOOST_TEST(g.layers[0].bias.item() == 2 * 4 * 5);
  BOOST_TEST(near(g.layers[1].weight, 2 * 7));
  BOOST_TEST(g.layers[1].bias.item() == 2 * 5);
  static constexpr auto input_too = compile(grad(predict, wrt<1, 0>), params<"w", model_axes>, x_n);
  BOOST_TEST(near(std::get<0>(input_too(w, two)), 2 * 3 * 4));
  BOOST_TEST(std::get<1>(input_too(w, two)).scale.item() == 5 * 33);
  static constexpr auto curved = compile(hvp(predict, wrt<0>), params<"w", model_axes>, x_n, params<"t", model_axes>);
  const model<tensor<double>> t{tensor<double>(1.0), {layer(0, 0), layer(0, 0)}}; // d gradient / d scale
  BOOST_TEST(near(curved(w, two, t).layers[0].weight, 4 * 2));
  BOOST_TEST(curved(w, two, t).scale.item() == 0);
}

BOOST_AUTO_TEST_CASE(results_have_any_structure) {
  static constexpr auto named = compile(
      [](expr x) {
        return outcome<expr>{.value = cube_sum(x), .slope = grad(cube_sum)(x), .curvature = grad([](expr y) {
                                                                                 return sum(grad(cube_sum)(y), n);
                                                                               })(x)};
      },
      x_n);
  const outcome<tensor<double>> o = named(two);
  BOOST_TEST(o.value.item() == 40);
  BOOST_TEST(near(o.slope, 12));
  BOOST_TEST(near(o.curvature, 12));
  static constexpr auto tuple = compile([](expr x) { return std::tuple{sum(x, n), x > 1, x * at(x)}; }, x_n);
  const auto [total, above, square] = tuple(two);
  static_assert(std::is_same_v<decltype(above), const tensor<bool>>);
  BOOST_TEST(total.item() == 10);
  BOOST_TEST(above[4]);
  BOOST_TEST(near(square, 4));
  static constexpr auto nested = compile(
      [](expr x) {
        return hana::make_tuple(sum(x, n), outcome<expr>{x, x * at(x), -x}, std::array<expr, 2>{x, 2.0 * at(x)});
      },
      x_n);
  const auto h = nested(two);
  BOOST_TEST(hana::at_c<0>(h).item() == 10);
  BOOST_TEST(near(hana::at_c<1>(h).curvature, -2));
  BOOST_TEST(near(hana::at_c<2>(h)[1], 4));
  // of a structure, the first member is the loss and the others are carried along
  static constexpr auto carried =
      compile(value_and_grad([](expr x) { return std::tuple{cube_sum(x), x * at(x)}; }), x_n);
  const auto r = carried(two);
  BOOST_TEST(std::get<0>(r.value).item() == 40);
  BOOST_TEST(near(std::get<1>(r.value), 4));
  BOOST_TEST(near(r.gradient, 12));
  // and a cotangent for each member of one
  static constexpr auto pulled = compile(
      [](expr x, expr a, expr b) {
        return vjp([](expr y) { return std::tuple{y * at(y), sum(y, n)}; })(x, std::tuple{a, b}).cotangents;
      },
      x_n, y_n, arg<"b">());
  BOOST_TEST(near(pulled(two, three, tensor<double>(7.0)), 2 * 2 * 3 + 7));
}

/// A function that only exists at run time, and the same one traced while compiling.
BOOST_AUTO_TEST_CASE(built_programs_are_the_compiled_ones) {
  double factor = 1.0;
  factor += static_cast<double>(two.size());
  const auto f = [factor](expr x) { return sum(exp(x * 0.1) * at(x) * factor, n); };
  const auto built = build(value_and_grad(f), x_n);
  static constexpr auto compiled =
      compile(value_and_grad([](expr x) { return sum(exp(x * 0.1) * at(x) * 6.0, n); }), x_n);
  BOOST_TEST(built.data().source.size() == compiled.data().source.size());
  BOOST_TEST(built.data().lowered.size() == compiled.data().lowered.size());
  BOOST_TEST(built.data().plan.steps.size() == compiled.data().plan.steps.size());
  BOOST_TEST(built(two).value == compiled(two).value);
  BOOST_TEST(built(two).gradient == compiled(two).gradient);
  BOOST_CHECK_EXCEPTION(build([](expr x) { return sum(x, m); }, x_n), error, [](const error& e) {
    return std::string(e.what()).starts_with(
        "sum: no axis m=3 in ([n=5]); reduce over one of the operand's own axes at transforms.cpp:");
  });
}

/// Numbers and indices are arguments like others, if anything traced is in sight: an argument, or what the function
/// holds.
BOOST_AUTO_TEST_CASE(arguments_that_no_trace_has_yet) {
  const auto at_two = [](auto f) { return build(f, x_n)(two); };
  const auto square = [](expr a) { return a * a; };
  BOOST_TEST(near(at_two([](expr x) {
                    const auto f = [x](expr a) { return sum(a * a * at(x), n); };
                    const auto [value, gradient] = value_and_grad(f)(expr(3.0));
                    return gradient * at(broadcast(value, {n}));
                  }),
                  60 * 90));
  BOOST_TEST(at_two([](expr x) {
               return vjp([x](expr a) { return sum(a * a * at(x), n); })(expr(3.0), expr(1.0)).cotangents;
             }).item() == 60);
  BOOST_TEST(at_two([](expr x) {
               return jvp([x](expr a) { return sum(a * a * at(x), n); })(expr(3.0), expr(1.0)).tangent;
             }).item() == 60);
  BOOST_TEST(at_two([](expr x) {
               return hvp([x](expr a) { return sum(a * a * a * at(x), n); })(expr(3.0), expr(1.0));
             }).item() == 180);
  BOOST_TEST(at_two([](expr x) { // two equal numbers, of which one moves
               return grad([](expr a, expr b, expr x) { return sum(a * b * at(x), n); })(expr(3.0), expr(3.0), x);
             })
                 .item() == 30);
  BOOST_TEST(near(
      at_two([](expr x) { return grad([x](expr a) { return sum(a * a * at(x), n); })(index(n) * 0.0 + 1.0); }), 4));
  const auto refused = [](const char* what) {
    return [what](const error& e) { return std::string(e.what()).find(what) != std::string::npos; };
  };
  BOOST_CHECK_EXCEPTION(
      at_two([&](expr x) { return grad(square)(expr(3.0)) * at(x); }), error,
      refused("a derivative of numbers and indices alone; combine an argument with a traced value first"));
  BOOST_CHECK_EXCEPTION(at_two([](expr x) { return grad([](expr i, expr x) { return sum(i * x, n); })(index(n), x); }),
                        error, refused("grad: an argument that is integer has no derivative"));
}

BOOST_AUTO_TEST_CASE(a_mean_over_an_axis_of_its_name) {
  static constexpr axis<"n"> any;
  const auto x = tensor<double>::from({1, 1, 1, 1}, any(4));
  BOOST_TEST(build([](expr x) { return mean(x, axis<"n", 3>{}); }, arg<"x">(any))(x).item() == 1);
  BOOST_TEST(build([](expr x) { return var(x, axis<"n", 3>{}); }, arg<"x">(any))(x).item() == 0);
}
