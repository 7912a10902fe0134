// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE structures
#include "runtime/refused.hpp"

#include <weft/io/tree.hpp>
#include <weft/run/compare.hpp>
#include <weft/run/random.hpp>
#include <weft/run/statistics.hpp>
#include <weft/run/view.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

/// Structures of tensors as text, and compared.
using namespace weft;
namespace {
constexpr axis<"width", 2> width;
constexpr axis<"d", 3> d;
constexpr axis<"n"> n;

template <class T> struct block {
  BOOST_HANA_DEFINE_STRUCT(block, (T, weight), (T, bias));
};
template <class T> struct model {
  BOOST_HANA_DEFINE_STRUCT(model, (T, scale), (std::array<block<T>, 2>, blocks));
};
model<tensor<float>> a_model() {
  model<tensor<float>> m{.scale = tensor<float>(2.5f), .blocks = {}};
  for (block<tensor<float>>& b : m.blocks)
    b = {.weight = iota(tensor<float>(width, d)), .bias = tensor<float>::from({1, 1}, width)};
  return m;
}
const float undefined = std::nanf(""), infinite = std::numeric_limits<float>::infinity();
} // namespace

BOOST_AUTO_TEST_CASE(a_struct_prints_as_a_tree) {
  model<tensor<float>> m = a_model();
  m.blocks[1].bias = tensor<float>::from({undefined, -infinite}, width);
  BOOST_TEST(fmt::format("{}", m) == "scale       float                min 2.5  max 2.5  mean 2.5  std 0\n"
                                     "blocks\n"
                                     "  0\n"
                                     "    weight  float[width=2, d=3]  min 0  max 5  mean 2.5  std 1.71\n"
                                     "    bias    float[width=2]       min 1  max 1  mean 1  std 0\n"
                                     "  1\n"
                                     "    weight  float[width=2, d=3]  min 0  max 5  mean 2.5  std 1.71\n"
                                     "    bias    float[width=2]       no finite number  1 NaN  1 infinite");
  BOOST_TEST(fmt::format("{:.2}", block<tensor<double>>{tensor<double>::from({1, 2.25}, width), {}}) ==
             "weight  double[width=2]  min 1  max 2.2  mean 1.6  std 0.62\n"
             "bias    double           unset");
  BOOST_CHECK_THROW((void)fmt::format(fmt::runtime("{:x}"), m), fmt::format_error);
}

BOOST_AUTO_TEST_CASE(any_structure_prints_as_a_tree) {
  const valued<tensor<double>, std::tuple<tensor<bool>, tensor<double>>> g{
      tensor<double>(1.), {tensor<bool>::from({true, false}, width), tensor<double>(n(0))}};
  BOOST_TEST(fmt::format("{}", tree(g)) == "value  double         min 1  max 1  mean 1  std 0\n"
                                           "gradient\n"
                                           "  0    bool[width=2]  min 0  max 1  mean 0.5  std 0.5\n"
                                           "  1    double[n=0]    no elements");
}

BOOST_AUTO_TEST_CASE(statistics_are_those_of_the_finite_elements) {
  const statistics s = statistics_of(tensor<float>::from({1, undefined, 3, infinite, -1, undefined}, n(6)));
  BOOST_TEST((s.count == 6 && s.nans == 2 && s.infinities == 1 && s.min == -1 && s.max == 3 && s.mean == 1));
  BOOST_TEST(s.deviation() == std::sqrt(8. / 3));
  const auto far = statistics_of(uniform(tensor<double>(n(1000)), 1, 1e9, 1e9 + 1)); // no cancellation
  BOOST_TEST(std::abs(far.deviation() - std::sqrt(1. / 12)) < 0.02);
  const auto x = iota(tensor<std::int64_t>(width, d));
  BOOST_TEST(statistics_of(view(x).slice(d, 1, 3)).mean == 3);
}

BOOST_AUTO_TEST_CASE(structs_are_compared_leaf_by_leaf) {
  const model<tensor<float>> a = a_model();
  model<tensor<float>> b = a;
  BOOST_TEST(close(a, b));
  BOOST_TEST(close(a, b).text() == "17 elements are close");
  b.blocks[0].bias[1] = 1.0001f, b.blocks[1].weight(width(1), d(0)) = 3.25f;
  const closeness found = close(a, b, {.rtol = 0, .atol = 1e-5});
  BOOST_TEST(!found);
  BOOST_TEST(
      (found.differing == 2 && found.where == "blocks.1.weight[width=1, d=0]" && found.a == 3 && found.b == 3.25));
  BOOST_TEST(found.text() ==
             "blocks.1.weight[width=1, d=0]: 3 and 3.25 differ by 0.25, 2.5e+04 times the tolerance; 2 of "
             "17 elements differ");
  BOOST_TEST(close(a, b, {.rtol = 0.1}));
  b = a, b.blocks[1].bias[0] = undefined;
  BOOST_TEST(close(a, b).where == "blocks.1.bias[width=0]");
  BOOST_TEST(!close(b, b)); // a NaN is close to nothing
}

BOOST_AUTO_TEST_CASE(what_can_not_be_compared_is_said) {
  using list = std::vector<tensor<double>>;
  BOOST_TEST(close(list(2, tensor<double>(width)), list(3, tensor<double>(width))).text() ==
             "the members differ: none and 2");
  BOOST_TEST(close(tensor<double>(n(2)), tensor<double>(n(3))).text() ==
             "tensor: the extents of n differ: [n=2] and [n=3]");
  const auto x = iota(tensor<float>(width, d));
  BOOST_TEST(close(x, view(x).permute({d, width}))); // by axis names
  BOOST_TEST(close(tensor<float>(infinite), tensor<double>(double(infinite))));
}

BOOST_AUTO_TEST_CASE(lists_of_other_lengths_are_not_walked_together) {
  const std::vector<tensor<float>> three(3, tensor<float>(n(2))), two(2, tensor<float>(n(2)));
  int walked = 0;
  const auto count = [&](const auto&, const auto&) { walked++; };
  BOOST_TEST(refused([&] { each_leaf(count, three, two); }) ==
             "structures that are walked together: a list has 3 members in the first and 2 in another; give them one "
             "length");
  BOOST_TEST(refused([&] { each_leaf(count, two, three); }) ==
             "structures that are walked together: a list has 2 members in the first and 3 in another; give them one "
             "length");
  BOOST_TEST(walked == 0);
  each_leaf(count, three, three);
  BOOST_TEST(walked == 3);
}
