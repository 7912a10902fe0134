// SPDX-License-Identifier: BSL-1.0
#include <weft/train/parameter_table.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace weft::ir {
namespace {
struct row {
  std::string head, tail{}; ///< the name around the number of an array's member
  long first = -1, last = -1;
  std::string shape{};
  long elements = 0;

  std::string name() const {
    return first < 0       ? head
           : first == last ? fmt::format("{}{}{}", head, first, tail)
                           : fmt::format("{}{}..{}{}", head, first, last, tail);
  }
};

bool is_number(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "blocks.3.wq" as "blocks.", 3, ".wq", by the first member that is a number.
row taken_apart(const std::string& name) {
  for (std::size_t from = 0, to; from < name.size(); from = to + 1) {
    to = std::min(name.find('.', from), name.size());
    if (!is_number(name.substr(from, to - from))) continue;
    const long number = std::stol(name.substr(from, to - from));
    return {.head = name.substr(0, from), .tail = name.substr(to), .first = number, .last = number};
  }
  return {.head = name};
}
} // namespace

std::string parameter_table(const std::vector<std::pair<std::string, tensor_ref>>& parameters) {
  std::vector<row> rows;
  long total = 0;
  for (const auto& [name, t] : parameters) {
    const long n = t.unset() ? 0 : t.size();
    row r = taken_apart(name);
    r.shape = shape_text(t), r.elements = n;
    total += n;
    const auto alike = std::find_if(rows.begin(), rows.end(), [&](const row& o) {
      return o.first >= 0 && o.head == r.head && o.tail == r.tail && o.shape == r.shape && o.last + 1 == r.first;
    });
    if (alike == rows.end()) rows.push_back(r);
    else alike->last = r.first, alike->elements += n;
  }
  std::size_t name_width = 5, shape_width = 0;
  for (const row& r : rows)
    name_width = std::max(name_width, r.name().size()), shape_width = std::max(shape_width, r.shape.size());
  std::string s;
  for (const row& r : rows)
    s += fmt::format("{:<{}}  {:<{}}  {:>10}\n", r.name(), name_width, r.shape, shape_width, r.elements);
  return s + fmt::format("{:<{}}  {:<{}}  {:>10}\n", "total", name_width, "", shape_width, total);
}
} // namespace weft::ir
