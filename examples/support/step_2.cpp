// SPDX-License-Identifier: BSL-1.0
#include "support/step.hpp"

namespace text_model {
namespace {
constexpr auto layers_2 = model_axes(repeat<2>(block_axes));
}
std::function<void()> compiled_step_2(step_data& x) { return compiled_step<layers_2>(x); }
} // namespace text_model
