// SPDX-License-Identifier: BSL-1.0
#include "support/trainer.hpp"

#include "support/trainer_of.hpp"

#include <cmath>

namespace text_model {
scheme initial(std::string_view name, const axes&, const model_options& o) {
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  if (ends("gain")) return init::ones();
  if (ends("bias") || ends("b_in") || ends("b_out")) return init::zeros();
  if (o.unit && (ends("wq") || ends("wk"))) return init::unit_variance(width);
  if (ends("wo") || ends("w_out")) return init::normal(0.02 / std::sqrt(2 * static_cast<double>(o.layers)));
  return init::normal(0.02);
}

void query_norms(const tensor<float>& gradient, double factor, std::vector<double>& norms) {
  const view<const float> g = view<const float>(gradient).permute({batch, query, head, d});
  const long of_query = g.extent(head) * g.extent(d), queries = g.extent(batch) * g.extent(query);
  for (long i = 0; i < queries; i++) {
    double sum = 0;
    for (long j = 0; j < of_query; j++) sum += static_cast<double>(g[i * of_query + j]) * static_cast<double>(g[i * of_query + j]);
    norms.push_back(factor * std::sqrt(sum));
  }
}

std::unique_ptr<trainer> built_trainer(const model_options& o) {
  const auto schema = model_axes(std::vector<block<axes>>(static_cast<std::size_t>(o.layers), block_axes));
  auto program = build(value_and_grad(text_model::loss), params_of("w", schema), tokens_arg, targets_arg, factor_arg);
  using step = step_program<false, decltype(program)>;
  return std::make_unique<trainer_of<std::vector<block<axes>>, step>>(o, schema, step{program});
}
} // namespace text_model

std::unique_ptr<trainer> make_trainer(const model_options& o) {
  switch (o.layers) {
  case 1: return text_model::compiled_trainer_1(o);
  case 2: return text_model::compiled_trainer_2(o);
  case 4: return text_model::compiled_trainer_4(o);
  default: return text_model::built_trainer(o);
  }
}

windows windows_at(std::span<const std::int32_t> text, std::span<const long> places, long context) {
  using text_model::batch, text_model::query;
  const auto n = static_cast<long>(places.size());
  windows w{weft::tensor<std::int32_t>(batch(n), query(context)), weft::tensor<std::int32_t>(batch(n), query(context))};
  for (long i = 0; i < n; i++)
    for (long j = 0; j < context; j++) {
      const auto at = static_cast<std::size_t>(places[static_cast<std::size_t>(i)] + j);
      w.tokens[i * context + j] = text[at], w.targets[i * context + j] = text[at + 1];
    }
  return w;
}
