// SPDX-License-Identifier: BSL-1.0
#include <weft/weft.hpp>

#include <fmt/core.h>

int main() { fmt::print("weft: found and linked\n"); }
