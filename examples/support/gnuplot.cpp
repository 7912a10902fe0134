// SPDX-License-Identifier: BSL-1.0
#include "support/gnuplot.hpp"

#include <csignal>
#include <cstdio>

bool gnuplot(const std::string& script) {
  const auto before = std::signal(SIGPIPE, SIG_IGN); // it may end before it has read all
  std::FILE* pipe = popen("command -v gnuplot >/dev/null 2>&1 && exec gnuplot >/dev/null 2>&1", "w");
  bool drawn = false;
  if (pipe) {
    std::fwrite(script.data(), 1, script.size(), pipe);
    drawn = pclose(pipe) == 0;
  }
  std::signal(SIGPIPE, before);
  return drawn;
}
