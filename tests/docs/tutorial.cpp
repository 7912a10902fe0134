// SPDX-License-Identifier: BSL-1.0
/// The programs of docs/tutorial.md. The page quotes this file and what it prints; docs/quotes checks both.
#include "softsign.hpp"

#include <weft/facts/print.hpp>
#include <weft/io/format.hpp>
#include <weft/io/npy.hpp>
#include <weft/train/adamw.hpp>
#include <weft/train/gradients.hpp>
#include <weft/train/parameters.hpp>
#include <weft/weft.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace tutorial {

// Axes
constexpr axis<"batch"> batch;
constexpr axis<"head", 4> head;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 16> d;

constexpr auto q_arg = arg<"q">(batch, head, query, d);
constexpr auto k_arg = arg<"k">(batch, head, key, d);
constexpr auto v_arg = arg<"v">(batch, head, key, d);

// Attention in four steps
constexpr auto attention = [](expr q, expr k, expr v) {
  expr scores = contract(q, k, d);     // how well each query fits each key: [batch, head, query, key]
  scores = scores * rsqrt(extent(d));  // of unit variance if q and k are
  expr weights = softmax(scores, key); // positive, and 1 in sum over the keys
  return contract(weights, v, key);    // the mean of the values under those weights: [batch, head, query, d]
};
constexpr auto attend = compile(attention, q_arg, k_arg, v_arg);

// Masks
constexpr auto causal_attention = [](expr q, expr k, expr v) {
  expr scores = contract(q, k, d) * rsqrt(extent(d));
  scores = where(index(query) >= index(key), scores, -infinity);
  return contract(softmax(scores, key), v, key);
};
constexpr auto attend_causally = compile(causal_attention, q_arg, k_arg, v_arg);

constexpr expr distance = index(query) - index(key);
constexpr expr in_window = distance >= 0 && distance < 4;
constexpr auto window_attention = [](expr q, expr k, expr v, expr present) {
  expr scores = contract(q, k, d) * rsqrt(extent(d));
  scores = where(in_window && present, scores, -infinity);
  return contract(softmax(scores, key), v, key);
};
constexpr auto attend_window = compile(window_attention, q_arg, k_arg, v_arg, arg<"present", boolean>(batch, key));

// A learned bias
constexpr auto alibi = [](expr q, expr k, expr v, expr slope) {
  expr scores = contract(q, k, d) * rsqrt(extent(d));
  scores = scores + slope * (index(key) - index(query));
  scores = where(index(query) >= index(key), scores, -infinity);
  return contract(softmax(scores, key), v, key);
};
constexpr auto attend_alibi = compile(alibi, q_arg, k_arg, v_arg, arg<"slope">(head));

constexpr auto miss = [](expr slope, expr q, expr k, expr v, expr wanted) {
  expr difference = alibi(q, k, v, slope) - wanted;
  return mean(difference * difference, {batch, head, query, d});
};
constexpr auto slope_step =
    compile(value_and_grad(miss), arg<"slope">(head), q_arg, k_arg, v_arg, arg<"wanted">(batch, head, query, d));

// Other derivatives
constexpr auto energy = [](expr q, expr k) { return sum(logsumexp(contract(q, k, d), key), {batch, head, query}); };
constexpr auto force = compile(grad(energy), q_arg, k_arg);
constexpr auto directional = compile(jvp(energy, wrt<0>), q_arg, k_arg, arg<"tq">(batch, head, query, d));
constexpr auto curvature = compile(hvp(energy, wrt<0>), q_arg, k_arg, arg<"tq">(batch, head, query, d));

// Parameters
constexpr axis<"item"> item;
constexpr axis<"width", 8> width;
constexpr axis<"label", 3> label;

template <class T> struct reader {
  BOOST_HANA_DEFINE_STRUCT(reader, (T, look), (T, read), (T, bias));
};
constexpr reader<axes> reader_axes{.look = {width}, .read = {width, label}, .bias = {label}};

