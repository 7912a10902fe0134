// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream_random
#include <support/base_two.hpp>
#include <support/streamed.hpp>

/// Random score spaces: one to three products, elementwise ops, masks, sums, maxima and log-sum-exps over either axis
/// or both; values, gradients, tangents. Nothing may be stored, and nothing may change.
using namespace support;

namespace {
constexpr axis<"rel", 64> rel;
constexpr axis<"x", 4> x_axis;
constexpr axis<"y", 3> y_axis;
constexpr axis<"few", 2> few;

/// exp and logsumexp, or a user's own pair.
struct exponentials {
  expr (*power)(const at&);
  expr (*log_sum)(const at&, const axes&);
};
constexpr exponentials ours{[](const at& x) { return exp(x); },
                            [](const at& x, const axes& a) { return logsumexp(x, a); }};
constexpr exponentials theirs{[](const at& x) { return power_of_two(x); },
                              [](const at& x, const axes& a) { return log_sum_powers(x, a); }};

struct composer {
  ir::builder& b;
  exponentials how;
  std::uint64_t seed, counter = 0;
  std::vector<expr> leaves; ///< in order: what derivatives are taken of
  std::string said;

  int below(int n) { return static_cast<int>(integer_at(seed, counter++, static_cast<std::uint64_t>(n))); }
  bool one_in(int n) { return below(n) == 0; }
  expr leaf(const axes& ax) {
    leaves.push_back(ir::fresh(input(b, ax, "leaf")));
    return leaves.back();
  }
  expr softmax_of(const expr& s, axis_ref a) { return how.power(s - at(guarded(how.log_sum(s, a)))); }

