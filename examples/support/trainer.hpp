// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// What the model of a run is.
struct model_options {
  long layers = 2, width = 128, heads = 4, context = 64, batch = 16, symbols = 0;
  std::uint64_t seed = 1;
  bool scaled = true;     ///< scores are divided by sqrt(d)
  bool averaging = false; ///< in place of attention, plain averaging over the past
  bool unit = true;       ///< components of q and k start with unit variance; else as in GPT-2
};

/// `batch` windows of a text, one after the other, and the same windows one symbol further on.
struct windows {
  weft::tensor<std::int32_t> tokens, targets;
};

struct step_result {
  double loss, gradient_norm;
};
/// What attention looks like on some windows.
struct observation {
  double loss, largest_score, entropy;
  std::vector<double> query_gradients; ///< the norm, over heads and d, for each layer and each query: of the gradient of
                                       ///< the summed loss of a window with respect to q
};

/// A model with its optimizer, behind one face for all depths.
class trainer {
public:
  virtual ~trainer() = default;
  virtual step_result step(const windows& w, double rate) = 0;
  virtual double loss(const windows& w) = 0;
  virtual observation observe(const windows& w) = 0;
  /// The logits after each of `tokens`, of which there are `context`.
  virtual std::vector<float> predict(std::span<const std::int32_t> tokens) = 0;
  virtual bool compiled() const = 0;
  virtual std::string summary() const = 0;
};

/// Depths 1, 2 and 4 are compiled programs; others are built now and run interpreted.
std::unique_ptr<trainer> make_trainer(const model_options& o);

/// The windows that begin at these places, as many as a batch.
windows windows_at(std::span<const std::int32_t> text, std::span<const long> places, long context);
