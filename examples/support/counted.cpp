// SPDX-License-Identifier: BSL-1.0
#include "support/counted.hpp"

#include <cmath>

double unigram_loss(const text& t) {
  std::vector<double> count(t.symbols.size(), 1);
  for (auto i : t.train()) count[static_cast<std::size_t>(i)]++;
  const double total = static_cast<double>(t.train_size + t.symbols.size());
  double loss = 0;
  for (auto i : t.validation()) loss -= std::log(count[static_cast<std::size_t>(i)] / total);
  return loss / static_cast<double>(t.validation().size());
}

double bigram_loss(const text& t) {
  const std::size_t n = t.symbols.size();
  std::vector<double> count(n * n, 1), total(n, static_cast<double>(n));
  const auto symbol = [&](std::size_t at) { return static_cast<std::size_t>(t.all[at]); };
  for (std::size_t i = 1; i < t.train_size; i++) count[symbol(i - 1) * n + symbol(i)]++, total[symbol(i - 1)]++;
  double loss = 0;
  for (std::size_t i = t.train_size; i < t.all.size(); i++)
    loss -= std::log(count[symbol(i - 1) * n + symbol(i)] / total[symbol(i - 1)]);
  return loss / static_cast<double>(t.validation().size());
}
