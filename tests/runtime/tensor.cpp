// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE tensor
#include "runtime/refused.hpp"

#include <weft/run/random.hpp>
#include <weft/run/tensor.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace weft;
namespace {
constexpr axis<"batch"> batch;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"head", 2> head;
constexpr axis<"d", 3> d;
constexpr axis<"e", 4> e;
constexpr float undefined = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

tensor<float> counted() { return iota(tensor<float>(batch(2), query(4), d)); }

static_assert(tensor_like<tensor<bool>> && tensor_like<view<const double>> && tensor_like<view<float>&>);
static_assert(!tensor_like<tensor_ref> && !tensor_like<int>);
static_assert(!std::constructible_from<view<float>, const tensor<float>&>,
              "a constant tensor can't be written through");
static_assert(std::constructible_from<view<const float>, const tensor<float>&>);
static_assert(!std::constructible_from<view<float>, view<const float>>);
static_assert(!std::constructible_from<tensor<int>, double>, "a real doesn't become an integer silently");
static_assert(!std::constructible_from<tensor<float>, int*>);
static_assert(dtype_of<double> == dtype::float64 && dtype_of<bool> == dtype::boolean);
static_assert(name_of(dtype::int32) == "int32" && size_of(dtype::int64) == 8 && size_of(dtype::boolean) == 1);
} // namespace

BOOST_AUTO_TEST_CASE(a_tensor_is_dense_zero_and_aligned) {
  const tensor<float> x(batch(2), head, query(5), d);
  BOOST_TEST(x.rank() == 4);
  BOOST_TEST(x.size() == 60);
  BOOST_TEST((x.ax() == axes(batch, head, query, d)));
  BOOST_TEST(x.extents() == std::vector<long>({2, 2, 5, 3}), boost::test_tools::per_element());
  BOOST_TEST(x.strides() == std::vector<long>({30, 15, 3, 1}), boost::test_tools::per_element());
  BOOST_TEST(x.extent(query) == 5);
  BOOST_TEST(x.stride(head) == 15);
  BOOST_TEST(reinterpret_cast<std::uintptr_t>(x.data()) % 64 == 0u);
  BOOST_TEST(x.span().size() == 60u);
  for (float v : x) BOOST_TEST(v == 0);
  // A packet may be read at the last element: the address sanitizer watches.
  volatile char last = reinterpret_cast<const char*>(&x[x.size() - 1])[63];
  BOOST_TEST(last == 0);
}

BOOST_AUTO_TEST_CASE(axes_may_be_values) {
  const tensor<std::int64_t> x({query, d}, {2}, 7);
  BOOST_TEST(x.size() == 6);
  for (auto v : x) BOOST_TEST(v == 7);
  BOOST_TEST(tensor<float>(axes{d, query}, {unbound, 5}).size() == 15);
  BOOST_TEST(tensor<bool>(axes{head, d}).size() == 6);
}

BOOST_AUTO_TEST_CASE(rank_0_holds_one_element_and_unset_none) {
  tensor<double> x(3.5);
  BOOST_TEST(x.rank() == 0);
  BOOST_TEST(x.size() == 1);
  BOOST_TEST(x.item() == 3.5);
  BOOST_TEST(x() == 3.5);
  x.item() = 2;
  BOOST_TEST(x[0] == 2);
  BOOST_TEST(tensor<float>(2).item() == 2);
  BOOST_TEST(tensor<float>::from({5}).item() == 5);

  const tensor<float> unset;
  BOOST_TEST(unset.size() == 0);
  BOOST_TEST(unset.rank() == 0);
  BOOST_TEST(unset.ref().unset());
  BOOST_TEST((unset.begin() == unset.end()));
  BOOST_TEST((tensor<float>(unset) == unset));
  BOOST_TEST(!(unset == tensor<float>(0.f)));
  BOOST_TEST(refused([&] { unset.item(); }) == "tensor: item() needs one element and [] holds 0");
  BOOST_TEST(refused([&] { unset(); }) == "tensor: an unset tensor has no element; assign one with a shape first");
}

