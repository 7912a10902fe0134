// SPDX-License-Identifier: BSL-1.0
// expect: gather: the ids must be integers in ([vocab=100, d=64], [query]); to_integer(x) makes them of reals at HERE
#include "../case.hpp"

namespace gather_by_reals {
using namespace example;
#ifdef WRONG
constexpr auto p = compile([](expr table, expr ids) { return gather(table, ids, vocab); }, arg<"table">(vocab, d), arg<"ids">(query)); // HERE
#else
constexpr auto p = compile([](expr table, expr ids) { return gather(table, ids, vocab); }, arg<"table">(vocab, d), arg<"ids", integer>(query));
#endif
} // namespace gather_by_reals
