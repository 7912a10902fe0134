// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <fstream>
#include <string>

#include <malloc.h>

namespace bench {

/// Gives free memory back and lets the peak start from what is in use.
inline void reset_peak_memory() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
}

/// The most memory that the process has had since, in MB.
inline double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}
} // namespace bench
