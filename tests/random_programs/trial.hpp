// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/composer.hpp>

/// A random program and its derivatives.
namespace support {

struct trial {
  random_program p;
  explicit trial(std::uint64_t seed) : p(seed) {}
  struct traced {
    std::vector<expr> x, ids, masks, t, u;
  };
  traced arguments(ir::builder& b, bool tangents) const {
    traced a{p.inputs(b, p.reals, real, "x"),
             p.inputs(b, p.integers, integer, "ids"),
             p.inputs(b, p.booleans, boolean, "mask"),
             {},
             {}};
    if (tangents) a.t = p.inputs(b, p.reals, real, "t"), a.u = p.inputs(b, p.reals, real, "u");
    return a;
  }
  live_program plain() const {
    return live_program([&](ir::builder& b) {
      const traced a = arguments(b, false);
      return p(a.x, a.ids, a.masks);
    });
  }
  /// About the mean square of all results; of no elements it is 0 and not 0 / 0.
  auto loss(const traced& a) const {
    return [this, a](const std::vector<expr>& x) {
      expr total = 0.0;
      for (const expr& y : p(x, a.ids, a.masks))
        total = total + at(sum(y * at(y), y.ax()) / at(1.0 + at(ir::elements_along(y, y.ax()))));
      return total;
    };
  }
  /// The loss's tangent along t, then its gradient.
  live_program first() const {
    return live_program([&](ir::builder& b) {
      const traced a = arguments(b, true);
      std::vector<expr> out{jvp(loss(a))(a.x, a.t).tangent};
      const std::vector<expr> g = grad(loss(a))(a.x);
      out.insert(out.end(), g.begin(), g.end());
      return out;
    });
  }
  /// The Hessian times t (forward over reverse), then times u (reverse over reverse).
  live_program second() const {
    return live_program([&](ir::builder& b) {
      const traced a = arguments(b, true);
      std::vector<expr> out = hvp(loss(a))(a.x, a.t);
      const auto slope = [&](const std::vector<expr>& x) {
        const std::vector<expr> g = grad(loss(a))(x);
        expr total = 0.0;
        for (std::size_t k = 0; k < g.size(); k++) total = total + at(sum(g[k] * at(a.u[k]), g[k].ax()));
        return total;
      };
      const std::vector<expr> hu = grad(slope)(a.x);
      out.insert(out.end(), hu.begin(), hu.end());
      return out;
    });
  }
};
} // namespace support
