// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

namespace weft {

/// The largest |a - b|, elements paired by axis names. Equal infinities differ by 0; a NaN anywhere gives NaN, so that
/// `max_abs_difference(a, b) < tolerance` fails. Throws if the axes or an extent differ.
double max_abs_difference(const tensor_ref& a, const tensor_ref& b);

/// Whether |a - b| <= absolute + relative * |b| everywhere. Equal infinities are close, a NaN is close to nothing.
bool all_close(const tensor_ref& a, const tensor_ref& b, double relative, double absolute);

template <tensor_like A, tensor_like B> double max_abs_difference(const A& a, const B& b) {
  return max_abs_difference(a.ref(), b.ref());
}
template <tensor_like A, tensor_like B> bool all_close(const A& a, const B& b, double relative, double absolute) {
  return all_close(a.ref(), b.ref(), relative, absolute);
}
} // namespace weft
