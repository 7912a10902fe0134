// SPDX-License-Identifier: BSL-1.0
/// Why scores are divided by sqrt(d): attention taken apart into its four steps, the products, the scale, the softmax
/// and the average, for random queries, keys and values whose components have mean 0 and variance 1.
#include "support/bad_input.hpp"
#include "support/csv.hpp"
#include "support/gnuplot.hpp"
#include "support/output.hpp"
#include "support/theory.hpp"

#include <weft/weft.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace steps {
using namespace weft;

constexpr axis<"set"> set; // of keys, with queries of its own: independent of the other sets
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr feature<"d"> d;

constexpr auto attention = [](expr q, expr k, expr v, expr factor) {
  return contract(softmax(contract(q, k, d) * factor, key), v, key);
};

template <class T> struct seen {
  BOOST_HANA_DEFINE_STRUCT(seen, (T, mean_square), (T, entropy), (T, largest), (T, jacobian), (T, gradient));
};
/// What the steps do to each query. The norm of the softmax's Jacobian, diag(p) - p p^T, is Frobenius'. `dy` is the
/// cotangent of the result.
constexpr auto look = [](expr q, expr k, expr v, expr factor, expr dy) {
  const expr scores = contract(q, k, d) * factor;
  const expr p = softmax(scores, key), squares = sum(p * p, key);
  const expr dq = vjp(attention, wrt<0>)(q, k, v, factor, dy).cotangents;
  return seen<expr>{.mean_square = mean(scores * scores, {query, key}),
                    .entropy = logsumexp(scores, key) - sum(p * scores, key),
                    .largest = max(p, key),
                    .jacobian = sqrt(max(squares - 2 * sum(p * p * p, key) + squares * squares, 0.0)),
                    .gradient = sqrt(sum(dq * dq, d))};
};
constexpr auto look_at = compile(look, arg<"q">(set, query, d), arg<"k">(set, key, d), arg<"v">(set, key, d),
                                 arg<"factor">(), arg<"dy">(set, query, d));
static_assert(!look_at.materializes(query, key)); // scores and weights exist only as tiles
} // namespace steps

namespace {
constexpr long keys = 64, queries = 64;

struct figures {
  long d;
  bool scaled;
  double variance, error;                                ///< of the scores, and the standard error of that
  double entropy, largest, jacobian, median, mean, high; ///< the last three: of the gradients' norms

