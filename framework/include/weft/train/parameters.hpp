// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/structural.hpp>
#include <weft/run/tensor.hpp>
#include <weft/trace/walk.hpp>
#include <weft/train/initialize.hpp>
#include <weft/train/parameter_table.hpp>

/// Structures of parameters, looked at as a whole. To walk one together with its gradient:
/// `each_leaf([](tensor<float>& w, const tensor<float>& dw) { ... }, parameters, gradient)`.
namespace weft {

/// How many numbers a structure holds.
template <class Parameters> long count(const Parameters& parameters) {
  long n = 0;
  each_leaf([&](const auto& t) { n += t.size(); }, parameters);
  return n;
}

/// A table: for each parameter its name, its axes with their extents, and its number of elements; then their sum.
/// Members of an array that look alike share a row, `blocks.0..3.wq`.
template <class Parameters> std::string summary(const Parameters& parameters) {
  return ir::parameter_table(ir::named_leaves(parameters));
}
} // namespace weft
