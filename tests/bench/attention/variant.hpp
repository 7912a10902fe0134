// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Batch, heads, queries and keys, features.
struct shape {
  long batch = 1, heads = 1, n = 1, d = 1;
};

enum class pass { forward, forward_backward, hvp };

/// A program bound to tensors that it keeps alive.
using runnable = std::function<void()>;

/// One function of the user's, and what its passes do.
struct variant {
  std::string name;
  /// Useful operations of the forward pass: those of its products on pairs that the mask keeps.
  std::function<double(const shape&)> forward_flop = {};
  std::function<runnable(const shape&)> forward = {}, forward_backward = {},
                                        hvp = {}; ///< empty where there is no such pass
  std::vector<shape> usual_shapes = {{1, 8, 128, 64}, {1, 8, 512, 64}, {1, 8, 1024, 64}, {1, 8, 4096, 64}};
  /// A backward pass costs 2.5 forward ones where two products become five more; the Hessian-vector product of a loss
  /// has 18 products.
  double forward_backward_factor = 14. / 4, hvp_factor = 36. / 4;

  const std::function<runnable(const shape&)>& prepare(pass p) const {
    return p == pass::forward ? forward : p == pass::forward_backward ? forward_backward : hvp;
  }
  double flop(pass p, const shape& s) const {
    return forward_flop(s) * (p == pass::forward            ? 1
                              : p == pass::forward_backward ? forward_backward_factor
                                                            : hvp_factor);
  }
};

// Each in a file of its own, so that they are compiled side by side.
variant full();
variant causal();
variant window();  ///< the 256 neighbours on each side
variant sliding(); ///< the 256 before
variant documents();
variant alibi();
variant softcap();
variant relative();
variant t5();
variant statistics();    ///< log-sum-exp, entropy and largest score besides the output
variant wide_values();   ///< values of twice as many features as keys have
variant cross_entropy(); ///< shape 1 x vocabulary x tokens x width
} // namespace bench
