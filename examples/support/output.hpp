// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cerrno>
#include <cstdio>
#include <system_error>

/// Writes out what was printed. Throws if that fails, as on a full disk: a program that is done has shown its results.
inline void flush_output() {
  if (std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "what it found can't be written to standard output");
}
