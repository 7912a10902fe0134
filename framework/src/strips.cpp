// SPDX-License-Identifier: BSL-1.0
#include <weft/run/error.hpp>
#include <weft/run/layout.hpp>
#include <weft/train/strips.hpp>
#include <weft/train/update.hpp>

#include <cmath>

namespace weft::ir {
void check_alike(const char* who, const char* name_of_first, const tensor_ref& first, const char* name,
                 const tensor_ref& other) {
  if (first.unset()) throw error(who, ": a ", name_of_first, " is unset; initialize it first");
  if (other.unset())
    throw error(who, ": the ", name, " of a ", name_of_first, " ", shape_text(first),
                " is unset; give it one of that shape first");
  if (!other.contiguous())
    throw error(who, ": the ", name, " ", shape_text(other),
                " is a view with gaps, or in another order of axes than it lies in; give a dense tensor");
  if (!weft::layout::same_shape(first, other) || first.type != other.type)
    throw error(who, ": the ", name, " of a ", name_of_first, " ", shape_text(first), " has ", shape_text(other),
                "; both must have the same axes in the same order, and one precision");
}
void check_option(const char* who, const char* name, double value, double most) {
  if (value >= 0 && value < most && std::isfinite(value)) return;
  throw error(who, ": ", name, " can't be ", value,
              std::isfinite(most) ? "; give a number from 0 on and below 1"
                                  : "; give a finite number that is 0 or more");
}
} // namespace weft::ir
