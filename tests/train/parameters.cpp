// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE parameters
#include "runtime/refused.hpp"

#include <weft/train/gradients.hpp>
#include <weft/train/parameters.hpp>
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace net {
using namespace weft;
constexpr axis<"vocab", 50> vocab;
constexpr feature<"width"> width;
constexpr feature<"head"> head;
constexpr feature<"d"> d;

template <class T> struct block {
  BOOST_HANA_DEFINE_STRUCT(block, (T, gain), (T, wq), (T, wo));
};
template <class T, class Blocks> struct model {
  BOOST_HANA_DEFINE_STRUCT(model, (T, embed), (Blocks, blocks), (T, bias));
};
constexpr block<axes> block_axes{.gain = {width}, .wq = {width, head, d}, .wo = {head, d, width}};
constexpr model<axes, std::array<block<axes>, 3>> schema{
    .embed = {vocab, width}, .blocks = repeat<3>(block_axes), .bias = {vocab}};
const std::vector<bound_axis> sizes{width(48), head(4), d(12)};
} // namespace net
using namespace net;

namespace {
auto fresh(std::uint64_t seed) {
  return initialize<double>(schema, seed, sizes,
                            {{"*gain", init::ones()},
                             {"*bias", init::zeros()},
                             {"blocks.*.wo", init::he_normal({head, d})},
                             {"*", init::normal(0.02)}});
}
double mean_of(const tensor<double>& t) {
  double s = 0;
  for (double x : t) s += x;
  return s / static_cast<double>(t.size());
}
double deviation(const tensor<double>& t) {
  double s = 0;
  for (double x : t) s += (x - mean_of(t)) * (x - mean_of(t));
  return std::sqrt(s / static_cast<double>(t.size()));
}
double largest(const tensor<double>& t) {
  double m = 0;
  for (double x : t) m = std::max(m, std::abs(x));
  return m;
}
tensor<double> one(const scheme& how) { return initialize<double>(axes(width, head, d), 7, sizes, {{"*", how}}); }
} // namespace

BOOST_AUTO_TEST_CASE(the_structure_of_the_schema) {
  const auto w = fresh(1);
  static_assert(std::same_as<decltype(w), const model<tensor<double>, std::array<block<tensor<double>>, 3>>>);
  BOOST_TEST(w.embed.extent(vocab) == 50);
  BOOST_TEST(w.blocks[2].wo.extent(d) == 12);
  BOOST_TEST((w.blocks[0].wo.ax() == axes(head, d, width)));
  BOOST_TEST(count(w) == 50 * 48 + 3 * (48 + 2 * 48 * 48) + 50);
}

BOOST_AUTO_TEST_CASE(a_depth_known_at_run_time) {
  using deep = model<axes, std::vector<block<axes>>>;
  const deep described{.embed = {vocab, width}, .blocks = std::vector<block<axes>>(3, block_axes), .bias = {vocab}};
  const auto w = initialize<double>(described, 1, sizes, {{"*", init::normal(0.02)}});
  const auto same_numbers = initialize<double>(schema, 1, sizes, {{"*", init::normal(0.02)}});
  BOOST_REQUIRE(w.blocks.size() == 3u);
  BOOST_TEST((w.blocks[1].wq == same_numbers.blocks[1].wq));
}

BOOST_AUTO_TEST_CASE(schemes_by_pattern_and_by_function) {
  const auto w = fresh(1);
  for (double x : w.blocks[1].gain) BOOST_TEST(x == 1);
  for (double x : w.bias) BOOST_TEST(x == 0);
  const double samples = std::sqrt(2.0 * 48 * 48); // relative error of a deviation: 1 / sqrt(2 n)
  BOOST_TEST(std::abs(deviation(w.blocks[0].wq) / 0.02 - 1) < 5 / samples);
  BOOST_TEST(std::abs(deviation(w.blocks[0].wo) / std::sqrt(2.0 / 48) - 1) < 5 / samples);
  const auto by_rank = initialize<float>(schema, 1, sizes, [](std::string_view name, const axes& ax) {
    return name == "embed" ? init::constant(3) : ax.n == 1 ? init::zeros() : init::uniform(0.5);
  });
  for (float x : by_rank.embed) BOOST_TEST(x == 3);
  for (float x : by_rank.blocks[2].gain) BOOST_TEST(x == 0);
}

BOOST_AUTO_TEST_CASE(spreads) {
  const double in = 48, out = 48; // of [width, head, d] summed over width
  const auto near = [](double x, double y) {
    BOOST_TEST(std::abs(x / y - 1) < 5 / std::sqrt(2.0 * 48 * 48), x << " and " << y);
  };
  near(deviation(one(init::normal(0.3))), 0.3);
  near(deviation(one(init::glorot_normal())), std::sqrt(2 / (in + out)));
  near(deviation(one(init::glorot_normal({head, d}))), std::sqrt(2 / (in + out)));
  near(deviation(one(init::he_normal(axes(d)))), std::sqrt(2.0 / 12));
  near(deviation(one(init::he_uniform(axes(d)))), std::sqrt(2.0 / 12));
  near(deviation(one(init::unit_variance())), std::sqrt(1 / in));
  near(deviation(one(init::xavier_normal())), std::sqrt(2 / (in + out)));
  near(deviation(one(init::kaiming_normal())), std::sqrt(2 / in));
  near(deviation(one(init::kaiming_uniform())), std::sqrt(2 / in));
  const double bound = std::sqrt(6 / (in + out)), widest = largest(one(init::xavier_uniform()));
  BOOST_TEST(widest <= bound);
  BOOST_TEST(widest > 0.99 * bound);
  BOOST_TEST(largest(one(init::uniform(0.25))) <= 0.25);
  BOOST_TEST(std::abs(mean_of(one(init::uniform(0.25)))) < 5 * 0.25 / std::sqrt(3.0 * 48 * 48));
}

