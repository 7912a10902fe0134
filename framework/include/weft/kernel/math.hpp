// SPDX-License-Identifier: BSL-1.0
/// Elementary functions over float, double and packets of them, one file each: branch-free, and a scalar gets the very
/// value that a lane gets. The bound "within a ulp (float), b (double)" in each comment is measured against the C
/// library in long double, over the whole line, as the larger of a target with fused products and one without; a result
/// in the subnormal range counts as right if it is 0. They live on infinities, NaN and the order of additions: no
/// fast-math flags. All but sqrt and rsqrt are constant expressions too, for finite arguments that do not overflow.
#pragma once

#include <weft/kernel/math/abs.hpp>
#include <weft/kernel/math/cos.hpp>
#include <weft/kernel/math/erf.hpp>
#include <weft/kernel/math/erfc.hpp>
#include <weft/kernel/math/exp.hpp>
#include <weft/kernel/math/exp2.hpp>
#include <weft/kernel/math/exp_lowered.hpp>
#include <weft/kernel/math/expm1.hpp>
#include <weft/kernel/math/floor.hpp>
#include <weft/kernel/math/log.hpp>
#include <weft/kernel/math/log1p.hpp>
#include <weft/kernel/math/mod.hpp>
#include <weft/kernel/math/pow.hpp>
#include <weft/kernel/math/round.hpp>
#include <weft/kernel/math/round_to.hpp>
#include <weft/kernel/math/rsqrt.hpp>
#include <weft/kernel/math/sigmoid.hpp>
#include <weft/kernel/math/sin.hpp>
#include <weft/kernel/math/sqrt.hpp>
#include <weft/kernel/math/tanh.hpp>
