// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stream_views
#include <support/streamed.hpp>

/// Scores that are renamed, sliced or flipped stream like others.
using namespace support;

namespace {
expr talking_heads(const expr& q, const expr& k, const expr& v, const expr& before, const expr& after) {
  const auto mixed = [](const expr& s, const expr& with) { return rename(contract(s, with, head), prime(head), head); };
  return contract(mixed(softmax(mixed(scores(q, k), before), key), after), v, key);
}
} // namespace

BOOST_AUTO_TEST_CASE(renamed_scores) {
  check("talking heads", "2p/6 2+0 3+1", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return results{
        talking_heads(q, k, v, input(b, {head, prime(head)}, "before"), input(b, {head, prime(head)}, "after"))};
  });
  check("talking heads and their gradients", "2p/14 4+0 6+4", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(b, talking_heads, q, k, v, input(b, {head, prime(head)}, "before"),
                                 input(b, {head, prime(head)}, "after"));
  });
  check("symmetric", "2p/12 2+1 6+3", [](ir::builder& b) {
    static constexpr sequence<"i", 12> i;
    static constexpr sequence<"j", 12> j;
    static constexpr sequence<"other", 12> other;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = scores(q, k);
          const expr turned = rename(rename(rename(s, i, other), j, i), other, j);
          return contract(softmax(s + at(turned), j), v, j);
        },
        input(b, {i, d}, "q"), input(b, {j, d}, "k"), input(b, {j, e}, "v"));
  });
  check("symmetric, under a batch of any extent", "2p/11 2+1 5+3", [](ir::builder& b) {
    static constexpr axis<"batch"> batch;
    static constexpr sequence<"i", 12> i;
    static constexpr sequence<"j", 12> j;
    return forward_and_gradients(
        b,
        [](expr q, expr k, expr v) {
          const expr s = scores(q, k);
          return contract(softmax(s + at(exchange(s, i, j)), j), v, j);
        },
        input(b, {batch, i, d}, "q"), input(b, {batch, j, d}, "k"), input(b, {batch, j, e}, "v"));
  });
  check("to the name they have", "2p/3 1+0 1+1", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    const expr s = scores(q, k);
    return results{contract(exp(s - rename(logsumexp(s, query), key, key)), v, key)};
  });
}

BOOST_AUTO_TEST_CASE(other_views_of_scores) {
  check("some of the keys", "1p/2 1+1", [](ir::builder& b) {
    static constexpr sequence<"some", 5> some;
    const auto [q, k, v] = qkv(b);
    return results{contract(softmax(slice(scores(q, k), key, 1, some), some), slice(v, key, 1, some), some)};
  });
  check("flipped", "3p/8 1+0 1+2 2+2", [](ir::builder& b) {
    const auto [q, k, v] = qkv(b);
    return forward_and_gradients(
        b, [](expr q, expr k, expr v) { return attend(flip(causal(scores(q, k)), key), v); }, q, k, v);
  });
  check("their diagonal", "2p/4 1+0 1+2", [](ir::builder& b) { // InfoNCE
    static constexpr sequence<"i", 12> i;
    return forward_and_gradients(
        b,
        [](expr x, expr y) {
          const expr z = scores(x, rename(y, i, prime(i)));
          return logsumexp(z, prime(i)) - diagonal(z, i, prime(i));
        },
        input(b, {i, d}, "x"), input(b, {i, d}, "y"));
  });
  check("made of a dense input alone", "0p/0", [](ir::builder& b) {
    static constexpr axis<"other"> other;
    const expr x = input(b, {head, query, key}, "x"), v = input(b, {head, other, e}, "v");
    return results{contract(softmax(rename(exp(x), key, other), other), v, other)};
  });
}
