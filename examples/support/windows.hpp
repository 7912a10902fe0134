// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// Windows of a text [batch, query], and the same windows one symbol further on.
struct windows {
  weft::tensor<std::int32_t> tokens, targets;
};

/// Those of `context` symbols that begin at these places.
windows windows_at(std::span<const std::int32_t> text, std::span<const long> places, long context);

/// `batch` windows drawn at random, the same for a seed and a step.
windows random_windows(std::span<const std::int32_t> text, long batch, long context, std::uint64_t seed, long step);

/// Batches of windows that cover a text evenly, about so many symbols in all, and at least one batch.
std::vector<windows> even_windows(std::span<const std::int32_t> text, long batch, long context, long symbols);
