// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor.hpp>

#include <fmt/format.h>

namespace weft {

/// How a tensor is written.
struct text_options {
  std::string_view name = "tensor"; ///< heads the text: `tensor<float>[query=2, d=3]`
  int precision = 6;                ///< significant digits of reals
  int edge = 3;                     ///< elements shown at either end of an axis longer than both ends
};

/// A head with the element type and the shape, then the elements as nested rows, long axes with an ellipsis.
std::string to_text(const tensor_ref& t, const text_options& options = {});
/// "[query, d=64]": the names, with the extents that are static.
std::string to_text(const axes& ax);
/// How C++ spells an element type.
std::string_view spelling_of(dtype t);

namespace ir {
/// The digits of `{:.digits}`, or the usual number for `{}`; `it` is left at the closing brace.
constexpr int digits_of(fmt::format_parse_context& context, fmt::format_parse_context::iterator& it, int usual,
                        const char* refusal) {
  it = context.begin();
  if (it == context.end() || *it == '}') return usual;
  int digits = 0;
  if (*it++ == '.')
    for (; it != context.end() && *it >= '0' && *it <= '9' && digits < 100; it++) digits = digits * 10 + (*it - '0');
  if (digits == 0 || digits >= 100 || (it != context.end() && *it != '}')) throw fmt::format_error(refusal);
  return digits;
}
} // namespace ir
} // namespace weft

// What has a begin and an end, fmt/ranges.h would format too.
FMT_BEGIN_NAMESPACE
template <class T, class Char> struct is_range;
template <class T, class Char> struct is_range<weft::tensor<T>, Char> : std::false_type {};
template <class T, class Char> struct is_range<weft::view<T>, Char> : std::false_type {};
template <class Char> struct is_range<weft::axes, Char> : std::false_type {};
FMT_END_NAMESPACE

/// `fmt::print("{}", x)`; a precision is that of the reals, `{:.3}`.
template <> struct fmt::formatter<weft::tensor_ref> {
  weft::text_options options;
  constexpr auto parse(fmt::format_parse_context& context) {
    auto i = context.begin();
    options.precision =
        weft::ir::digits_of(context, i, options.precision, "weft: the format of a tensor is {} or {:.digits}");
    return i;
  }
  auto format(const weft::tensor_ref& t, fmt::format_context& context) const {
    const std::string s = to_text(t, options);
    return std::copy(s.begin(), s.end(), context.out());
  }
};

template <class T> struct fmt::formatter<weft::tensor<T>> : fmt::formatter<weft::tensor_ref> {
  auto format(const weft::tensor<T>& t, fmt::format_context& context) const {
    return fmt::formatter<weft::tensor_ref>::format(t.ref(), context);
  }
};

template <class T> struct fmt::formatter<weft::view<T>> : fmt::formatter<weft::tensor_ref> {
  constexpr formatter() { options.name = "view"; }
  auto format(const weft::view<T>& v, fmt::format_context& context) const {
    return fmt::formatter<weft::tensor_ref>::format(v.ref(), context);
  }
};

template <> struct fmt::formatter<weft::axes> : fmt::formatter<fmt::string_view> {
  auto format(const weft::axes& ax, fmt::format_context& context) const {
    return fmt::formatter<fmt::string_view>::format(weft::to_text(ax), context);
  }
};
