// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE two_units
#include "shared.hpp"

#include <boost/test/unit_test.hpp>

shared::seen shared::other(const tensor<float>& x, const tensor<float>& w) { return look(x, w); }

BOOST_AUTO_TEST_CASE(two_units_share_one_program) {
  using namespace shared;
  const auto x = normal(tensor<float>(query(5), d), 1), w = normal(tensor<float>(d), 2);
  const seen a = one(x, w), b = other(x, w);
  BOOST_TEST(a.program == b.program);
  BOOST_TEST(a.data == b.data);
  BOOST_TEST(a.nodes == b.nodes);
  BOOST_TEST((a.kernel == b.kernel));
#ifndef WEFT_INTERPRETED
  BOOST_TEST((a.kernel != nullptr));
#endif
  BOOST_TEST((a.value == b.value && a.dx == b.dx && a.dw == b.dw));
  BOOST_TEST(a.value.item() > 0);
}
