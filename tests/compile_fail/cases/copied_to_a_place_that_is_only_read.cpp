// SPDX-License-Identifier: BSL-1.0
// expect: weft: copy_to writes its second tensor, which may only be read: give one without const
#include "../case.hpp"

namespace copied_to_a_place_that_is_only_read {
using namespace example;
#ifdef WRONG
inline void call(const tensor<float>& x, const tensor<float>& y) { copy_to(x, y); } // HERE
#else
inline void call(const tensor<float>& x, tensor<float>& y) { copy_to(x, y), copy_to(x, view(y)); }
#endif
} // namespace copied_to_a_place_that_is_only_read
