// SPDX-License-Identifier: BSL-1.0
// expect: compile: this function holds values; give it a name: `static constexpr auto f = ...; compile<f>(arguments...)`
#include "../case.hpp"

namespace capturing_lambda {
using namespace example;
#ifdef WRONG
constexpr auto program_for(double factor) {
  return compile([factor](expr x) { return x * factor; }, x_query_d);
}
constexpr auto p = program_for(2);
#else
constexpr auto twice = [factor = 2.0](expr x) { return x * factor; };
constexpr auto p = compile<twice>(x_query_d);
#endif
} // namespace capturing_lambda
