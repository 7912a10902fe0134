// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "support/trainer.hpp"

/// Goes on after `prompt`, one symbol at a time, each drawn from softmax(logits / temperature). A window holds
/// `context` symbols of which `symbols` exist. Gives the new ones.
std::vector<std::int32_t> generate(trainer& model, std::span<const std::int32_t> prompt, const model_options& o,
                                   long count, double temperature);
