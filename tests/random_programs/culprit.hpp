// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <random_programs/verdict.hpp>

/// A fault made small, and printed.
namespace support {

/// What a faulty program is printed as: comments that say how its inputs are drawn, and its text. tests/fuzz --text
/// runs it again.
inline std::string as_text(const live_program& p, std::uint64_t seed, const named_extents& extents) {
  std::string s = "# seed " + std::to_string(seed) + "\n";
  for (const auto& [name, n] : extents.of)
    for (const ir::node& x : p.source().nodes)
      if (std::any_of(x.ax.begin(), x.ax.end(),
                      [&](axis_ref a) { return a->name.substr(0, a->name.find('\'')) == name; })) {
        s += "# extent " + name + "=" + std::to_string(n) + "\n";
        break;
      }
  return s + ir::to_text(p.source());
}

/// A fault made small: the program of one value, in which other values that the fault does not need become inputs, on
/// short axes.
struct culprit {
  const live_program& p;
  std::uint64_t seed;
  named_extents extents;
  std::string respect;
  std::vector<bool> given; ///< nodes that are inputs now
  int node = -1;

  culprit(const live_program& program, std::uint64_t s, const named_extents& e, std::string what)
      : p(program), seed(s), extents(e), respect(std::move(what)),
        given(static_cast<std::size_t>(p.source().size()), false) {
    for (int i : p.source().inputs) given[static_cast<std::size_t>(i)] = true;
  }
  live_program part() const {
    std::vector<bool> needed(given.size(), false);
    needed[static_cast<std::size_t>(node)] = true;
    for (int i = node; i >= 0; i--)
      if (const auto k = static_cast<std::size_t>(i); needed[k] && !given[k])
        for (int j = 0; j < p.source()[i].count; j++) needed[static_cast<std::size_t>(p.source().in(i, j))] = true;
    return live_program([&](ir::builder& b) {
      ir::rewriter copy(p.source(), b);
      for (int i = 0; i < p.source().size(); i++) {
        if (!needed[static_cast<std::size_t>(i)]) continue;
        const ir::node& x = p.source()[i];
        if (given[static_cast<std::size_t>(i)]) copy.moved[i] = ir::input(b, x.ax, x.k, "given").id;
        else copy.moved[i] = copy.copy(x).id;
      }
      return std::vector<expr>{copy[node]};
    });
  }
  bool at_fault() const try {
    const live_program q = part();
    int excused = 0;
    return verdict_on(q, drawn_inputs(q.source(), seed, extents), {seed, 5000}, excused).respect == respect;
  } catch (const error&) { return false; }
  /// The smallest program found, or the whole one.
  std::string found() {
    const named_extents whole = extents;
    for (node = 0; node < p.source().size(); node++)
      if (!given[static_cast<std::size_t>(node)] && at_fault()) {
        for (int i = node; i-- > 0;)
          if (const auto k = static_cast<std::size_t>(i); !given[k]) {
            given[k] = true;
            given[k] = at_fault();
          }
        for (auto& [name, n] : extents.of)
          for (const long fewer : {1, 2, 3, 5, 9, 17}) {
            const long before = std::exchange(n, fewer);
            if (fewer < before && at_fault()) break;
            n = before;
          }
        return as_text(part(), seed, extents);
      }
    return as_text(p, seed, whole);
  }
};
} // namespace support
