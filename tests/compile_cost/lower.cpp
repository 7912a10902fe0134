// SPDX-License-Identifier: BSL-1.0
/// What is compiled to measure the cost of tracing, differentiating and planning LAYERS layers: no kernel is asked for.
#include "gpt.hpp"

static_assert(gpt_cost::step.kernels() > 0);
