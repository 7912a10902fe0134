// SPDX-License-Identifier: BSL-1.0
#include <weft/ops/print.hpp>

#include <weft/kernel/general.hpp>
#include <weft/run/error.hpp>
#include <weft/run/statistics.hpp>

#include <fmt/format.h>

#include <mutex>
#include <utility>

namespace weft {
namespace {
std::mutex one_at_a_time;
print_function writer = [](std::string_view line) { fmt::print("{}\n", line); };

std::string text_of(const statistics& s) {
  std::string text =
      s.finite() ? fmt::format(" min {:.6g}, max {:.6g}, mean {:.6g}, std {:.6g}", s.min, s.max, s.mean, s.deviation())
                 : " no finite number";
  if (s.nans) text += fmt::format(", {} NaN", s.nans);
  if (s.infinities) text += fmt::format(", {} inf", s.infinities);
  return text;
}
} // namespace

print_function print_to(print_function write) {
  if (!write) throw error("print_to: there is no function; give one that does nothing to print nothing");
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
  const auto write = [] {
    const std::lock_guard lock(one_at_a_time);
    return writer;
  }();
  write(fmt::format("{}{}:{}", call.x.at.label, shape_text(call.out), text_of(seen)));
}
} // namespace weft
