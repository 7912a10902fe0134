// SPDX-License-Identifier: BSL-1.0
#include "support/generate.hpp"

#include <weft/run/random.hpp>

#include <algorithm>
#include <cmath>

namespace {
/// The place in a list of weights, each exp(logit / temperature), at which the share u of their sum is reached.
std::int32_t chosen(std::span<const float> logits, double temperature, double u) {
  const float top = *std::max_element(logits.begin(), logits.end());
  std::vector<double> up_to;
  double sum = 0;
  for (float l : logits) up_to.push_back(sum += std::exp(static_cast<double>(l - top) / temperature));
  return static_cast<std::int32_t>(std::upper_bound(up_to.begin(), up_to.end() - 1, u * sum) - up_to.begin());
}
} // namespace

std::vector<std::int32_t> generate(trainer& model, std::span<const std::int32_t> prompt, const model_options& o,
                                   long count, double temperature) {
  const auto context = static_cast<std::size_t>(o.context), symbols = static_cast<std::size_t>(o.symbols);
  std::vector<std::int32_t> ids(prompt.begin(), prompt.end());
  for (long i = 0; i < count; i++) {
    const std::size_t known = std::min(ids.size(), context);
    std::vector<std::int32_t> window(ids.end() - static_cast<long>(known), ids.end());
    window.resize(context); // what comes after the known ones can't be seen by them
    const std::vector<float> logits = model.predict(window);
    ids.push_back(chosen(std::span(logits).subspan((known - 1) * symbols, symbols), temperature,
                         weft::uniform_at(o.seed + 1, static_cast<std::uint64_t>(i))));
  }
  ids.erase(ids.begin(), ids.begin() + static_cast<long>(prompt.size()));
  return ids;
}
