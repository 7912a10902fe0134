// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <string>
#include <vector>

/// A table of numbers with named columns.
struct csv {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;

  std::string text() const;
  /// False if the file can't be written.
  bool write(const std::string& path) const;
};
