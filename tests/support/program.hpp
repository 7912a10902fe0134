// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/ops/all.hpp>
#include <weft/run/random.hpp>
#include <weft/trace/build.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <variant>
#include <vector>

/// Programs made while a test runs: traced, lowered and planned by the library's own functions, with nothing to
/// compile.
namespace support {
using namespace weft;

enum class precision { single, twice };

/// A tensor of any kind, read and written as numbers.
class value {
  std::variant<tensor<double>, tensor<float>, tensor<std::int64_t>, tensor<std::int32_t>, tensor<bool>> t_;

public:
  template <class T> value(tensor<T> t) : t_(std::move(t)) {}
  value(kind k, precision p, const axes& ax, const std::vector<long>& extents) : t_(tensor<double>()) {
    if (k == boolean) t_ = tensor<bool>(ax, extents);
    else if (k == integer) t_ = tensor<std::int64_t>(ax, extents);
    else if (p == precision::twice) t_ = tensor<double>(ax, extents);
    else t_ = tensor<float>(ax, extents);
  }
  tensor_ref ref() const {
    return std::visit([](const auto& t) { return t.ref(); }, t_);
  }
  long size() const {
    return std::visit([](const auto& t) { return t.size(); }, t_);
  }
  axes ax() const { return ref().ax; }
  bool is_real() const { return t_.index() < 2; }
  /// The i-th element in row-major order.
  double operator[](long i) const {
    return std::visit([&](const auto& t) { return static_cast<double>(t[i]); }, t_);
  }
  void set(long i, double x) {
    std::visit([&](auto& t) { t[i] = static_cast<typename std::remove_reference_t<decltype(t)>::value_type>(x); }, t_);
  }
  /// The largest magnitude; NaN if any element is.
  double largest() const {
    double m = 0;
    for (long i = 0; i < size() && !std::isnan(m); i++)
      if (const double x = std::abs((*this)[i]); !(x <= m)) m = x;
    return m;
  }
  /// The same numbers as reals of a precision; other kinds stay.
  value as(precision p) const {
    if (!is_real()) return *this;
    const tensor_ref mine = ref();
    value r(real, p, mine.ax, std::vector<long>(mine.extent, mine.extent + mine.ax.n));
    for (long i = 0; i < size(); i++) r.set(i, (*this)[i]);
    return r;
  }
};
using values = std::vector<value>;

inline values as(precision p, const values& x) {
  values r;
  for (const value& v : x) r.push_back(v.as(p));
  return r;
}
/// x + h t, for reals.
inline value moved_by(const value& x, double h, const value& t) {
  value r = x;
  for (long i = 0; i < r.size(); i++) r.set(i, x[i] + h * t[i]);
  return r;
}
inline double dot(const value& a, const value& b, double& magnitude) {
  double s = 0;
  for (long i = 0; i < a.size(); i++) s += a[i] * b[i], magnitude += std::abs(a[i] * b[i]);
  return s;
}
/// The largest difference over the largest magnitude, which counts as at least `floor`. Equal infinities and two NaNs
/// are equal; anything else that is not finite is infinitely far.
inline double distance(const value& a, const value& b, double floor = 1) {
  if (a.size() != b.size() || !(a.ax() == b.ax())) return infinity;
  double d = 0, m = floor;
  for (long i = 0; i < a.size(); i++) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return infinity;
    d = std::max(d, std::abs(a[i] - b[i])), m = std::max({m, std::abs(a[i]), std::abs(b[i])});
  }
  return d / m;
}
inline double distance(const values& a, const values& b, double floor = 1) {
  if (a.size() != b.size()) return infinity;
  double d = 0;
  for (std::size_t i = 0; i < a.size(); i++) d = std::max(d, distance(a[i], b[i], floor));
  return d;
}

/// The results of one run; reals have precision p. `place(v)` gives the memory that the result v is written to: its
/// own, or another's, which is copied to it.
template <class Place>
values run(const ir::program_data& data, policy how, precision p, const std::vector<tensor_ref>& given, Place place) {
  ir::machine m(data, how);
  std::vector<tensor_ref> shapes, places;
  m.shapes(given, shapes);
  values out;
  for (std::size_t k = 0; k < shapes.size(); k++) {
    const tensor_ref& s = shapes[k];
    out.emplace_back(data.source[data.source.outputs[static_cast<int>(k)]].k, p, s.ax,
                     std::vector<long>(s.extent, s.extent + s.ax.n));
  }
  for (value& v : out) places.push_back(place(v));
  if (how != policy::reference) m.plan(given, places);
  // a machine keeps from run to run how it did what it did: the last of four must still write everything
  for (int k = how == policy::reference ? 3 : 0; k < 4; k++) {
    for (value& v : out)
      if (v.size() > 0) std::memset(v.ref().data, 0xff, static_cast<std::size_t>(v.size() * size_of(v.ref().type)));
    m.run(given, places);
  }
  for (std::size_t k = 0; k < out.size(); k++)
    if (places[k].data != out[k].ref().data) copy_to(places[k], out[k].ref());
  return out;
}
inline values run(const ir::program_data& data, policy how, precision p, const values& in) {
  std::vector<tensor_ref> given;
  for (const value& v : in) given.push_back(v.ref());
  return run(data, how, p, given, [](value& v) { return v.ref(); });
}

/// A program from a function that makes inputs in a builder and gives the expressions that are its results.
class live_program {
  struct state {
    ir::built_graph graph;
    ir::program_data data;
  };
  std::unique_ptr<state> s_ = std::make_unique<state>();

public:
  template <class F> explicit live_program(F f) {
    ir::builder& b = s_->graph.source;
    std::vector<expr> results = f(b);
    for (expr& y : results) y = ir::attach(b, y);
    if (!b.error.empty()) throw error(std::string(b.error.view()));
    for (const expr& y : results) b.outputs.push_back(y.id);
    finish();
  }
  const ir::program_data& data() const { return s_->data; }
  ir::graph_view source() const { return s_->data.source; }
  ir::graph_view lowered() const { return s_->data.lowered; }
  ir::plan_view plan() const { return s_->data.plan; }

  values run(policy how, precision p, const values& in) const { return support::run(s_->data, how, p, in); }
  template <class Place> values run(policy how, precision p, const std::vector<tensor_ref>& given, Place place) const {
    return support::run(s_->data, how, p, given, place);
  }
  values reference(const values& in, precision p = precision::twice) const { return run(policy::reference, p, in); }
  values interpreted(const values& in, precision p = precision::twice) const { return run(policy::interpreted, p, in); }

private:
  void finish() {
    ir::lower(s_->graph);
    s_->data.source = s_->graph.source.view(), s_->data.lowered = s_->graph.lowered.view(),
    s_->data.plan = s_->graph.plan.view();
    for (int i : s_->data.source.inputs) s_->data.inputs.emplace_back(s_->data.source[i].at.label);
  }
};
} // namespace support
