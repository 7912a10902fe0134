// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <chrono>
#include <string>

/// What a long run shows on standard output: lines that stay, and on a terminal a bar under them.
class progress {
public:
  explicit progress(long steps);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// A line that stays.
  void line(const std::string& text);
  /// So many steps are done: redraws the bar, at most ten times a second.
  void done(long steps, const std::string& note = "");

private:
  void erase();
  long steps_;
  bool terminal_, drawn_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};
