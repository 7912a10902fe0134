// SPDX-License-Identifier: BSL-1.0
#include <weft/io/format.hpp>

#include <algorithm>
#include <utility>

namespace weft {
namespace {
std::string element_text(const tensor_ref& t, long offset, int precision) {
  return with_type(t.type, [&]<class T>(T) {
    const T x = static_cast<const T*>(t.data)[offset];
    if constexpr (std::floating_point<T>) return fmt::format("{:.{}g}", x, precision);
    else return fmt::format("{}", x);
  });
}

struct printer {
  const tensor_ref& t;
  const text_options& options;
  std::size_t width = 0; // of the widest element shown
  std::string out{};

  bool cut(int axis) const { return t.extent[axis] > 2 * options.edge; }

  /// Calls `visit(i)` for the shown coordinates of an axis and `gap()` where some are left out.
  void each_shown(int axis, auto visit, auto gap) const {
    const long n = t.extent[axis];
    for (long i = 0; i < n; i++) {
      if (cut(axis) && i == options.edge) {
        gap();
        i = n - options.edge;
        if (i >= n) return;
      }
      visit(i);
    }
  }

  void measure(int axis, long offset) {
    if (axis == t.ax.n) width = std::max(width, element_text(t, offset, options.precision).size());
    else each_shown(axis, [&](long i) { measure(axis + 1, offset + i * t.stride[axis]); }, [] {});
  }

  void print(int axis, long offset) {
    if (axis == t.ax.n) {
      out += fmt::format("{:>{}}", element_text(t, offset, options.precision), width);
      return;
    }
    const bool row = axis + 1 == t.ax.n;
    const std::string separator = row ? ", "
                                      : "," + std::string(static_cast<std::size_t>(t.ax.n - 1 - axis), '\n') +
                                            std::string(static_cast<std::size_t>(axis) + 1, ' ');
    bool first = true;
    const auto separate = [&] {
      if (!std::exchange(first, false)) out += separator;
    };
    out += '[';
    each_shown(
        axis,
        [&](long i) {
          separate();
          print(axis + 1, offset + i * t.stride[axis]);
        },
        [&] {
          separate();
          out += "...";
        });
    out += ']';
  }
};
} // namespace

std::string to_text(const tensor_ref& t, const text_options& options) {
  const std::string head = fmt::format("{}<{}>{}", options.name, spelling_of(t.type), t.ax.n ? shape_text(t) : "");
  if (t.unset()) return head + " unset";
  if (t.size() == 0) return head + " no elements";
  printer p{t, options};
  if (t.ax.n > 0) p.measure(0, 0);
  p.print(0, 0);
  return head + (t.ax.n ? "\n" : " ") + p.out;
}

std::string_view spelling_of(dtype t) {
  return t == dtype::float32 ? "float" : t == dtype::float64 ? "double" : t == dtype::boolean ? "bool" : name_of(t);
}
std::string to_text(const axes& ax) {
  std::string s = "[";
  for (int i = 0; i < ax.n; i++) {
    if (i) s += ", ";
    s += ax[i]->name;
    if (ax[i]->extent != unbound) s += fmt::format("={}", ax[i]->extent);
  }
  return s + "]";
}
} // namespace weft
