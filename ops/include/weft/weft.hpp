// SPDX-License-Identifier: BSL-1.0
#pragma once
// Everything: write programs, transform them, compile them, run them.
#include <weft/ops/all.hpp>
#include <weft/run/pool.hpp>
#include <weft/run/random.hpp>
#include <weft/trace/build.hpp>
#include <weft/trace/compile.hpp>