constexpr auto logits = [](const reader<expr>& w, expr x) {
  expr weights = softmax(contract(x, w.look, width), item); // which items to look at
  return linear(contract(weights, x, item), w.read, w.bias, width);
};
constexpr auto loss = [](const reader<expr>& w, expr x, expr target) {
  return mean(cross_entropy(logits(w, x), target, label), batch);
};
constexpr auto train_step = compile(value_and_grad(loss), params<"w", reader_axes>, arg<"x">(batch, item, width),
                                    arg<"target", integer>(batch));

// An op of one's own
constexpr auto bounded = compile(grad([](expr x) { return sum(softsign(x), query); }), arg<"x">(query));

// Facts
constexpr axis<"row", 32> row;
constexpr axis<"column", 48> column;
constexpr axis<"inner", 64> inner;
constexpr auto product =
    compile([](expr a, expr b) { return contract(a, b, inner); }, arg<"a">(row, inner), arg<"b">(inner, column));
static_assert(product.flops() == 2 * 32 * 48 * 64);
static_assert(product.bytes() == 4 * (32 * 64 + 64 * 48 + 32 * 48));
static_assert(product.kernels() == 1 && product.peak_bytes() == 0);
static_assert(!attend.materializes(query, key)); // attention streams: its scores exist only as tiles

// A depth known at run time
struct network {
  int layers;
  expr operator()(const std::vector<expr>& w, expr x) const {
    for (const expr& weight : w) x = x + rename(tanh(contract(x, weight, width)), prime(width), width);
    return mean(x * x, {batch, width});
  }
};
} // namespace tutorial

namespace {
int failures = 0;
void check(bool holds, const char* what) {
  if (!holds) std::fprintf(stderr, "tutorial: not true: %s\n", what), failures++;
}
} // namespace

