// SPDX-License-Identifier: BSL-1.0
#include "support/step.hpp"

namespace text_model {
namespace {
constexpr auto layers_1 = model_axes(repeat<1>(block_axes));
}
std::function<void()> compiled_step_1(step_data& x) { return compiled_step<layers_1>(x); }
} // namespace text_model
