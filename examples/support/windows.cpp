// SPDX-License-Identifier: BSL-1.0
#include "support/windows.hpp"

#include "support/model.hpp"

#include <algorithm>

windows windows_at(std::span<const std::int32_t> text, std::span<const long> places, long context) {
  using text_model::batch, text_model::query, weft::tensor;
  const auto n = static_cast<long>(places.size());
  windows w{tensor<std::int32_t>(batch(n), query(context)), tensor<std::int32_t>(batch(n), query(context))};
  for (long i = 0; i < n; i++)
    for (long j = 0; j < context; j++) {
      const auto at = static_cast<std::size_t>(places[static_cast<std::size_t>(i)] + j);
      w.tokens[i * context + j] = text[at], w.targets[i * context + j] = text[at + 1];
    }
  return w;
}

windows random_windows(std::span<const std::int32_t> text, long batch, long context, std::uint64_t seed, long step) {
  std::vector<long> places;
  const std::uint64_t choices = text.size() - static_cast<std::size_t>(context);
  for (long i = step * batch; i < (step + 1) * batch; i++)
    places.push_back(static_cast<long>(weft::integer_at(seed, static_cast<std::uint64_t>(i), choices)));
  return windows_at(text, places, context);
}

std::vector<windows> even_windows(std::span<const std::int32_t> text, long batch, long context, long symbols) {
  const long last = static_cast<long>(text.size()) - context - 1; // the last place where a window fits
  const long count = batch * std::max(1l, std::min(last / context + 1, symbols / context) / batch);
  std::vector<windows> batches;
  std::vector<long> places;
  for (long i = 0; i < count; i++) {
    places.push_back(count > 1 ? i * last / (count - 1) : 0);
    if (static_cast<long>(places.size()) < batch) continue;
    batches.push_back(windows_at(text, places, context));
    places.clear();
  }
  return batches;
}
