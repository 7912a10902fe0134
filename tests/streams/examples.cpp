// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_examples
#include "../../examples/support/model.hpp"
#pragma GCC diagnostic ignored "-Wreturn-type" // a main under another name has to return something
#define main attention_main
#include "../../examples/attention.cpp"
#undef main

#include <boost/test/unit_test.hpp>

/// No program of the examples, nor its gradient, nor a Hessian product, stores anything with queries and keys. The
/// compiler knows: there is nothing to run.
namespace attention_example {
using namespace demo;
constexpr auto product = compile(hvp(loss, wrt<0, 1, 2>), q_arg, k_arg, v_arg, arg<"tq">(batch, head, query, d),
                                 arg<"tk">(batch, head, key, d), arg<"tv">(batch, head, key, d));
static_assert(!attend.materializes(query, key));
static_assert(!gradients.materializes(query, key));
static_assert(!product.materializes(query, key));
} // namespace attention_example

namespace text_example {
using namespace text_model;
constexpr auto axes_of_one = model_axes(repeat<1>(block_axes));
constexpr auto weights = params<"w", axes_of_one>;
constexpr auto tangents = params<"t", axes_of_one>;
constexpr auto tokens = arg<"tokens", integer>(batch, query);
constexpr auto targets = arg<"targets", integer>(batch, query);
constexpr auto factor = arg<"factor">();
constexpr auto value = compile(loss, weights, tokens, targets, factor);
constexpr auto gradient = compile(value_and_grad(loss), weights, tokens, targets, factor);
constexpr auto product = compile(hvp(loss, wrt<0>), weights, tokens, targets, factor, tangents);
static_assert(!value.materializes(query, key));
static_assert(!gradient.materializes(query, key));
static_assert(!product.materializes(query, key));
} // namespace text_example

BOOST_AUTO_TEST_CASE(what_is_stored_is_known_at_run_time_too) {
  BOOST_TEST(!attention_example::product.explain().empty());
  BOOST_TEST(!text_example::product.explain().empty());
}
