// SPDX-License-Identifier: BSL-1.0
#include "support/progress.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>

progress::progress(long steps)
    : steps_(steps), terminal_(isatty(STDOUT_FILENO)), start_(std::chrono::steady_clock::now()), last_(start_) {}
progress::~progress() { erase(); }

void progress::erase() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stdout);
  drawn_ = false;
  std::fflush(stdout);
}

void progress::line(const std::string& text) {
  erase();
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

void progress::done(long steps, const std::string& note) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100) && steps < steps_) return;
  last_ = now;
  constexpr long width = 30;
  const long full = steps * width / steps_;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double left = steps ? seconds * static_cast<double>(steps_ - steps) / static_cast<double>(steps) : 0;
  fmt::print("\r[{:#<{}}{:<{}}] {}/{}  {:.0f} s left  {}\033[K", "", full, "", width - full, steps, steps_, left, note);
  std::fflush(stdout);
  drawn_ = true;
}
