// SPDX-License-Identifier: BSL-1.0
#include <weft/run/error.hpp>
#include <weft/run/layout.hpp>
#include <weft/train/strips.hpp>
#include <weft/train/update.hpp>

#include <cmath>

namespace weft::ir {
void check_alike(const tensor_ref& parameter, const tensor_ref& other, int position) {
  if (parameter.unset()) throw error("a parameter is unset; initialize it first");
  if (other.unset())
    throw error("a tensor of structure ", position, " of those that are walked together is unset, beside a parameter ",
                shape_text(parameter), "; give it one of that shape first");
  if (!other.contiguous() || !weft::layout::same_shape(parameter, other) || parameter.type != other.type)
    throw error("structure ", position, " of those that are walked together has ", shape_text(other),
                " where the first has ", shape_text(parameter),
                "; both must be dense, with the same axes in the same order");
}
void check_option(const char* who, const char* name, double value, double most) {
  if (value >= 0 && value < most && std::isfinite(value)) return;
  throw error(who, ": ", name, " can't be ", value,
              std::isfinite(most) ? "; give a number from 0 on and below 1"
                                  : "; give a finite number that is 0 or more");
}
} // namespace weft::ir
