// SPDX-License-Identifier: BSL-1.0
// expect: weft: bind writes the place for the result, which may only be read: give one without const
#include "../case.hpp"

namespace bound_to_a_place_that_is_only_read {
using namespace example;
constexpr auto p = compile([](expr x) { return x * 2; }, x_query_d);
#ifdef WRONG
inline auto call(const tensor<float>& x, view<const float>& y) { return p.bind(x, y); }
#else
inline auto call(const tensor<float>& x, view<float>& y) { return p.bind(x, y); }
#endif
} // namespace bound_to_a_place_that_is_only_read
