// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <stdexcept>

/// What the user gave can't be worked with. The message is one line; programs print it and end with exit code 2.
struct bad_input : std::runtime_error {
  using std::runtime_error::runtime_error;
};
