// SPDX-License-Identifier: BSL-1.0
/// Lines that must not compile, each with the message that it gets: docs quote both, docs/messages checks them.
#include <weft/weft.hpp>

namespace demo {
using namespace weft;

constexpr axis<"batch"> batch;
constexpr axis<"head", 8> head;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 64> d;
constexpr auto q_arg = arg<"q">(batch, head, query, d);
constexpr auto k_arg = arg<"k">(batch, head, key, d);

// clang-format off
#if WRONG == 1
constexpr auto product = compile([](expr q, expr k) { return matmul(q, k); }, q_arg, k_arg);
// matmul: the last axis of the left and the second-last of the right must be the same, not d=64 and key in ([batch, head=8, query, d=64], [batch, head=8, key, d=64]); transpose(right), rename an axis, or name it: contract(a, b, axis) at wrong.cpp:18
#elif WRONG == 2
constexpr auto weights = compile([](expr q, expr k) { return softmax(contract(q, k, d), d); }, q_arg, k_arg);
// logsumexp: no axis d=64 in ([batch, head=8, query, key]); reduce over one of the operand's own axes at wrong.cpp:21, in softmax at wrong.cpp:21
#elif WRONG == 3
constexpr auto slope = compile(grad([](expr q, expr k) { return contract(q, k, d); }), q_arg, k_arg);
// grad: the function must give a scalar, not one with axes [batch, head=8, query, key]; sum or mean over them, or use vjp at wrong.cpp:24
#elif WRONG == 4
constexpr auto rows = compile([](expr q, expr k) { return q + contract(k, q, d); }, q_arg, arg<"k">(key, axis<"d", 32>{}));
// contract: one axis with two extents: d=64 and d=32 in ([key, d=32], [batch, head=8, query, d=64]); give one of them another name (rename) or the same extent at wrong.cpp:27
#endif
} // namespace demo
