// SPDX-License-Identifier: BSL-1.0
#pragma once
// Everything: write programs, transform them, compile them, run them, print and save what they give, train.
#include <weft/facts/print.hpp>
#include <weft/io/format.hpp>
#include <weft/io/npy.hpp>
#include <weft/io/tree.hpp>
#include <weft/ops/all.hpp>
#include <weft/run/pool.hpp>
#include <weft/run/random.hpp>
#include <weft/run/statistics.hpp>
#include <weft/trace/build.hpp>
#include <weft/trace/compile.hpp>
#include <weft/train/adamw.hpp>
#include <weft/train/gradients.hpp>
#include <weft/train/parameters.hpp>
#include <weft/train/schedule.hpp>
#include <weft/train/sgd.hpp>
