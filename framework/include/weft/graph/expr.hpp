// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/builder.hpp>
#include <weft/graph/fragment.hpp>

#include <concepts>
#include <limits>
#include <source_location>

namespace weft {

/// A value of the program being traced: a builder and a node number. Plain numbers, `index(axis)` and what is made of
/// them belong to no builder until they meet a traced value.
struct expr {
  ir::builder* g = nullptr;
  int id = -1; ///< negative with `g` set: poisoned by an earlier error, and harmless
  ir::fragment loose{};

  constexpr expr() = default;
  constexpr expr(ir::builder* builder, int node) : g(builder), id(node) {}
  constexpr expr(double value);
  template <std::integral I> constexpr expr(I value); ///< an integer; true and false are booleans

  constexpr bool attached() const { return g != nullptr; }
  constexpr bool empty() const { return !g && loose.empty(); } ///< what a rule gives for "no derivative"
  constexpr ir::node node() const {
    return id < 0 ? ir::node{} : g->nodes.at[id];
  } // by value: the builder's arrays move
  constexpr axes ax() const { return id < 0 ? axes{} : g->nodes.at[id].ax; }
  constexpr ir::place where() const { return id < 0 ? ir::place{} : g->nodes.at[id].where; }
  constexpr weft::kind kind() const { return id < 0 ? real : g->nodes.at[id].k; }
  /// Whether this is a plain number, and which.
  constexpr bool is_constant(double& value) const;
  constexpr bool is_constant_equal(double value) const {
    double v = 0;
    return is_constant(v) && v == value;
  }
};

/// An operand together with the line where it was written: operators too know the user's line.
struct at {
  expr e;
  ir::place where;
  constexpr at(const expr& e, std::source_location l = std::source_location::current())
      : e(e), where{l.file_name(), l.line()} {}
  constexpr at(double value, std::source_location l = std::source_location::current())
      : e(value), where{l.file_name(), l.line()} {}
  template <std::integral I>
  constexpr at(I value, std::source_location l = std::source_location::current())
      : e(value), where{l.file_name(), l.line()} {}
  constexpr at(const expr& e, ir::place p) : e(e), where(p) {}
};

inline constexpr double infinity = std::numeric_limits<double>::infinity();

namespace ir {
/// Names a composite while it emits its nodes, for messages and `explain()`.
struct scope {
  builder* g;
  constexpr scope(std::string_view name, const at& x) : g(x.e.g) {
    if (g && g->scopes < 8) g->scope[g->scopes] = {name, x.where};
    if (g) g->scopes++;
  }
  constexpr ~scope() {
    if (g) g->scopes--;
  }
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
};
} // namespace ir
} // namespace weft
