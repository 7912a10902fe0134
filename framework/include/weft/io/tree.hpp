// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/io/format.hpp>
#include <weft/trace/walk.hpp>

/// Structures of tensors as text: `fmt::print("{}", parameters)` for a Hana struct, `fmt::print("{}", tree(x))` for any
/// structure, as tuples and vectors may have formatters elsewhere. One line a member; of a tensor its shape and what
/// its elements are like:
///   blocks
///     0
///       wq    float[width=4, d=2]  min -1.52  max 1.13  mean 0.0214  std 0.731
///       bias  float[d=2]           min 0  max 0  mean 0  std 0
namespace weft {
namespace ir {
struct tree_line {
  int depth;
  std::string name;
  tensor_ref leaf{}; ///< of a leaf
  bool is_leaf = false;
};
template <class X> void tree_lines(const X& x, std::vector<tree_line>& lines, const std::string& name, int depth) {
  if constexpr (leaf_type<X>) lines.push_back({depth, name, x.ref(), true});
  else {
    if (depth >= 0) lines.push_back({depth, name});
    each_member([&](const std::string& n, const auto& m) { tree_lines(m, lines, n, depth + 1); }, x);
  }
}
std::string tree_text(const std::vector<tree_line>& lines, int precision);

template <class X> constexpr bool holds_tensors = tensor_like<X>;
template <class X, std::size_t N> constexpr bool holds_tensors<std::array<X, N>> = holds_tensors<X>;
template <class X> constexpr bool holds_tensors<std::vector<X>> = holds_tensors<X>;
template <template <class...> class S, class... X>
  requires(!tensor_like<S<X...>>)
constexpr bool holds_tensors<S<X...>> = (holds_tensors<X> || ...);
} // namespace ir

/// A structure of tensors, to be printed.
template <class X> struct tree {
  const X& of;
  constexpr explicit tree(const X& x) : of(x) {}
};

namespace ir {
struct tree_formatter {
  int precision = 3;
  constexpr auto parse(fmt::format_parse_context& context) {
    auto i = context.begin();
    precision = digits_of(context, i, precision, "weft: the format of a structure is {} or {:.digits}");
    return i;
  }
  template <class X> auto print(const X& x, fmt::format_context& context) const {
    std::vector<tree_line> lines;
    tree_lines(x, lines, "tensor", -1);
    const std::string s = tree_text(lines, precision);
    return std::copy(s.begin(), s.end(), context.out());
  }
};
} // namespace ir
} // namespace weft

template <class X> struct fmt::formatter<weft::tree<X>> : weft::ir::tree_formatter {
  auto format(const weft::tree<X>& t, fmt::format_context& context) const { return print(t.of, context); }
};
template <class X>
  requires(boost::hana::Struct<X>::value && weft::ir::holds_tensors<X>)
struct fmt::formatter<X> : weft::ir::tree_formatter {
  auto format(const X& x, fmt::format_context& context) const { return print(x, context); }
};
