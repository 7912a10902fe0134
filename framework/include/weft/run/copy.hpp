// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

namespace weft {

/// Copies elements from one layout to another, matching the axes by name, whatever their order and strides. Between
/// types it converts real to real and upwards (boolean to integer to real, int32 to int64); downwards it throws, as it
/// does if the axes or an extent differ. The two may not overlap.
void copy_to(const tensor_ref& from, const tensor_ref& to);

template <tensor_like From, tensor_like To> void copy_to(const From& from, To&& to) {
  static_assert(writable<To>, "weft: copy_to writes its second tensor, which may only be read: give one without const");
  copy_to(from.ref(), to.ref());
}
} // namespace weft
