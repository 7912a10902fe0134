// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "support/windows.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// What the model of a run is.
struct model_options {
  long layers = 2, width = 96, heads = 4, context = 64, batch = 16, symbols = 0;
  std::uint64_t seed = 1;
  bool scaled = true;     ///< scores are divided by sqrt(d)
  bool averaging = false; ///< in place of attention, plain averaging over the past
  bool unit = true;       ///< components of q and k start with unit variance; else as in GPT-2
};

/// Roughly, of parameters, their gradients and the optimizer's state, and of what a step keeps for its way back.
double bytes_needed(const model_options& o);

struct step_result {
  double loss, gradient_norm;
};
/// What attention looks like on some windows.
struct observation {
  double loss, largest_score, entropy;
  std::vector<double> query_gradients; ///< the norm, over heads and d, for each layer and each query: of the gradient
                                       ///< of the summed loss of a window with respect to q
};

/// A model with its optimizer. Depths 1, 2 and 4 are compiled programs; others are built now and run interpreted, as is
/// for every depth what is run now and then.
class trainer {
public:
  explicit trainer(const model_options& o);
  ~trainer();
  step_result step(const windows& w, double rate);
  double loss(const windows& w);
  observation observe(const windows& w);
  /// The logits after each of `tokens`, of which there are `context`.
  std::vector<float> predict(std::span<const std::int32_t> tokens);
  bool compiled() const;
  std::string summary() const;

private:
  struct state;
  std::unique_ptr<state> s_;
};
