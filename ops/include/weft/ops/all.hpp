// SPDX-License-Identifier: BSL-1.0
#pragma once

// Arithmetic
#include <weft/ops/abs.hpp>
#include <weft/ops/add.hpp>
#include <weft/ops/div.hpp>
#include <weft/ops/maximum.hpp>
#include <weft/ops/minimum.hpp>
#include <weft/ops/mod.hpp>
#include <weft/ops/mul.hpp>
#include <weft/ops/neg.hpp>
#include <weft/ops/sign.hpp>
#include <weft/ops/sub.hpp>
// Comparisons, logic, choice
#include <weft/ops/compare.hpp>
#include <weft/ops/logic.hpp>
#include <weft/ops/where.hpp>
// Functions
#include <weft/ops/erf.hpp>
#include <weft/ops/erfc.hpp>
#include <weft/ops/exp.hpp>
#include <weft/ops/exp2.hpp>
#include <weft/ops/exp_lowered.hpp>
#include <weft/ops/expm1.hpp>
#include <weft/ops/guarded.hpp>
#include <weft/ops/log.hpp>
#include <weft/ops/log1p.hpp>
#include <weft/ops/pow.hpp>
#include <weft/ops/relu.hpp>
#include <weft/ops/rsqrt.hpp>
#include <weft/ops/sigmoid.hpp>
#include <weft/ops/sin.hpp>
#include <weft/ops/sqrt.hpp>
#include <weft/ops/step.hpp>
#include <weft/ops/tanh.hpp>
// Rounding
#include <weft/ops/floor.hpp>
#include <weft/ops/round.hpp>
#include <weft/ops/round_to.hpp>
#include <weft/ops/to_integer.hpp>
// Reductions, scans and products
#include <weft/ops/any.hpp>
#include <weft/ops/argmax.hpp>
#include <weft/ops/contract.hpp>
#include <weft/ops/cumsum.hpp>
#include <weft/ops/einsum.hpp>
#include <weft/ops/linear_recurrence.hpp>
#include <weft/ops/logcumsumexp.hpp>
#include <weft/ops/logsumexp.hpp>
#include <weft/ops/max.hpp>
#include <weft/ops/min.hpp>
#include <weft/ops/prod.hpp>
#include <weft/ops/sum.hpp>
// Structure
#include <weft/ops/concat.hpp>
#include <weft/ops/diagonal.hpp>
#include <weft/ops/exchange.hpp>
#include <weft/ops/flip.hpp>
#include <weft/ops/gather.hpp>
#include <weft/ops/one_hot.hpp>
#include <weft/ops/pad.hpp>
#include <weft/ops/print.hpp>
#include <weft/ops/rename.hpp>
#include <weft/ops/roll.hpp>
#include <weft/ops/shift.hpp>
#include <weft/ops/slice.hpp>
#include <weft/ops/split.hpp>
#include <weft/ops/stack.hpp>
#include <weft/ops/stop_gradient.hpp>
#include <weft/ops/transpose.hpp>
// Order
#include <weft/ops/sort.hpp>
// Randomness
#include <weft/ops/normal.hpp>
#include <weft/ops/random_bits.hpp>
// Composites: plain functions of the above
#include <weft/ops/attention.hpp>
#include <weft/ops/clamp.hpp>
#include <weft/ops/cross_entropy.hpp>
#include <weft/ops/dropout.hpp>
#include <weft/ops/elu.hpp>
#include <weft/ops/gelu.hpp>
#include <weft/ops/isnan.hpp>
#include <weft/ops/layer_norm.hpp>
#include <weft/ops/linear.hpp>
#include <weft/ops/loss.hpp>
#include <weft/ops/mean.hpp>
#include <weft/ops/norm.hpp>
#include <weft/ops/rms_norm.hpp>
#include <weft/ops/rope.hpp>
#include <weft/ops/silu.hpp>
#include <weft/ops/softmax.hpp>
#include <weft/ops/softplus.hpp>

#include <boost/hana/tuple.hpp>

namespace weft::ops {

/// Every primitive op. Law tests, the printer and the catalogue in docs/ops.md iterate this, and the library makes the
/// code of each (see ops/CMakeLists.txt); nothing else lists ops.
inline constexpr boost::hana::tuple<
    // arithmetic
    add_op, sub_op, mul_op, div_op, neg_op, abs_op, sign_op, mod_op, maximum_op, minimum_op,
    // comparisons, logic, choice
    less_op, less_equal_op, greater_op, greater_equal_op, equal_op, not_equal_op, logical_and_op, logical_or_op,
    logical_xor_op, logical_not_op, where_op,
    // functions
    exp_op, exp_lowered_op, exp2_op, expm1_op, log_op, log1p_op, pow_op, sqrt_op, rsqrt_op, tanh_op, sigmoid_op, erf_op,
    erfc_op, sin_op, cos_op, relu_op, step_op, guarded_op,
    // rounding
    floor_op, round_op, round_to_bfloat16_op, round_to_float16_op, to_integer_op,
    // reductions, scans and products
    sum_op, max_op, min_op, prod_op, logsumexp_op, cumsum_op, logcumsumexp_op, linear_recurrence_op, contract_op,
    // structure
    rename_op, exchange_op, diagonal_op, split_op, merge_op, slice_op, pad_op, concat_op, roll_op, flip_op, gather_op,
    scatter_add_op, stop_gradient_op, print_op,
    // order
    argsort_op,
    // randomness
    random_bits_op, unit_interval_op>
    all{};

} // namespace weft::ops
