// SPDX-License-Identifier: BSL-1.0
#include "support/csv.hpp"

#include <fmt/format.h>

#include <fstream>

std::string csv::text() const {
  std::string s = fmt::format("{}\n", fmt::join(columns, ","));
  for (const auto& row : rows) s += fmt::format("{}\n", fmt::join(row, ","));
  return s;
}

bool csv::write(const std::string& path) const {
  std::ofstream out(path);
  out << text();
  out.close();
  return out.good();
}