  double sigma() const { return scaled ? 1 : std::sqrt(static_cast<double>(d)); } ///< of the scores, in theory
};

double mean_of(const weft::tensor<double>& x) {
  double s = 0;
  for (double e : x) s += e;
  return s / static_cast<double>(x.size());
}
double quantile(const weft::tensor<double>& x, double q) {
  std::vector<double> v(x.begin(), x.end());
  const auto at = v.begin() + static_cast<long>(q * static_cast<double>(v.size() - 1));
  std::nth_element(v.begin(), at, v.end());
  return *at;
}

/// The same queries, keys and values without and with the scale. The cotangent makes the cotangents of the weights,
/// v . dy, have variance 1 too.
void measure(long d, long sets, std::uint64_t seed, std::vector<figures>& found) {
  using namespace steps;
  const double root = std::sqrt(static_cast<double>(d));
  const auto random = [&](axis_ref place, long n, int number, double deviation) {
    return normal(tensor<double>(set(sets), bound_axis(place, n), steps::d(d)),
                  seed * 1000003 + static_cast<std::uint64_t>(d * 4 + number), 0, deviation);
  };
  const auto q = random(query, queries, 0, 1), k = random(key, keys, 1, 1), v = random(key, keys, 2, 1),
             dy = random(query, queries, 3, 1 / root);
  for (bool scaled : {false, true}) {
    const auto s = look_at(q, k, v, tensor<double>(scaled ? 1 / root : 1.0), dy);
    const double variance = mean_of(s.mean_square); // their mean is 0
    double spread = 0;
    for (double x : s.mean_square) spread += (x - variance) * (x - variance);
    const double n = static_cast<double>(sets);
    found.push_back({d, scaled, variance, std::sqrt(spread / (n - 1) / n), mean_of(s.entropy), mean_of(s.largest),
                     mean_of(s.jacobian), quantile(s.gradient, 0.5), mean_of(s.gradient), quantile(s.gradient, 0.99)});
  }
}

std::string number(double x) { return std::isnan(x) ? "-" : fmt::format("{:.4g}", x); }

/// A measured figure, and in brackets what theory says.
std::string beside(double measured, double expected) {
  return fmt::format("{} ({})", number(measured), number(expected));
}

void print(const std::vector<figures>& found) {
  fmt::print("{:>5} {:>4} {:>24} {:>17} {:>18} {:>18} {:>20} {:>16} {:>8}\n", "d", "", "variance of scores", "entropy",
             "largest weight", "|Jacobian|", "gradient: median", "mean", "99th %");
  for (const figures& f : found) {
    const theory t = theory_of(f.sigma(), f.scaled ? 1 : f.sigma(), keys);
    fmt::print("{:>5} {:>4} {:>24} {:>17} {:>18} {:>18} {:>20} {:>16} {:>8}\n", f.d, f.scaled ? "/√d" : "",
               fmt::format("{:.4g} ± {:.2g} ({:.4g})", f.variance, f.error, f.sigma() * f.sigma()),
               beside(f.entropy, t.entropy), beside(f.largest, t.largest), beside(f.jacobian, t.jacobian),
               beside(f.median, t.median), beside(f.mean, t.mean), number(f.high));
  }
}

csv table_of(const std::vector<figures>& found) {
  csv table{{"d", "scaled", "variance", "standard_error", "entropy", "largest_weight", "jacobian", "gradient_median",
             "gradient_mean", "gradient_p99", "theory_variance", "theory_entropy", "theory_largest_weight",
             "theory_jacobian", "theory_median", "theory_mean"},
            {}};
  for (const figures& f : found) {
    const theory t = theory_of(f.sigma(), f.scaled ? 1 : f.sigma(), keys);
    table.rows.push_back({static_cast<double>(f.d), f.scaled ? 1.0 : 0.0, f.variance, f.error, f.entropy, f.largest,
                          f.jacobian, f.median, f.mean, f.high, f.sigma() * f.sigma(), t.entropy, t.largest, t.jacobian,
                          t.median, t.mean});
  }
  return table;
}

/// A measured column as points and, where there is one, what theory expects as a dashed line.
std::string curve(std::string_view data, int column, int expected, int colour, std::string_view what) {
  const std::string points = fmt::format("{} using 1:{} with points pt 7 lc {} title '{}'", data, column, colour, what);
  return expected ? points + fmt::format(", {} using 1:{} with lines lc {} dt 2 notitle", data, expected, colour)
                  : points;
}
std::string curves(int column, int expected, std::string_view what) {
  return curve("$plain", column, expected, 1, what) + ", " +
         curve("$scaled", column, expected, 2, fmt::format("{}, scaled", what));
}
std::string figure(const csv& table) {
  csv half[2];
  for (const auto& row : table.rows) half[row[1] == 1].rows.push_back(row);
  std::string s = "$plain << END" + half[0].text() + "END\n$scaled << END" + half[1].text() + "END\n";
  s += "set terminal svg size 1000,700 background 'white'\nset output 'stability.svg'\nset datafile separator ','\nset "
       "datafile missing 'nan'\n"
       "set logscale xy\nset xrange [3:1400]\nset grid\nset xlabel 'd'\nset multiplot layout 2,2\n";
  s +=
      "set key left top\nset title 'variance of the scores (dashed: theory)'\nplot " + curves(3, 11, "variance") + "\n";
  s += "set key left bottom\nset title 'entropy of the weights, nats'\nplot " + curves(5, 12, "entropy") + "\n";
  s += "set title 'norm of the Jacobian of softmax'\nplot " + curves(7, 14, "Jacobian") + "\n";
  s += "set title 'gradient of a query: without the scale, rare and large'\nset format y '%g'\nplot " +
       curve("$plain", 8, 15, 1, "median") + ", " + curve("$scaled", 8, 0, 2, "median, scaled") + ", " +
       curve("$plain", 9, 16, 3, "mean") + ", " + curve("$plain", 10, 0, 4, "99th percentile") + "\n";
  return s + "unset multiplot\n";
}

/// What this program says, checked against what it found.
int wrong_claims(const std::vector<figures>& found) {
  int wrong = 0;
  const auto claim = [&](bool holds, const std::string& what) {
    fmt::print("{} {}\n", holds ? "found:    " : "NOT FOUND:", what);
    wrong += !holds;
  };
  const auto within = [&](bool scaled) {
    return std::all_of(found.begin(), found.end(), [&](const figures& f) {
      return f.scaled != scaled || std::abs(f.variance - f.sigma() * f.sigma()) < 4 * f.error;
    });
  };
  claim(within(false), "unscaled, the variance of the scores is d, within 4 standard errors");
  claim(within(true), "scaled, it is 1, within 4 standard errors");
  const figures &plain = found[found.size() - 2], &scaled = found.back();
  claim(plain.median < scaled.median / 10,
        fmt::format("at d = {}, the median query's gradient falls below a tenth of the scaled one: {:.3g} and {:.3g}",
                    plain.d, plain.median, scaled.median));
  claim(plain.mean > 3 * scaled.mean, fmt::format("and the mean is several times larger, {:.3g} and {:.3g}: gradients "
                                                  "do not only vanish, they become rare and large",
                                                  plain.mean, scaled.mean));
  claim(plain.high > 10 * plain.mean && scaled.high < 3 * scaled.mean,
        fmt::format("the 99th percentile is {:.1f} times the mean, scaled {:.1f} times", plain.high / plain.mean,
                    scaled.high / scaled.mean));
  return wrong;
}

struct options {
  std::uint64_t seed = 1;
  long sets = 64, threads = 0;
};
options parse(int count, char** arguments) {
  options o;
  CLI::App app("Attention's four steps for d = 4 to 1024, with and without the scale 1 / sqrt(d), beside the theory.",
               "stability");
  app.option_defaults()->always_capture_default();
  app.add_option("--seed", o.seed, "of all random numbers")->check(CLI::Range(1'000'000'000'000'000'000l));
  app.add_option("--sets", o.sets, "independent sets of 64 keys and 64 queries")->check(CLI::Range(16l, 1024l));
  app.add_option("--threads", o.threads, "that work (default: as many as the hardware runs)")
      ->check(CLI::Range(1l, 256l))
      ->default_str("");
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& e) { std::exit(app.exit(e)); } catch (const CLI::ParseError& e) {
    throw bad_input(e.what());
  }
  return o;
}

int run(const options& o) {
  if (o.threads) weft::set_threads(static_cast<int>(o.threads));
  fmt::print("{} sets of {} keys and {} queries; in brackets, what theory says where it applies\n", o.sets, keys,
             queries);
  std::vector<figures> found;
  for (long d = 4; d <= 1024; d *= 2) measure(d, o.sets, o.seed, found);
  print(found);
  const csv table = table_of(found);
  fmt::print("{}\n", table.write("stability.csv") ? "wrote stability.csv" : "stability.csv can't be written here");
  fmt::print("{}\n", gnuplot(figure(table)) ? "wrote stability.svg"
                                            : "no stability.svg: gnuplot is not installed, or can't write here");
  return wrong_claims(found) ? 1 : 0;
}
} // namespace

int main(int count, char** arguments) {
  try {
    const int code = run(parse(count, arguments));
    flush_output();
    return code;
  } catch (const bad_input& e) {
    fmt::print(stderr, "stability: {}\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "stability: {}\n", e.what());
    return 1;
  }
}
