// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/print.hpp>

#include <weft/kernel/general.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

namespace weft {
namespace {
std::mutex one_at_a_time;
print_function writer = [](std::string_view line) { fmt::print("{}\n", line); };

/// In one pass, so that x is read once: mean and spread by Welford's update (Knuth, volume 2, 4.2.2).
struct statistics {
  long finite = 0, nan = 0, infinite = 0;
  double least = std::numeric_limits<double>::infinity(), greatest = -least, mean = 0, squares = 0;
  void add(double x) {
    if (std::isnan(x)) return void(nan++);
    if (std::isinf(x)) return void(infinite++);
    finite++;
    least = std::min(least, x), greatest = std::max(greatest, x);
    const double distance = x - mean;
    mean += distance / static_cast<double>(finite);
    squares += distance * (x - mean);
  }
  std::string text() const {
    std::string s = finite ? fmt::format(" min {:.6g}, max {:.6g}, mean {:.6g}, std {:.6g}", least, greatest, mean,
                                         std::sqrt(squares / static_cast<double>(finite)))
                           : " no finite number";
    if (nan) s += fmt::format(", {} NaN", nan);
    if (infinite) s += fmt::format(", {} inf", infinite);
    return s;
  }
};
} // namespace

print_function print_to(print_function write) {
  const std::lock_guard lock(one_at_a_time);
  return std::exchange(writer, write);
}

void print_op::run(const ir::general_call& call) {
  statistics seen;
  const tensor_ref &in = call.in[0], &out = call.out; // an integer argument of the call may be wider than the result
  const ir::strides_along source(in, out.ax), to(out, out.ax);
  with_type(in.type, [&](auto zero) {
    with_type(out.type, [&](auto result) {
      ir::each_index(out.extent, out.ax.n, [&](const long* at) {
        const auto x = ir::elements<decltype(zero)>(in)[source(at)];
        ir::elements<decltype(result)>(out)[to(at)] = static_cast<decltype(result)>(x);
        seen.add(static_cast<double>(x));
      });
    });
  });
  const std::lock_guard lock(one_at_a_time);
  writer(fmt::format("{}{}:{}", call.x.at.label, shape_text(call.out), seen.text()));
}
} // namespace weft
