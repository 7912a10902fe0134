// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE format
#include <weft/io/format.hpp>
#include <weft/run/random.hpp>

#include <boost/test/unit_test.hpp>

using namespace weft;
namespace {
constexpr axis<"batch"> batch;
constexpr axis<"query"> query;
constexpr axis<"d", 3> d;
} // namespace

BOOST_AUTO_TEST_CASE(a_tensor_prints_as_nested_rows) {
  BOOST_TEST(fmt::format("{}", tensor<float>::from({1, 2, 3, -4.5, 0.125, 6}, query(2), d)) ==
             "tensor<float>[query=2, d=3]\n"
             "[[    1,     2,     3],\n"
             " [ -4.5, 0.125,     6]]");
  BOOST_TEST(fmt::format("{}", iota(tensor<std::int64_t>(batch(2), query(2), d))) ==
             "tensor<int64>[batch=2, query=2, d=3]\n"
             "[[[ 0,  1,  2],\n"
             "  [ 3,  4,  5]],\n"
             "\n"
             " [[ 6,  7,  8],\n"
             "  [ 9, 10, 11]]]");
  BOOST_TEST(fmt::format("{}", tensor<bool>::from({true, false}, query(2))) == "tensor<bool>[query=2]\n[ true, false]");
}

BOOST_AUTO_TEST_CASE(small_and_empty_tensors_stay_in_one_line) {
  BOOST_TEST(fmt::format("{}", tensor<double>(2.5)) == "tensor<double> 2.5");
  BOOST_TEST(fmt::format("{}", tensor<float>()) == "tensor<float> unset");
  BOOST_TEST(fmt::format("{}", tensor<float>(query(0), d)) == "tensor<float>[query=0, d=3] no elements");
}

BOOST_AUTO_TEST_CASE(long_axes_are_cut) {
  BOOST_TEST(fmt::format("{}", iota(tensor<std::int32_t>(query(6)))) == "tensor<int32>[query=6]\n[0, 1, 2, 3, 4, 5]");
  BOOST_TEST(fmt::format("{}", iota(tensor<std::int32_t>(query(700)))) ==
             "tensor<int32>[query=700]\n[  0,   1,   2, ..., 697, 698, 699]");
  BOOST_TEST(to_text(iota(tensor<float>(query(9), d)).ref(), {.edge = 1}) == "tensor<float>[query=9, d=3]\n"
                                                                             "[[ 0, ...,  2],\n"
                                                                             " ...,\n"
                                                                             " [24, ..., 26]]");
}

BOOST_AUTO_TEST_CASE(views_print_in_their_order) {
  const auto x = iota(tensor<float>(query(2), d));
  BOOST_TEST(fmt::format("{}", view(x).permute({d, query})) == "view<float>[d=3, query=2]\n"
                                                               "[[0, 3],\n"
                                                               " [1, 4],\n"
                                                               " [2, 5]]");
}

BOOST_AUTO_TEST_CASE(a_precision_may_be_given) {
  const tensor<double> third(1.0 / 3);
  BOOST_TEST(fmt::format("{}", third) == "tensor<double> 0.333333");
  BOOST_TEST(fmt::format("{:.3}", third) == "tensor<double> 0.333");
  BOOST_CHECK_EXCEPTION((void)fmt::format(fmt::runtime("{:x}"), third), fmt::format_error, [](const auto& e) {
    return std::string(e.what()) == "weft: the format of a tensor is {} or {:.digits}";
  });
}

BOOST_AUTO_TEST_CASE(axes_print_with_static_extents) {
  BOOST_TEST(fmt::format("{}", axes(query, d)) == "[query, d=3]");
  BOOST_TEST(fmt::format("{:>14}", axes(query, d)) == "  [query, d=3]");
  BOOST_TEST(fmt::format("{}", axes()) == "[]");
}
