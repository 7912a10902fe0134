// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/error.hpp>

/// The message with which `f` is refused, to be compared with the whole text that is expected.
std::string refused(auto f) {
  try {
    f();
  } catch (const weft::error& e) { return e.what(); }
  return "not refused";
}