int main() {
  using namespace tutorial;

  fmt::print("-- attention\n");
  auto q = normal(tensor<float>(batch(2), head, query(6), d), 1);
  auto k = normal(tensor<float>(batch(2), head, key(6), d), 2);
  auto v = normal(tensor<float>(batch(2), head, key(6), d), 3);
  tensor<float> out = attend(q, k, v);
  fmt::print("{:.2}\n", view(out).at(batch(0)).at(head(0)).slice(query, 0, 2).copy());
  check(all_close(out, attend.reference(q, k, v), 1e-5, 1e-6), "the plan agrees with the reference");

  fmt::print("-- masks\n");
  tensor<float> causal = attend_causally(q, k, v);
  fmt::print("the first query sees the first key alone: {}\n",
             causal(batch(1), head(2), query(0), d(5)) == v(batch(1), head(2), key(0), d(5)));
  tensor<bool> present(batch(2), key(6)); // all false: nothing is there
  tensor<float> nothing = attend_window(q, k, v, present);
  fmt::print("a query that sees no key gets {}\n", nothing(batch(0), head(0), query(0), d(0)));
  check(causal(batch(1), head(2), query(0), d(5)) == v(batch(1), head(2), key(0), d(5)), "causal");
  check(max_abs_difference(nothing, tensor<float>(batch(2), head, query(6), d)) == 0, "masked rows are zero");

  fmt::print("-- a learned slope\n");
  auto truth = tensor<float>::from({0.5f, 0.25f, 0.125f, 0.0625f}, head);
  tensor<float> wanted = attend_alibi(q, k, v, truth);
  tensor<float> slope(head); // starts at zero
  adamw optimizer(slope, {.rate = 0.02, .decay = 0});
  for (int step = 0; step < 400; step++) {
    auto [value, gradient] = slope_step(slope, q, k, v, wanted);
    optimizer.step(slope, gradient);
  }
  fmt::print("learned {:.2}\n", slope);
  check(max_abs_difference(slope, truth) < 0.01, "the slopes are found");

  fmt::print("-- derivatives\n");
  auto tq = normal(tensor<double>(batch(2), head, query(6), d), 4);
  auto q2 = normal(tensor<double>(batch(2), head, query(6), d), 1); // the same programs, in double precision
  auto k2 = normal(tensor<double>(batch(2), head, key(6), d), 2);
  auto [value, tangent] = directional(q2, k2, tq);
  tensor<double> dq = force(q2, k2), bent = curvature(q2, k2, tq);
  double along = 0, curved = 0;
  for (long i = 0; i < dq.size(); i++) along += dq[i] * tq[i], curved += bent[i] * tq[i];
  fmt::print("slope along tq: {:.6f} forward, {:.6f} by the gradient; curvature {:.6f}\n", tangent.item(), along,
             curved);
  check(std::abs(tangent.item() - along) < 1e-9 * std::abs(along) + 1e-9 && curved > 0, "forward equals reverse");

  fmt::print("-- training\n");
  auto x = normal(tensor<float>(batch(64), item(5), width), 5);
  tensor<int> target(batch(64)); // the label hangs on the item that the seventh feature points out
  for (long b = 0; b < 64; b++) {
    long best = 0;
    for (long i = 1; i < 5; i++)
      if (x(batch(b), item(i), width(6)) > x(batch(b), item(best), width(6))) best = i;
    const float feature = x(batch(b), item(best), width(2));
    target(batch(b)) = feature < -0.4f ? 0 : feature < 0.4f ? 1 : 2;
  }
  auto w = initialize<float>(reader_axes, 7, {}, {{"bias", init::zeros()}, {"*", init::unit_variance()}});
  fmt::print("{}", summary(w));
  adamw trainer(w, {.rate = 0.05, .decay = 0});
  double first = 0, last = 0;
  for (int step = 0; step < 300; step++) {
    auto [nats, dw] = train_step(w, x, target);
    clip_by_global_norm(dw, 1.0);
    trainer.step(w, dw);
    (step ? last : first) = nats.item();
  }
  fmt::print("loss {:.2f} -> {:.2f}\n", first, last);
  check(last < first / 2, "training lowers the loss");

  fmt::print("-- an op of one's own\n");
  fmt::print("{:.3}\n", bounded(tensor<float>::from({-1, 0, 3}, query(3))));
  check(all_close(bounded(tensor<float>::from({-1, 0, 3}, query(3))),
                  tensor<float>::from({0.25f, 1, 0.0625f}, query(3)), 1e-6, 0),
        "softsign");

  fmt::print("-- the plan\n");
  fmt::print("{}", attend_causally.explain());
  fmt::print("-- the traced graph\n{}", ir::to_text(attend_causally.data().source));

  fmt::print("-- bound\n");
  auto run = attend.bind(q, k, v, out); // owns arena and plan
  for (int step = 0; step < 3; step++) {
    normal(q, static_cast<std::uint64_t>(10 + step)); // new numbers in the same tensors
    run();                                            // allocates nothing; the result is in `out`
  }
  check(out == attend(q, k, v), "a runner gives what a call gives");
  fmt::print("arena {} bytes\n", run.arena_bytes());

  fmt::print("-- built at run time\n");
  const int layers = 3;
  auto deep = build(value_and_grad(network{layers}),
                    params_of("w", std::vector<axes>(layers, axes(width, prime(width)))), arg<"x">(batch, width));
  std::vector<tensor<float>> weights;
  for (int i = 0; i < layers; i++)
    weights.push_back(normal(tensor<float>(width, prime(width)), static_cast<std::uint64_t>(i), 0, 0.3));
  auto [square, slopes] = deep(weights, normal(tensor<float>(batch(4), width), 9));
  fmt::print("{} layers, {} gradients, mean square {:.4f}\n", layers, slopes.size(), square.item());
  check(slopes.size() == 3, "a gradient for each layer");

  fmt::print("-- refused at run time\n");
  try {
    attend(q, k, normal(tensor<float>(batch(2), head, key(7), d), 3));
    check(false, "extents are checked");
  } catch (const error& e) { fmt::print("{}\n", e.what()); }
  auto poisoned = q;
  poisoned(batch(1), head(0), query(2), d(3)) = NAN;
  auto watched = attend.bind(poisoned, k, v);
  watched.check_nan();
  try {
    watched();
    check(false, "NaNs are found");
  } catch (const error& e) { fmt::print("{}\n", e.what()); }
  return failures != 0;
}
