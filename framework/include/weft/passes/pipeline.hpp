// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/passes/expand.hpp>
#include <weft/passes/fuse.hpp>
#include <weft/passes/reassociate.hpp>
#include <weft/passes/scale_products.hpp>
#include <weft/passes/simplify.hpp>

namespace weft::ir {

/// A pass: one graph in, one graph out.
struct pass {
  std::string_view name;
  void (*run)(graph_view, builder&);
};

/// The one place where the order is decided; `fuse` then makes a plan of what they leave.
inline constexpr pass pipeline[]{
    {"simplify", simplify},             // shares what differentiation repeated, before anything counts uses
    {"reassociate", reassociate},       // decides which products exist
    {"scale_products", scale_products}, // needs the final products
    {"expand", expand},                 // after all that reads an op's traits
    {"simplify", simplify},             // shares what expanding repeated; leaves no unused node
};
inline constexpr int pipeline_length = static_cast<int>(std::size(pipeline));
} // namespace weft::ir
