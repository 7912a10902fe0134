// SPDX-License-Identifier: BSL-1.0
#include "program.hpp"

namespace bench {
/// Lengths of packed documents that fill n places: 512 on average, between 128 and 896.
static std::vector<long> lengths(long n) {
  std::vector<long> all;
  for (long place = 0, i = 0; place < n; i++) {
    const long length = std::min(n - place, 128 + 256 * (i * 5 % 4));
    all.push_back(length);
    place += length;
  }
  return all;
}

/// The number of each place's document.
static tensor<std::int32_t> numbers(const shape& s, auto axis) {
  tensor<std::int32_t> ids(axis(s.n));
  std::int32_t* at = ids.data();
  std::int32_t number = 0;
  for (long length : lengths(s.n)) at = std::fill_n(at, length, number++);
  return ids;
}

variant documents() {
  const auto score = [](expr s, expr mine, expr its) { return where(mine == its, s, -infinity); };
  const auto pairs = [](const shape& s) {
    double kept = 0;
    for (long length : lengths(s.n)) kept += double(length) * double(length);
    return kept * double(s.batch * s.heads);
  };
  return attention_variant(
      "documents", score, pairs, 1,
      captured{arg<"query_document", integer>(query), [](const shape& s) { return numbers(s, query); }},
      captured{arg<"key_document", integer>(key), [](const shape& s) { return numbers(s, key); }});
}
} // namespace bench
