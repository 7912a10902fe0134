// SPDX-License-Identifier: BSL-1.0
/// The trainer of a model of one depth. The step, where the time goes, is whatever program it is given; what is run now
/// and then (validation, a look at attention, a prediction) is built at run time for every depth.
#pragma once
#include "support/model.hpp"
#include "support/trainer.hpp"

#include <weft/trace/build.hpp>
#include <weft/train/adamw.hpp>
#include <weft/train/gradients.hpp>
#include <weft/train/parameters.hpp>

#include <cmath>
#include <vector>

namespace text_model {

std::unique_ptr<trainer> compiled_trainer_1(const model_options& o);
std::unique_ptr<trainer> compiled_trainer_2(const model_options& o);
std::unique_ptr<trainer> compiled_trainer_4(const model_options& o);
std::unique_ptr<trainer> built_trainer(const model_options& o);

constexpr auto tokens_arg = arg<"tokens", integer>(batch, query);
constexpr auto targets_arg = arg<"targets", integer>(batch, query);
constexpr auto factor_arg = arg<"factor">();

/// Normal with deviation 0.02, on the way back into the residual stream divided by the root of how often that is added to
/// (A. Radford et al., "Language models are unsupervised multitask learners", 2019, section 2.3). With `unit`, the weights
/// of q and k keep the unit variance of what the norm before them gives.
scheme initial(std::string_view name, const axes& ax, const model_options& o);
/// Euclidean norms over head and d, times `factor`.
void query_norms(const tensor<float>& gradient, double factor, std::vector<double>& norms);

/// A step's program, which knows whether it was compiled.
template <bool Compiled, class Program> struct step_program {
  static constexpr bool compiled = Compiled;
  Program program;
  template <class... X> auto bind(X&... x) const { return program.bind(x...); }
};

template <class Blocks, class Step> class trainer_of final : public trainer {
  using schema_type = model<axes, Blocks>;
  using parameters = rebind_t<schema_type, tensor<float>>;
  using probes_schema = decltype([] {
    if constexpr (requires { std::tuple_size<Blocks>::value; }) return std::array<axes, std::tuple_size_v<Blocks>>{};
    else return std::vector<axes>{};
  }());
  using probes = rebind_t<probes_schema, tensor<float>>;
  static constexpr auto observe_and_grad = value_and_grad(text_model::observe);

  model_options o_;
  schema_type schema_;
  probes_schema probes_schema_;
  Step step_;
  parameters w_;
  adamw<parameters> optimizer_;
  tensor<std::int32_t> tokens_, targets_;
  tensor<float> factor_;
  valued<tensor<float>, parameters> out_;
  decltype(std::declval<const Step&>().bind(w_, tokens_, targets_, factor_, out_)) run_step_;
  decltype(build(text_model::loss, params_of("w", schema_), tokens_arg, targets_arg, factor_arg)) loss_;
  decltype(loss_.bind(w_, tokens_, targets_, factor_)) run_loss_;
  decltype(build(text_model::predict, params_of("w", schema_), tokens_arg, factor_arg)) predict_;
  tensor<std::int32_t> prompt_;
  decltype(predict_.bind(w_, prompt_, factor_)) run_predict_;
  decltype(build(observe_and_grad, params_of("probe", probes_schema_), params_of("w", schema_), tokens_arg, targets_arg, factor_arg)) observe_;
  probes probes_;

  std::vector<bound_axis> extents() const {
    return {width(o_.width), head(o_.heads), d(o_.width / o_.heads), hidden(4 * o_.width), vocab(o_.symbols), query(o_.context), batch(o_.batch)};
  }
  probes_schema all_probes() const {
    probes_schema p{};
    if constexpr (requires { p.resize(1); }) p.resize(static_cast<std::size_t>(o_.layers));
    for (axes& a : p) a = axes(batch, query, head, d);
    return p;
  }
  double factor() const { return o_.averaging ? 0 : o_.scaled ? 1 / std::sqrt(static_cast<double>(o_.width / o_.heads)) : 1; }
  void load(const windows& w) { tokens_ = w.tokens, targets_ = w.targets; }

public:
  trainer_of(const model_options& o, const schema_type& schema, Step step)
      : o_(o), schema_(schema), probes_schema_(all_probes()), step_(std::move(step)),
        w_(initialize<float>(schema, o.seed, extents(), [&](std::string_view name, const axes& ax) { return initial(name, ax, o); })),
        optimizer_(w_, {.beta2 = 0.99, .decay = 0.1}), tokens_(batch(o.batch), query(o.context)), targets_(tokens_),
        factor_(static_cast<float>(factor())), out_{tensor<float>(0.0f), w_}, run_step_(step_.bind(w_, tokens_, targets_, factor_, out_)),
        loss_(build(text_model::loss, params_of("w", schema_), tokens_arg, targets_arg, factor_arg)),
        run_loss_(loss_.bind(w_, tokens_, targets_, factor_)), predict_(build(text_model::predict, params_of("w", schema_), tokens_arg, factor_arg)),
        prompt_(batch(1), query(o.context)), run_predict_(predict_.bind(w_, prompt_, factor_)),
        observe_(build(observe_and_grad, params_of("probe", probes_schema_), params_of("w", schema_), tokens_arg, targets_arg, factor_arg)),
        probes_(initialize<float>(probes_schema_, 0, extents(), {{"*", init::zeros()}})) {}

  step_result step(const windows& w, double rate) override {
    load(w);
    run_step_();
    const double norm = clip_by_global_norm(out_.gradient, 1);
    optimizer_.options.rate = rate;
    optimizer_.step(w_, out_.gradient);
    return {out_.value.item(), norm};
  }
  double loss(const windows& w) override {
    load(w);
    return run_loss_().item();
  }
  observation observe(const windows& w) override {
    const auto seen = observe_(probes_, w_, w.tokens, w.targets, factor_);
    observation r{seen.value.loss.item(), seen.value.largest_score.item(), seen.value.entropy.item(), {}};
    for (const tensor<float>& g : seen.gradient) query_norms(g, static_cast<double>(o_.batch * o_.context), r.query_gradients);
    return r;
  }
  std::vector<float> predict(std::span<const std::int32_t> tokens) override {
    std::copy(tokens.begin(), tokens.end(), prompt_.begin());
    const tensor<float>& y = run_predict_();
    return {y.begin(), y.end()};
  }
  bool compiled() const override { return Step::compiled; }
  std::string summary() const override { return weft::summary(w_); }
};

/// A trainer whose depth and program are constants.
template <const auto& Schema> std::unique_ptr<trainer> compiled_trainer(const model_options& o) {
  static constexpr auto program = compile(value_and_grad(text_model::loss), params<"w", Schema>, tokens_arg, targets_arg, factor_arg);
  using step = step_program<true, std::remove_const_t<decltype(program)>>;
  return std::make_unique<trainer_of<std::remove_cvref_t<decltype(Schema.blocks)>, step>>(o, Schema, step{program});
}
} // namespace text_model