  expr score(expr& mask) {
    const expr q = leaf({few, query, x_axis}), k = leaf({few, key, x_axis});
    expr s = contract(q, k, x_axis) * 0.5;
    const expr apart = ir::attach(b, index(key) - index(query));
    for (int n = below(3); n-- > 0;) switch (below(8)) {
      case 0: s = s + at(leaf({few}) * at(apart) * 0.1); break;
      case 1: s = 3.0 * at(tanh(s / 3.0)); break;
      case 2: s = s * at(leaf({few, query})); break;
      case 3: s = s + at(leaf({query})); break;
      case 4: s = s + at(leaf({few, key})); break;
      case 5: s = s + at(gather(leaf({rel}), apart + 20, rel)); break;
      case 6: s = s - at(0.05 * at(s * at(s))); break;
      default: s = s + at(tanh(s)); break;
      }
    switch (below(5)) {
    case 0: mask = ir::attach(b, index(query) >= index(key)); break;
    case 1: mask = ir::attach(b, (index(query) - index(key) >= -3) && (index(query) - index(key) < 6)); break;
    case 2: mask = input(b, {query}, "document", integer) == at(input(b, {key}, "document", integer)); break;
    case 3: mask = ir::attach(b, (index(query) >= index(key)) && (index(key) >= 4)); break;
    default: mask = {}; break;
    }
    return s;
  }
  expr selected(const expr& mask, const expr& x) { return mask.attached() ? where(mask, x, 0.0) : x; }
  expr weights(expr& masked) {
    expr mask;
    const expr s = score(mask);
    masked = mask.attached() ? where(mask, s, -infinity) : s;
    switch (below(8)) {
    case 0: said += " softmax-over-queries"; return softmax_of(masked, query);
    case 1: said += " sigmoid"; return selected(mask, sigmoid(s));
    case 2: said += " power"; return selected(mask, how.power(s * 0.1));
    case 3: said += " squares"; return selected(mask, where(s > 0, s * at(s), 0.0));
    case 4: {
      said += " by-hand";
      const expr e = selected(mask, how.power(s - at(stop_gradient(max(s, key)))));
      return e / at(sum(e, key) + 0.01);
    }
    default: said += " softmax"; return softmax_of(masked, key);
    }
  }
  std::vector<expr> program() {
    expr masked, other;
    expr p = weights(masked);
    if (one_in(3)) p = one_in(2) ? p - at(leaf({few}) * at(weights(other))) : p * at(weights(other));
    std::vector<expr> out{contract(p, leaf({few, key, y_axis}), key)};
    if (one_in(3)) out.push_back(contract(p, leaf({few, query, y_axis}), query));
    if (one_in(5)) out.push_back(sum(p * at(p), key));
    if (one_in(5)) out.push_back(sum(p, {query, key}));
    if (one_in(6)) out.push_back(max(p, key));
    return out;
  }
  expr loss(const std::vector<expr>& out) {
    expr all = 0.0;
    for (const expr& y : out) all = all + at(sum(tanh(y) * at(input(b, y.ax(), "w")), y.ax()));
    return all;
  }
  std::vector<expr> gradients(const expr& of) {
    ir::list<int> g, leaf_ids, values, seeds;
    for (const expr& x : leaves) leaf_ids.push_back(x.id);
    values.push_back(of.id), seeds.push_back(ir::attach(b, expr(1.0)).id);
    ir::backward(b, values, seeds, leaf_ids, g);
    std::vector<expr> r;
    for (int i : g) r.push_back({&b, i});
    return r;
  }
  std::vector<expr> tangents(const std::vector<expr>& of) {
    ir::list<int> t, leaf_ids, values, moved;
    for (const expr& x : leaves) leaf_ids.push_back(x.id), moved.push_back(input(b, x.ax(), "t").id);
    for (const expr& y : of) values.push_back(y.id);
    ir::forward(b, leaf_ids, moved, values, t);
    std::vector<expr> r;
    for (int i : t) r.push_back({&b, i});
    return r;
  }
  std::vector<expr> derived(const std::vector<expr>& out) {
    switch (below(5)) {
    case 0: said += "; values"; return out;
    case 1: said += "; tangents"; return tangents(out);
    case 2: said += "; tangents of gradients"; return tangents(gradients(loss(out)));
    default: said += "; gradients"; return gradients(loss(out));
    }
  }
};

void try_programs(const exponentials& how, std::uint64_t first, std::uint64_t count) {
  int checked = 0, bad = 0;
  for (std::uint64_t seed = first; seed < first + count && bad < 3; seed++) {
    ir::builder b(256);
    composer c{b, how, seed, 0, {}, {}};
    for (const expr& y : c.derived(c.program())) b.outputs.push_back(ir::attach(b, y).id);
    const streamed_program p(b);
    const std::string plan = shown(p.after.view());
    const double far = p.error(1.0, 1e-2);
    checked += !std::isnan(far);
    const bool right = !(far > 1e-11) && plan.find("stored") == plan.npos && plan.front() != '0';
    bad += !right;
    BOOST_TEST(right, "program " << seed << ":" << c.said << ": " << plan << ", error " << far);
  }
  BOOST_TEST(checked * 10 > static_cast<int>(count) * 9);
}
} // namespace

BOOST_AUTO_TEST_CASE(ops_of_ones_own_stream_alike) {
  check("attention and its gradients", "2p/7 1+1 2+3", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const auto f = [](expr q, expr k, expr v) {
      const expr s = causal(scores(q, k));
      return contract(power_of_two(s - at(guarded(log_sum_powers(s, key)))), v, key);
    };
    return forward_and_gradients(b, f, q, k, v);
  });
}
/// WEFT_RANDOM_PROGRAMS=first:count tries others than the usual ones.
BOOST_AUTO_TEST_CASE(random_score_spaces) {
  unsigned long first = 0, count = 250;
  if (const char* wish = std::getenv("WEFT_RANDOM_PROGRAMS")) std::sscanf(wish, "%lu:%lu", &first, &count);
  try_programs(ours, first, count);
  try_programs(theirs, first, count);
}