BOOST_AUTO_TEST_CASE(integers_that_do_not_fit_are_refused) {
  BOOST_TEST(tensor<std::int32_t>(5L).item() == 5);
  BOOST_TEST(refused([] { tensor<std::int32_t>(3'000'000'000L); }) ==
             "tensor: 3000000000 does not fit int32; choose a wider type");
}

BOOST_AUTO_TEST_CASE(an_axis_may_be_empty) {
  const tensor<float> x(query(0), d);
  BOOST_TEST(x.size() == 0);
  BOOST_TEST(x.ref().contiguous());
  BOOST_TEST((x == x));
  BOOST_TEST((x == view(x).permute({d, query}).permute({query, d}).copy()));
  BOOST_TEST(max_abs_difference(x, x) == 0);
}

BOOST_AUTO_TEST_CASE(a_tensor_refuses_shapes_that_make_no_sense) {
  BOOST_TEST(refused([] { tensor<float> x(query); }) == "tensor: axis query has no extent; write query(n)");
  BOOST_TEST(refused([] { tensor<float> x(axes{d, query}); }) == "tensor: axis query has no extent; write query(n)");
  BOOST_TEST(refused([] { tensor<float> x(d(4)); }) ==
             "tensor: axis d has static extent 3 and was given 4; write d alone or use another axis");
  BOOST_TEST(refused([] { tensor<float> x(axes{d, query}, {5, 2}); }) ==
             "tensor: axis d has static extent 3 and was given 5; write d alone or use another axis");
  BOOST_TEST(refused([] { tensor<float> x(query(2), query(3)); }) ==
             "tensor: axis query is given twice; prime() makes a twin of an axis");
  for (long n : {-1l, -2l})
    BOOST_TEST(refused([n] { tensor<float> x(query(n)); }) ==
               "tensor: axis query can't have extent " + std::to_string(n) + "; an extent is 0 or more");
  BOOST_TEST(refused([] { tensor<float> x(axes{d}, {3, 4}); }) == "tensor: 2 extents for 1 axes");
  BOOST_TEST(refused([] { tensor<float> x(query(1L << 61), d); }) ==
             "tensor: [query=2305843009213693952, d=3] has more elements than memory can hold");
  BOOST_TEST(refused([] { tensor<float>::from({1, 2}, d); }) ==
             "tensor: 2 elements were given for [d=3], which holds 3");
}

BOOST_AUTO_TEST_CASE(elements_are_found_by_name_in_any_order) {
  tensor<float> x = counted();
  BOOST_TEST(x(batch(1), query(2), d(1)) == 1 * 12 + 2 * 3 + 1);
  BOOST_TEST(x(d(1), batch(1), query(2)) == 19);
  x(query(0), d(2), batch(0)) = -1;
  BOOST_TEST(x[2] == -1);
  BOOST_TEST(refused([&] { x(batch(1), query(2)); }) ==
             "tensor: coordinate d is missing; an element of [batch=2, query=4, d=3] needs one for each axis");
  BOOST_TEST(refused([&] { x(batch(1), query(4), d(0)); }) ==
             "tensor: coordinate query(4) is outside [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { x(batch, query(0), d(0)); }) == "tensor: coordinate batch has no number; write batch(0)");
  BOOST_TEST(refused([&] { x(batch(-1), query(0), d(0)); }) ==
             "tensor: coordinate batch(-1) is outside [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { x(batch(0), query(0), e(0)); }) == "tensor: there is no axis e in [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { x(batch(0), batch(0), d(0)); }) == "tensor: coordinate batch is given twice");
  BOOST_TEST(refused([&] { x.item(); }) == "tensor: item() needs one element and [batch=2, query=4, d=3] holds 24");
  BOOST_TEST(refused([&] { (void)x.extent(key); }) == "extent: there is no axis key in [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { (void)x.stride(key); }) == "stride: there is no axis key in [batch=2, query=4, d=3]");
}

BOOST_AUTO_TEST_CASE(tensors_are_values) {
  const tensor<float> x = counted();
  tensor<float> y = x;
  BOOST_TEST((x == y));
  y[5] = 100;
  BOOST_TEST(!(x == y));
  const float* memory = y.data();
  tensor<float> z = std::move(y);
  BOOST_TEST(z.data() == memory);
  BOOST_TEST(y.size() == 0);
  z = x;
  BOOST_TEST((z == x));
  tensor<float>& same_tensor = z;
  z = same_tensor;
  BOOST_TEST((z == x));
  BOOST_TEST(!(tensor<float>(query(2), d) == tensor<float>(d, query(2))));
  BOOST_TEST(!(tensor<float>(query(2)) == tensor<float>(key(2))));
  const auto partly = tensor<float>::from({1, 2, undefined}, d);
  BOOST_TEST(!(partly == partly));
}

BOOST_AUTO_TEST_CASE(views_share_the_elements) {
  tensor<float> x = counted();
  auto part = view(x).at(batch(1)).slice(query, 1, 3);
  BOOST_TEST((part.ax() == axes(query, d)));
  BOOST_TEST(part.extents() == std::vector<long>({2, 3}), boost::test_tools::per_element());
  BOOST_TEST(part.contiguous());
  BOOST_TEST(part(query(0), d(2)) == 12 + 3 + 2);
  part(d(2), query(0)) = 50;
  BOOST_TEST(x(batch(1), query(1), d(2)) == 50);

  auto columns = view(x).slice(d, 1, 2);
  BOOST_TEST(!columns.contiguous());
  BOOST_TEST(columns.size() == 8);
  BOOST_TEST(columns[5] == x(batch(1), query(1), d(1)));

  auto turned = view(x).permute({d, batch, query}).rename(query, key);
  BOOST_TEST((turned.ax() == axes(d, batch, key)));
  BOOST_TEST(turned(key(2), d(1), batch(0)) == 7);
  BOOST_TEST(turned[8 + 2] == 7);
  const tensor<float> dense = turned.copy();
  BOOST_TEST(dense.strides() == std::vector<long>({8, 4, 1}), boost::test_tools::per_element());
  for (long i = 0; i < dense.size(); i++) BOOST_TEST(dense[i] == turned[i]);

  BOOST_TEST(view(x).at(d(0)).at(query(0)).at(batch(1)).item() == 12);
  BOOST_TEST(view(x).slice(query, 2, 2).size() == 0);
  BOOST_TEST(view(x).slice(d, 0, 2).copy().extent(d) == 2); // a part may contradict the static extent
  const tensor<float>& constant = x;
  view<const float> readable = view(constant).at(batch(0));
  readable = view(x).at(batch(1));
  BOOST_TEST(readable(query(0), d(0)) == 12);
}

BOOST_AUTO_TEST_CASE(views_of_foreign_memory) {
  std::vector<double> memory{0, 1, 2, 3, 4, 5};
  view<double> rows(memory, query(2), d);
  BOOST_TEST(rows(query(1), d(0)) == 3);
  const auto columns = view<const double>::strided(memory.data(), {query(3), key(2)}, {1, 3});
  BOOST_TEST(columns(query(2), key(1)) == 5);
  BOOST_TEST(columns.stride(key) == 3);
  const auto repeated = view<const double>::strided(memory.data() + 4, {query(3)}, {0});
  BOOST_TEST(repeated.copy().span() == std::vector<double>({4, 4, 4}), boost::test_tools::per_element());
  BOOST_TEST(view<double>(memory.data() + 2).item() == 2);
  BOOST_TEST(refused([&] { view<double> v(memory, query(3), d); }) ==
             "view: 6 elements were given for [query=3, d=3], which holds 9");
  BOOST_TEST(refused([&] { view<double> v(memory.data(), query); }) ==
             "view: axis query has no extent; write query(n)");
  BOOST_TEST(refused([&] { view<double> v(nullptr, query(3), d); }) ==
             "view: null memory was given for [query=3, d=3], which holds 9; give a pointer to the elements");
  BOOST_TEST(refused([&] { view<const double>::strided(nullptr, {query(3)}, {0}); }) ==
             "view: null memory was given for [query=3], which holds 3; give a pointer to the elements");
  BOOST_TEST(view<double>(nullptr, query(0), d).size() == 0);
  BOOST_TEST(refused([&] { view<double>::strided(memory.data(), {query(3), d}, {1}); }) ==
             "view: 1 strides for [query=3, d=3]; give one for each axis");
  BOOST_TEST(refused([&] { rows.item(); }) == "view: item() needs one element and [query=2, d=3] holds 6");
  BOOST_TEST(refused([&] { rows(query(0)); }) ==
             "view: coordinate d is missing; an element of [query=2, d=3] needs one for each axis");
}

BOOST_AUTO_TEST_CASE(views_refuse_parts_that_are_not_there) {
  tensor<float> x = counted();
  const view v(x);
  BOOST_TEST(refused([&] { v.slice(query, 1, 5); }) ==
             "slice: query from 1 to 5 is not a part of [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { v.slice(query, 2, 1); }) ==
             "slice: query from 2 to 1 is not a part of [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { v.slice(key, 0, 1); }) == "slice: there is no axis key in [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { v.rename(query, batch); }) == "rename: [batch=2, query=4, d=3] already has an axis batch");
  BOOST_TEST(refused([&] { v.rename(d, e); }) == "rename: axis d has extent 3 and e has static extent 4");
  BOOST_TEST(refused([&] { v.permute({query, d}); }) ==
             "permute: axis batch of [batch=2, query=4, d=3] is missing in the order");
  BOOST_TEST(refused([&] { v.permute({query, query, d}); }) == "permute: axis query is given twice");
  BOOST_TEST(refused([&] { v.permute({query, key, d}); }) ==
             "permute: there is no axis key in [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { v.at(batch(2)); }) == "at: coordinate batch(2) is outside [batch=2, query=4, d=3]");
}

BOOST_AUTO_TEST_CASE(copies_match_axes_by_name_and_convert_upwards) {
  const tensor<float> x = counted();
  tensor<double> y(d, query(4), batch(2));
  copy_to(x, y);
  for (long b = 0; b < 2; b++)
    for (long q = 0; q < 4; q++)
      for (long k = 0; k < 3; k++) BOOST_TEST(y(batch(b), query(q), d(k)) == x(batch(b), query(q), d(k)));
  tensor<float> z(batch(2), query(4), d);
  copy_to(y, z);
  BOOST_TEST((z == x));

  tensor<float> target(batch(2), query(4), d);
  copy_to(view(x).at(batch(0)), view(target).at(batch(1))); // into a part
  BOOST_TEST(target(batch(1), query(3), d(2)) == 11);
  BOOST_TEST(target(batch(0), query(3), d(2)) == 0);

  const auto truth = tensor<bool>::from({true, false, true}, d);
  tensor<std::int32_t> i(d);
  copy_to(truth, i);
  BOOST_TEST(i.span() == std::vector<int>({1, 0, 1}), boost::test_tools::per_element());
  tensor<std::int64_t> wide(d);
  copy_to(i, wide);
  BOOST_TEST(wide.span() == std::vector<std::int64_t>({1, 0, 1}), boost::test_tools::per_element());
  tensor<double> real(d);
  copy_to(wide, real);
  BOOST_TEST(real[2] == 1);

  BOOST_TEST(refused([&] { copy_to(wide, i); }) ==
             "copy: int64 does not convert to int32 without loss; copy to a wider type");
  BOOST_TEST(refused([&] { copy_to(real, wide); }) ==
             "copy: float64 does not convert to int64 without loss; copy to a wider type");
  tensor<bool> b(d);
  BOOST_TEST(refused([&] { copy_to(i, b); }) ==
             "copy: int32 does not convert to boolean without loss; copy to a wider type");
  BOOST_TEST(refused([&] { copy_to(x, real); }) == "copy: the axes differ: [d=3] and [batch=2, query=4, d=3]");
  tensor<float> shorter(batch(2), query(3), d);
  BOOST_TEST(refused([&] { copy_to(x, shorter); }) ==
             "copy: the extents of query differ: [batch=2, query=3, d=3] and [batch=2, query=4, d=3]");
  BOOST_TEST(refused([&] { copy_to(tensor<double>(), real); }) ==
             "copy: a tensor is unset; assign one with a shape first");
}

BOOST_AUTO_TEST_CASE(comparisons_pair_elements_by_name) {
  const tensor<float> x = counted();
  tensor<float> y = view(x).permute({query, d, batch}).copy();
  BOOST_TEST(max_abs_difference(x, y) == 0);
  BOOST_TEST(all_close(x, y, 0, 0));
  y(batch(1), query(3), d(2)) += 0.25f; // 23 to 23.25
  BOOST_TEST(max_abs_difference(x, y) == 0.25);
  BOOST_TEST(!all_close(x, y, 0, 0.2));
  BOOST_TEST(all_close(x, y, 0, 0.25));
  BOOST_TEST(all_close(x, y, 0.25 / 23, 0));
  BOOST_TEST(!all_close(x, y, 0.24 / 23.25, 0));

  const auto special = tensor<float>::from({inf, -inf, 1}, d);
  BOOST_TEST(max_abs_difference(special, special) == 0);
  BOOST_TEST(all_close(special, special, 0, 0));
  const auto finite = tensor<float>::from({inf, 1, 1}, d);
  BOOST_TEST(max_abs_difference(special, finite) == inf);
  BOOST_TEST(!all_close(special, finite, 1, 1));
  BOOST_TEST(!all_close(finite, special, 1, 1));
  for (auto with_nan : {tensor<float>::from({undefined, 0, 9}, d), tensor<float>::from({0, 9, undefined}, d)}) {
    BOOST_TEST(std::isnan(max_abs_difference(with_nan, with_nan)));
    BOOST_TEST(!all_close(with_nan, with_nan, 1, 1));
  }

  constexpr auto least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
  BOOST_TEST(max_abs_difference(tensor<std::int64_t>(most), tensor<std::int64_t>(most - 1)) == 1);
  BOOST_TEST(max_abs_difference(tensor<std::int64_t>(least), tensor<std::int64_t>(most)) == 0x1p64);
  BOOST_TEST(max_abs_difference(tensor<std::int32_t>(3), tensor<double>(3.5)) == 0.5);
  BOOST_TEST(refused([&] { max_abs_difference(special, tensor<float>(e)); }) ==
             "max_abs_difference: the axes differ: [d=3] and [e=4]");
  BOOST_TEST(refused([&] { all_close(tensor<float>(key(2)), tensor<float>(key(3)), 0, 0); }) ==
             "all_close: the extents of key differ: [key=2] and [key=3]");
}
