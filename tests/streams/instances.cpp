// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_instances
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <set>

/// Equal layers share their tile programs, and equal regions, in tiles or not, their kernels.
namespace demo {
using namespace weft;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 32> d;
constexpr axis<"width", 48> width;

constexpr expr layer(const expr& x, const expr& wq, const expr& wk) {
  const expr q = contract(x, wq, width), k = rename(contract(x, wk, width), query, key), v = rename(x, query, key);
  const expr s = where(index(key) <= index(query), contract(q, k, d) * 0.2, -infinity);
  return x + at(contract(softmax(s, key), v, key));
}
constexpr auto x_arg = arg<"x">(query, width);
constexpr auto wq_arg = arg<"wq">(width, d);
constexpr auto wk_arg = arg<"wk">(width, d);

struct counts {
  int streams = 0, passes = 0;
  std::size_t tile_programs = 0, kernels = 0; ///< different ones
};
counts counts_of(ir::plan_view plan) {
  std::set<int> programs, kernels;
  for (const ir::tile_walk& t : plan.streams) programs.insert(t.masked.first_node), programs.insert(t.clear.first_node);
  for (const ir::region_pass& p : plan.passes) kernels.insert(p.same_as);
  return {plan.streams.size(), plan.passes.size(), programs.size(), kernels.size()};
}
counts of_layers(int layers, bool gradient) {
  const auto stack = [layers](expr x, expr wq, expr wk) {
    for (int i = 0; i < layers; i++) x = layer(x, wq, wk);
    return sum(tanh(x), {query, width});
  };
  if (gradient) return counts_of(build(grad(stack, wrt<0, 1, 2>), x_arg, wq_arg, wk_arg).data().plan);
  return counts_of(build(stack, x_arg, wq_arg, wk_arg).data().plan);
}
constexpr auto two_layers = [](expr x, expr wq, expr wk) { return layer(layer(x, wq, wk), wq, wk); };
constexpr auto compiled = compile(two_layers, x_arg, wq_arg, wk_arg);
} // namespace demo
using namespace demo;

BOOST_AUTO_TEST_CASE(more_layers_have_no_more_kernels) {
  for (const bool gradient : {false, true}) {
    const counts two = of_layers(2, gradient), three = of_layers(3, gradient), six = of_layers(6, gradient);
    BOOST_TEST(three.streams - two.streams == (gradient ? 2 : 1));
    BOOST_TEST(six.streams - three.streams == 3 * (three.streams - two.streams));
    BOOST_TEST(six.tile_programs == (gradient ? 4u : 2u)); // with and without the mask, forward and backward
    BOOST_TEST(two.tile_programs == six.tile_programs);
    BOOST_TEST(three.kernels == six.kernels);
    BOOST_TEST(six.passes > three.passes);
  }
}

/// What was generated is what the plan says: a function for each different kernel.
BOOST_AUTO_TEST_CASE(functions_are_counted) {
  const ir::program_data& p = compiled.data_for<float>();
  std::set<ir::region_kernel<float>> functions;
  for (int k = 0; k < p.plan.passes.size(); k++) functions.insert(p.f32[k]);
  const counts n = counts_of(p.plan);
  BOOST_TEST(n.streams == 2);
  BOOST_TEST(n.tile_programs == 2u);
  BOOST_TEST(functions.size() == n.kernels);
  BOOST_TEST(n.passes > static_cast<int>(n.kernels));
}
