// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE gather_rows
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>

/// gather and scatter_add beside plain loops, for rows of ids that rise, fall, stay, do so in parts, or do nothing of
/// the kind. Values are small integers, so that sums are exact in any order.
using namespace weft;

namespace {
constexpr axis<"head"> head;
constexpr axis<"row"> row;
constexpr axis<"column"> column;
constexpr axis<"few"> few;
constexpr long heads = 2, rows = 5, columns = 61, places = 70;
constexpr axis<"place", places> place;
struct pattern {
  const char* name;
  std::function<long(long, long)> id;
};
const pattern patterns[]{
    {"rising", [](long r, long c) { return r + c; }},
    {"falling", [](long r, long c) { return r + columns - c; }},
    {"one", [](long r, long) { return 7 * r; }},
    {"clamped", [](long r, long c) { return std::clamp(c - 20 - r, 0l, 25l); }},
    {"turning", [](long r, long c) { return std::abs(c - 30 - r); }},
    {"in pairs", [](long r, long c) { return r + c / 2; }},
    {"scattered", [](long r, long c) { return (r * 31 + c * 17) % places; }},
};

template <class T, class I> void compare() {
  constexpr auto table = arg<"table">(head, place);
  constexpr auto values = arg<"values">(head, row, column);
  constexpr auto ids = arg<"ids", integer>(row, column);
  const auto gathered = build([](expr t, expr i) { return gather(t, i, place); }, table, ids);
  const auto scattered = build([](expr v, expr i) { return scatter_add(v, i, place); }, values, ids);
  tensor<T> t(head(heads), place(places)), v(head(heads), row(rows), column(columns));
  for (long k = 0; k < t.size(); k++) t.data()[k] = static_cast<T>(k % 97);
  for (long k = 0; k < v.size(); k++) v.data()[k] = static_cast<T>(k % 89);
  for (const pattern& p : patterns) BOOST_TEST_CONTEXT(p.name) {
      tensor<I> id(row(rows), column(columns));
      tensor<T> taken(head(heads), row(rows), column(columns)), added(head(heads), place(places));
      fill(added, T(0));
      for (long h = 0; h < heads; h++)
        for (long r = 0; r < rows; r++)
          for (long c = 0; c < columns; c++) {
            const long x = p.id(r, c), at = (h * rows + r) * columns + c;
            id.data()[r * columns + c] = static_cast<I>(x);
            taken.data()[at] = t.data()[h * places + x];
            added.data()[h * places + x] += v.data()[at];
          }
      const auto y = gathered(t, id);
      for (long h = 0; h < heads; h++)
        for (long r = 0; r < rows; r++)
          for (long c = 0; c < columns; c++)
            BOOST_TEST(y(head(h), row(r), column(c)) == taken(head(h), row(r), column(c)));
      tensor<T> sums(head(heads), place(places));
      scattered.bind(v, id, sums)();
      for (long k = 0; k < sums.size(); k++) BOOST_TEST(sums.data()[k] == added.data()[k]);
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(rows_are_gathered_and_scattered_as_by_plain_loops) {
  compare<float, std::int32_t>();
  compare<float, std::int64_t>();
  compare<double, std::int64_t>();
}

BOOST_AUTO_TEST_CASE(an_id_at_the_end_of_a_rising_row_is_refused) {
  const auto gathered =
      build([](expr t, expr i) { return gather(t, i, few); }, arg<"table">(few), arg<"ids", integer>(column));
  tensor<float> t(few(10));
  tensor<std::int32_t> id(column(11));
  for (long k = 0; k < 11; k++) id.data()[k] = static_cast<std::int32_t>(k);
  BOOST_CHECK_EXCEPTION(gathered(t, id), error, [](const error& e) {
    return std::string(e.what()).find("id 10 is not on axis few, which has 10 places") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(an_id_off_an_axis_of_scores_is_refused_by_values_and_by_gradients) {
  const auto loss = [](expr q, expr k, expr i) { return sum(gather(contract(q, k, head), i, column), row); };
  const auto q_arg = arg<"q">(row, head);
  const auto k_arg = arg<"k">(column, head);
  const auto id_arg = arg<"ids", integer>(row);
  const auto q = normal(tensor<float>(row(rows), head(heads)), 1),
             k = normal(tensor<float>(column(columns), head(heads)), 2);
  tensor<std::int32_t> id(row(rows));
  fill(id, 3);
  id.data()[2] = columns;
  const auto refused = [](const error& e) {
    return std::string(e.what()).find("id 61 is not on axis column, which has 61 places") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(build(loss, q_arg, k_arg, id_arg)(q, k, id), error, refused);
  BOOST_CHECK_EXCEPTION(build(grad(loss, wrt<0, 1>), q_arg, k_arg, id_arg)(q, k, id), error, refused);
}
