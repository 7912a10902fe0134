// SPDX-License-Identifier: BSL-1.0
// expect: argsort: reaches beyond its axis: half=32 and d=64 in ([query, half=32]); start must be at least 0, start + extent at most the whole's extent at HERE, in top_k at HERE
#include "../case.hpp"

namespace top_k_of_more_than_there_are {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return top_k(x, half, d); }, arg<"x">(query, half)); // HERE
#else
constexpr auto p = compile([](expr x) { return top_k(x, half, head); }, arg<"x">(query, half));
#endif
} // namespace top_k_of_more_than_there_are
