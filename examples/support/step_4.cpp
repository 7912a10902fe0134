// SPDX-License-Identifier: BSL-1.0
#include "support/step.hpp"

namespace text_model {
namespace {
constexpr auto layers_4 = model_axes(repeat<4>(block_axes));
}
std::function<void()> compiled_step_4(step_data& x) { return compiled_step<layers_4>(x); }
} // namespace text_model
