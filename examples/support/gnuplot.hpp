// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <string>

/// Gives gnuplot a script through a pipe. False, and nothing drawn, if it is not installed or fails.
bool gnuplot(const std::string& script);
