// SPDX-License-Identifier: BSL-1.0
#include "shared.hpp"

shared::seen shared::one(const tensor<float>& x, const tensor<float>& w) { return look(x, w); }
