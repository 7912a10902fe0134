// SPDX-License-Identifier: BSL-1.0
// expect: weft: a runner keeps referring to what it is bound to: give the tensors names
#include "../case.hpp"

namespace bound_to_a_temporary {
using namespace example;
constexpr auto p = compile([](expr x) { return x * 2; }, x_query_d);
#ifdef WRONG
inline auto call() { return p.bind(tensor<float>(query(3), d)); } // HERE
#else
inline auto call(const tensor<float>& x) { return p.bind(x); }
#endif
} // namespace bound_to_a_temporary
