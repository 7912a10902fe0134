// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>

#include <span>
#include <string_view>

/// The checks and the arithmetic behind tensors and views, once for all element types. `who` heads the messages.
namespace weft::layout {

/// A dense row-major layout over the axes in their order, without data. Throws on an axis without an extent, an extent
/// that contradicts the static one or is negative, an axis given twice, and more elements than can be addressed.
tensor_ref row_major(std::string_view who, dtype type, std::span<const bound_axis> bound);

/// The same for axes that are values; `extents[i]` belongs to `ax[i]`, the static one stands where it is missing.
tensor_ref row_major(std::string_view who, dtype type, const axes& ax, std::span<const long> extents);

/// The first with the strides given.
tensor_ref strided(std::string_view who, dtype type, std::span<const bound_axis> bound, std::span<const long> strides);

/// The dense row-major layout with the axes and extents of `t`, whatever its strides are; without data.
tensor_ref dense(const tensor_ref& t);

/// Where the element with these named coordinates is, in elements from `t.data`. All axes must be named, in any order.
long offset_of(std::string_view who, const tensor_ref& t, std::span<const bound_axis> coordinates);

/// Where the `i`-th element in row-major order is, in elements from `t.data`; not checked.
long offset_of(const tensor_ref& t, long i);

/// The same axes, by name and in the same order, with the same extents.
bool same_shape(const tensor_ref& a, const tensor_ref& b);

/// Throws unless `count`, the elements offered for `t`, is what it holds.
void check_count(std::string_view who, const tensor_ref& t, std::size_t count);

// Views of a view: nothing is copied.
tensor_ref slice(const tensor_ref& t, axis_ref a, long from, long to);
tensor_ref rename(const tensor_ref& t, axis_ref from, axis_ref to);
tensor_ref permute(const tensor_ref& t, const axes& order);
tensor_ref at(const tensor_ref& t, bound_axis coordinate);
} // namespace weft::layout
