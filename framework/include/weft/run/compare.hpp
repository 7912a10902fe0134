// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor_ref.hpp>
#include <weft/trace/walk.hpp>

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

/// b is close to a where |a - b| <= atol + rtol |b|.
struct tolerances {
  double rtol = 1e-5, atol = 1e-8;
};

/// What `close` found: true if all elements are, else which is the farthest out and by how much.
struct closeness {
  bool holds = true;
  long elements = 0, differing = 0;
  std::string where;               ///< the farthest of those that differ: `blocks.0.wq[width=3, d=0]`
  double a = 0, b = 0;             ///< its values
  double distance = 0, excess = 0; ///< by how much they differ, and by how many times the tolerance
  std::string mismatch;            ///< what can't be compared: axes, extents, members
  explicit operator bool() const { return holds; }
  std::string text() const; ///< all of this in words
  template <class Stream> friend Stream& operator<<(Stream& s, const closeness& c) {
    s << c.text();
    return s;
  }
};

namespace ir {
using named_tensor = std::pair<std::string, tensor_ref>;
template <class X> std::vector<named_tensor> named_leaves(const X& x) {
  std::vector<named_tensor> r;
  each_name([&](const std::string& name, const auto& t) { r.emplace_back(name, t.ref()); }, x);
  return r;
}
closeness close(const std::vector<named_tensor>& a, const std::vector<named_tensor>& b, const tolerances& within);
} // namespace ir

/// Compares two structures of tensors (or two tensors) leaf by leaf, paired by name, elements by axis names. Equal
/// infinities are close, a NaN is close to nothing: `close(gradient, expected, {.rtol = 1e-4, .atol = 1e-6})`.
template <class A, class B> closeness close(const A& a, const B& b, const tolerances& within = {}) {
  return ir::close(ir::named_leaves(a), ir::named_leaves(b), within);
}
} // namespace weft
