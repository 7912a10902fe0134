// SPDX-License-Identifier: BSL-1.0
#include <weft/io/tree.hpp>
#include <weft/run/statistics.hpp>

#include <algorithm>

namespace weft::ir {
namespace {
std::string elements_text(const tensor_ref& t, int precision) {
  if (t.unset()) return "unset";
  const statistics s = statistics_of(t);
  if (s.count == 0) return "no elements";
  std::string text = s.finite() ? fmt::format("min {1:.{0}g}  max {2:.{0}g}  mean {3:.{0}g}  std {4:.{0}g}", precision,
                                              s.min, s.max, s.mean, s.deviation())
                                : "no finite number";
  if (s.nans) text += fmt::format("  {} NaN", s.nans);
  if (s.infinities) text += fmt::format("  {} infinite", s.infinities);
  return text;
}
} // namespace

std::string tree_text(const std::vector<tree_line>& lines, int precision) {
  const auto indented = [](const tree_line& l) {
    return std::string(static_cast<std::size_t>(2 * std::max(l.depth, 0)), ' ') + l.name;
  };
  const auto shape = [](const tensor_ref& t) {
    return fmt::format("{}{}", spelling_of(t.type), t.ax.n ? shape_text(t) : "");
  };
  std::size_t names = 0, shapes = 0;
  for (const tree_line& l : lines)
    if (l.is_leaf) names = std::max(names, indented(l).size()), shapes = std::max(shapes, shape(l.leaf).size());
  std::string s;
  for (const tree_line& l : lines) {
    if (!s.empty()) s += "\n";
    s += l.is_leaf ? fmt::format("{:<{}}  {:<{}}  {}", indented(l), names, shape(l.leaf), shapes,
                                 elements_text(l.leaf, precision))
                   : indented(l);
  }
  return s;
}
} // namespace weft::ir