BOOST_AUTO_TEST_CASE(numbers_depend_on_seed_and_name_alone) {
  const auto w = fresh(1), again = fresh(1), other = fresh(2);
  BOOST_TEST((w.blocks[1].wq == again.blocks[1].wq));
  BOOST_TEST((w.blocks[1].wq != other.blocks[1].wq));
  BOOST_TEST((w.blocks[1].wq != w.blocks[2].wq));
}

BOOST_AUTO_TEST_CASE(refusals) {
  const auto from = [](std::initializer_list<named_scheme> schemes, const std::vector<bound_axis>& bound) {
    return [list = std::vector<named_scheme>(schemes), bound] {
      initialize<float>(schema, 1, bound, [&](std::string_view name, const axes&) { return ir::chosen(name, list); });
    };
  };
  BOOST_TEST(refused(from({{"*", init::zeros()}}, {head(4), d(12)})) ==
             "initialize: axis width of embed has no extent; give it one: {width(64), ...}");
  BOOST_TEST(refused(from({{"*", init::zeros()}}, {width(4), head(4), width(5), d(12)})) ==
             "initialize: axis width of embed has extent 4, and is given 5; give each axis one");
  BOOST_TEST(refused(from({{"blocks*", init::zeros()}}, sizes)) ==
             "initialize: no pattern matches parameter embed; end the list with one for \"*\"");
  BOOST_TEST(refused(from({{"*", init::he_normal(axes(d))}}, sizes)) ==
             "initialize: embed [vocab=50, width=48] has no axis d to count its fan by");
  for (auto [how, printed] : {std::pair{init::normal(-1), "-1"},
                              {init::uniform(-0.5), "-0.5"},
                              {init::normal(std::nan("")), "nan"},
                              {init::uniform(INFINITY), "inf"}})
    BOOST_TEST(refused(from({{"*", how}}, sizes)) ==
               std::string("initialize: embed can't have a deviation or bound of ") + printed +
                   "; give a finite number that is 0 or more");
}

BOOST_AUTO_TEST_CASE(patterns) {
  for (auto [pattern, name] : {std::pair{"*", ""},
                               {"*", "x"},
                               {"a*c", "abc"},
                               {"a*c", "ac"},
                               {"*.w*", "blocks.0.wq"},
                               {"*b*b", "abbab"},
                               {"x", "x"}})
    BOOST_TEST(ir::matches(pattern, name), pattern << " " << name);
  for (auto [pattern, name] :
       {std::pair{"", "x"}, {"a*c", "abcd"}, {"*.w", "blocks.0.wq"}, {"*b*b", "ab"}, {"x", "xx"}, {"xx", "x"}})
    BOOST_TEST(!ir::matches(pattern, name), pattern << " " << name);
}

BOOST_AUTO_TEST_CASE(a_table) {
  BOOST_TEST(summary(fresh(1)) == "embed             [vocab=50, width=48]            2400\n"
                                  "blocks.0..2.gain  [width=48]                       144\n"
                                  "blocks.0..2.wq    [width=48, head=4, d=12]        6912\n"
                                  "blocks.0..2.wo    [head=4, d=12, width=48]        6912\n"
                                  "bias              [vocab=50]                        50\n"
                                  "total                                            16418\n");
}

BOOST_AUTO_TEST_CASE(norms_of_structures) {
  auto w = fresh(3);
  double sum = 0;
  each_leaf(
      [&](const auto& t) {
        for (double x : t) sum += x * x;
      },
      w);
  BOOST_TEST(std::abs(norm(w) / std::sqrt(sum) - 1) < 1e-14);
  const double before = w.blocks[1].wq[5];
  BOOST_TEST(clip_by_global_norm(w, 2 * std::sqrt(sum)) == norm(w));
  BOOST_TEST(w.blocks[1].wq[5] == before);
  BOOST_TEST(std::abs(clip_by_global_norm(w, 0.5) / std::sqrt(sum) - 1) < 1e-14);
  BOOST_TEST(std::abs(norm(w) / 0.5 - 1) < 1e-14);
  const double clipped = w.blocks[1].wq[5];
  scale_in_place(w, -2);
  BOOST_TEST(w.blocks[1].wq[5] == -2 * clipped);
  each_leaf([](auto& t) { fill(t, 0.0); }, w);
  BOOST_TEST(norm(w) == 0);
}
