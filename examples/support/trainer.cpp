// SPDX-License-Identifier: BSL-1.0
#include "support/trainer.hpp"

#include "support/step.hpp"

#include <weft/trace/build.hpp>
#include <weft/train/adamw.hpp>
#include <weft/train/gradients.hpp>
#include <weft/train/parameters.hpp>

#include <cmath>
#include <optional>

namespace text_model {
namespace {

std::vector<bound_axis> extents_of(const model_options& o) {
  return {width(o.width),   head(o.heads),    d(o.width / o.heads), hidden(4 * o.width),
          vocab(o.symbols), query(o.context), batch(o.batch)};
}

/// Normal with deviation 0.02, on the way back into the residual stream divided by the root of how often that is added
/// to (A. Radford et al., "Language models are unsupervised multitask learners", 2019, section 2.3). With `unit`, the
/// weights of q and k keep the unit variance of what the norm before them gives.
scheme initial(std::string_view name, const model_options& o) {
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  if (ends("gain")) return init::ones();
  if (ends("bias") || ends("b_in") || ends("b_out")) return init::zeros();
  if (o.unit && (ends("wq") || ends("wk"))) return init::unit_variance(width);
  if (ends("wo") || ends("w_out")) return init::normal(0.02 / std::sqrt(2 * static_cast<double>(o.layers)));
  return init::normal(0.02);
}

float factor_of(const model_options& o) {
  return o.averaging ? 0 : o.scaled ? static_cast<float>(1 / std::sqrt(static_cast<double>(o.width / o.heads))) : 1;
}

/// Euclidean norms over head and d, times `factor`.
void query_norms(const tensor<float>& gradient, double factor, std::vector<double>& norms) {
  const view<const float> g = view<const float>(gradient).permute({batch, query, head, d});
  const long of_query = g.extent(head) * g.extent(d), queries = g.extent(batch) * g.extent(query);
  for (long i = 0; i < queries; i++) {
    double sum = 0;
    for (long j = 0; j < of_query; j++)
      sum += static_cast<double>(g[i * of_query + j]) * static_cast<double>(g[i * of_query + j]);
    norms.push_back(factor * std::sqrt(sum));
  }
}

using probes = std::vector<tensor<float>>;
using probe_axes = std::vector<axes>;

auto built_step(const schema& s) {
  return build(value_and_grad(loss), params_of("w", s), tokens_arg, targets_arg, factor_arg);
}
auto built_loss(const schema& s) { return build(loss, params_of("w", s), tokens_arg, targets_arg, factor_arg); }
auto built_prediction(const schema& s) { return build(predict, params_of("w", s), tokens_arg, factor_arg); }
auto built_observation(const schema& s, const probe_axes& p) {
  return build(value_and_grad(observe), params_of("probe", p), params_of("w", s), tokens_arg, targets_arg, factor_arg);
}
} // namespace
} // namespace text_model

using namespace text_model;

struct trainer::state {
  model_options o;
  schema described;
  probe_axes probes_described;
  step_data x;
  adamw<parameters> optimizer;
  probes no_probes;
  tensor<std::int32_t> prompt;
  std::optional<decltype(built_step(described))> interpreted;
  decltype(built_loss(described)) loss;
  decltype(built_prediction(described)) prediction;
  decltype(built_observation(described, probes_described)) observation;
  decltype(loss.bind(x.w, x.tokens, x.targets, x.factor)) run_loss;
  decltype(prediction.bind(x.w, prompt, x.factor)) run_prediction;
  std::function<void()> run_step;

  explicit state(const model_options& options)
      : o(options), described(model_axes(std::vector<block<axes>>(static_cast<std::size_t>(o.layers), block_axes))),
        probes_described(static_cast<std::size_t>(o.layers), axes(batch, query, head, d)),
        x{.w = initialize<float>(described, o.seed, extents_of(o),
                                 [&](std::string_view name, const axes&) { return initial(name, o); }),
          .tokens = tensor<std::int32_t>(batch(o.batch), query(o.context)),
          .targets = tensor<std::int32_t>(batch(o.batch), query(o.context)),
          .factor = tensor<float>(factor_of(o))},
        optimizer(x.w, {.beta2 = 0.99, .decay = 0.1}),
        no_probes(initialize<float>(probes_described, 0, extents_of(o), {{"*", init::zeros()}})),
        prompt(batch(1), query(o.context)), loss(built_loss(described)), prediction(built_prediction(described)),
        observation(built_observation(described, probes_described)),
        run_loss(loss.bind(x.w, x.tokens, x.targets, x.factor)),
        run_prediction(prediction.bind(x.w, prompt, x.factor)) {
    x.out = {tensor<float>(0.0f), x.w};
    if (o.layers == 1) run_step = compiled_step_1(x);
    else if (o.layers == 2) run_step = compiled_step_2(x);
    else if (o.layers == 4) run_step = compiled_step_4(x);
    else run_step = bound_step(interpreted.emplace(built_step(described)), x);
  }
  void load(const windows& w) {
    std::copy(w.tokens.begin(), w.tokens.end(), x.tokens.begin());
    std::copy(w.targets.begin(), w.targets.end(), x.targets.begin());
  }
};

trainer::trainer(const model_options& o) : s_(std::make_unique<state>(o)) {}
trainer::~trainer() = default;
bool trainer::compiled() const { return !s_->interpreted; }
std::string trainer::summary() const { return weft::summary(s_->x.w); }

step_result trainer::step(const windows& w, double rate) {
  s_->load(w);
  s_->run_step();
  const double norm = clip_by_global_norm(s_->x.out.gradient, 1);
  s_->optimizer.options.rate = rate;
  s_->optimizer.step(s_->x.w, s_->x.out.gradient);
  return {s_->x.out.value.item(), norm};
}
double trainer::loss(const windows& w) {
  s_->load(w);
  return s_->run_loss().item();
}
observation trainer::observe(const windows& w) {
  const auto seen = s_->observation(s_->no_probes, s_->x.w, w.tokens, w.targets, s_->x.factor);
  observation r{seen.value.loss.item(), seen.value.largest_score.item(), seen.value.entropy.item(), {}};
  for (const tensor<float>& g : seen.gradient)
    query_norms(g, static_cast<double>(s_->o.batch * s_->o.context), r.query_gradients);
  return r;
}
std::vector<float> trainer::predict(std::span<const std::int32_t> tokens) {
  std::copy(tokens.begin(), tokens.end(), s_->prompt.begin());
  const tensor<float>& y = s_->run_prediction();
  return {y.begin(), y.end()};
}

double bytes_needed(const model_options& o) {
  const auto n = [](long x) { return static_cast<double>(x); };
  const double w = n(o.width), places = n(o.batch) * n(o.context);
  const double numbers = n(o.layers) * 12 * w * w + 2 * n(o.symbols) * w;
  const double kept = places * (n(o.layers) * (20 * w + 4 * n(o.heads)) + 2 * n(o.symbols));
  return 4 * (4 * numbers + kept);
}
