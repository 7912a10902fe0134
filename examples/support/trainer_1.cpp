// SPDX-License-Identifier: BSL-1.0
#include "support/trainer_of.hpp"

namespace text_model {
static constexpr auto schema = model_axes(repeat<1>(block_axes));
std::unique_ptr<trainer> compiled_trainer_1(const model_options& o) { return compiled_trainer<schema>(o); }
} // namespace text_model
