// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE print
#include <weft/facts/print.hpp>
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>
#include <vector>

/// What `print` writes, and how often: once for each use in the source, by every policy, whatever the passes do.
namespace {
using namespace weft;
constexpr axis<"n"> n;
std::vector<std::string> lines;
struct listening {
  print_function before = print_to([](std::string_view line) { lines.emplace_back(line); });
  listening() { lines.clear(); }
  ~listening() { print_to(before); }
};

/// Twice the same value under one name, in the middle of what is fused, and once where nothing uses it.
constexpr auto watched = [](expr x) {
  const expr y = x * at(x);
  print(y, "unused");
  return print(y, "y") + at(print(y, "y"));
};
constexpr auto total = [](expr x) { return sum(print(watched(x), "sum"), n); };
constexpr auto run_watched = compile(watched, arg<"x">(n));
constexpr auto run_gradient = compile(value_and_grad(total), arg<"x">(n));
const tensor<double> x = tensor<double>::from({1, 2, -3}, n(3));
} // namespace

BOOST_AUTO_TEST_CASE(a_line_has_shape_and_statistics) {
  const listening here;
  constexpr auto p = compile([](expr x) { return print(x, "x"); }, arg<"x">(n));
  p(tensor<float>::from({1, 2, 6, NAN, INFINITY, -INFINITY}, n(6)));
  p(tensor<float>::from({NAN}, n(1)));
  p(tensor<float>(n(0)));
  BOOST_TEST(lines == (std::vector<std::string>{"x[n=6]: min 1, max 6, mean 3, std 2.16025, 1 NaN, 2 inf",
                                                "x[n=1]: no finite number, 1 NaN", "x[n=0]: no finite number"}),
             boost::test_tools::per_element());
}
BOOST_AUTO_TEST_CASE(lines_go_to_some_function) { BOOST_CHECK_THROW(print_to(nullptr), error); }
BOOST_AUTO_TEST_CASE(the_name_is_in_the_text_of_the_graph) {
  BOOST_TEST(ir::to_text(run_gradient.data().source).find(" \"y\"\n") != std::string::npos);
}
BOOST_AUTO_TEST_CASE(integers_and_booleans_are_printed) {
  const listening here;
  constexpr auto p =
      compile([](expr k) { return where(print(print(k, "k") > 1, "above"), 1.0, 0.0); }, arg<"k", integer>(n));
  p(tensor<std::int64_t>::from({1, 2, 3}, n(3)));
  BOOST_TEST(lines == (std::vector<std::string>{"k[n=3]: min 1, max 3, mean 2, std 0.816497",
                                                "above[n=3]: min 0, max 1, mean 0.666667, std 0.471405"}),
             boost::test_tools::per_element());
}
BOOST_AUTO_TEST_CASE(each_use_prints_once_by_every_policy) {
  for (const policy how : {policy::reference, policy::interpreted, policy::compiled}) {
    const listening here;
    const tensor<double> y = run_watched.run(how, x);
    BOOST_TEST(y[2] == 18);
    BOOST_TEST(lines.size() == 2u);
    for (const std::string& line : lines) BOOST_TEST(line == "y[n=3]: min 1, max 9, mean 4.66667, std 3.29983");
  }
}
BOOST_AUTO_TEST_CASE(derivatives_pass_through_and_are_not_printed) {
  for (const policy how : {policy::reference, policy::interpreted, policy::compiled}) {
    const listening here;
    const auto [value, gradient] = run_gradient.run(how, x);
    BOOST_TEST(value.item() == 28);
    BOOST_TEST(gradient[2] == -12);
    BOOST_TEST(lines.size() == 3u);
    BOOST_TEST(lines.back().substr(0, 8) == "sum[n=3]");
  }
}
