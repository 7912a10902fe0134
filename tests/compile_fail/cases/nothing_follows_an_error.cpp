// SPDX-License-Identifier: BSL-1.0
// expect: max: no axis m=5 in ([n=4]); reduce over one of the operand's own axes at HERE
#include "../case.hpp"

namespace nothing_follows_an_error {
using namespace example;
constexpr axis<"n", 4> n;
constexpr axis<"m", 5> m;
#ifdef WRONG
constexpr auto p = compile([](expr x) { return max(x, m); }, arg<"x">(n)); // HERE
#else
constexpr auto p = compile([](expr x) { return max(x, n); }, arg<"x">(n));
#endif
static_assert(p.flops() == 4 && p.nodes() == 2 && p.kernels() == 1);
static_assert(p.bytes() == 20 && p.bytes<double>() == 40 && p.peak_bytes() == 0 && p.saved() == 0);
static_assert(!p.materializes(n, m));
inline void use(tensor<float>& x, tensor<float>& y) {
  const tensor<float> a = p(x), b = p.reference(x), c = p.interpreted(x), e = p.run(policy::compiled, x);
  auto run = p.bind(x, y);
  run();
  const std::string s = p.explain(), t = p.explain(x);
}
} // namespace nothing_follows_an_error
