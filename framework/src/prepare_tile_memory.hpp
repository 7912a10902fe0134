// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "prepare_lines.hpp"

#include <algorithm>

namespace weft::ir {

/// Where a tile's values lie in a worker's scratch: each until the last step that reads it, so that they stay in L1.
struct tile_memory_preparation : line_preparation {
  using line_preparation::line_preparation;

  /// Dense strides: lanes next to each other, rows a width apart, then the others.
  void lay_out(prepared_tiles& p, int i) const {
    region_memory& m = p.memory[static_cast<std::size_t>(i)];
    const axes& ax = p.g[i].ax;
    long size = ax.has(s.outer) ? c.width : 1;
    if (ax.has(s.outer)) m.strides.stride[ax.find(s.outer)] = 1;
    const auto add = [&](axis_ref a) { m.strides.stride[ax.find(a)] = size, size *= most(a); };
    if (ax.has(s.inner)) add(s.inner);
    for (int j = ax.n; j-- > 0;)
      if (part_of(ax[j]) == tile_part::whole) add(ax[j]);
  }
  /// Memory of its own.
  void take(prepared_tiles& p, int i) {
    const auto k = static_cast<std::size_t>(i);
    long bytes = std::max<long>(static_cast<long>(size_of(p.memory[k].type)), 1);
    for (axis_ref a : p.g[i].ax) bytes *= most(a);
    room[k] = whole_lines(bytes + 64);
    p.offset[k] = arena.take(room[k]);
  }
  /// Places what the steps make and don't add to a state themselves, and gives back what nothing reads any more, the
  /// copies of what is read tile by tile too.
  void place_made(const std::vector<step>& steps, range<port> ports, prepared_tiles& p) {
    std::vector<std::size_t> last(p.memory.size()); // the step that reads a value last
    const auto touch = [&](std::size_t k) { return [&, k](int i) { last[static_cast<std::size_t>(i)] = k; }; };
    for (std::size_t k = 0; k < steps.size(); k++) each_access(p.g, plan, steps[k], touch(k), touch(k));
    const auto leaves = touch(steps.size());
    for (const port& x : ports) {
      if (x.what != port::read) leaves(storage_of(p.g, x.tile));
      if (x.factor >= 0) leaves(storage_of(p.g, x.factor));
    }
    std::vector<std::vector<int>> dying(steps.size() + 1); // by their last steps
    for (std::size_t i = 0; i < room.size(); i++)
      if (room[i]) dying[last[i]].push_back(static_cast<int>(i));
    for (std::size_t k = 0; k < steps.size(); k++) {
      const region* r = steps[k].what == step::run_region ? &plan.regions[steps[k].id] : nullptr;
      const auto place = [&](int i) {
        if (p.g[i].op->how == form::input || p.offset[static_cast<std::size_t>(i)] >= 0) return;
        if (goes_to_state(i, ports, p)) return;
        lay_out(p, i);
        if (!r || !write_over(p, *r, i, dying[k])) take(p, i);
        dying[last[static_cast<std::size_t>(i)]].push_back(i);
      };
      each_access(p.g, plan, steps[k], [](int) {}, place);
      for (int i : dying[k]) arena.give(p.offset[static_cast<std::size_t>(i)], room[static_cast<std::size_t>(i)]);
    }
  }

private:
  static bool goes_to_state(int i, range<port> ports, const prepared_tiles& p) {
    return std::any_of(ports.begin(), ports.end(), [&](const port& x) {
      return x.tile == i && (x.what == port::merge || (x.what == port::add && adds_itself(p.g, x)));
    });
  }
  /// Gives value i the memory of one that the region reads last, if there is one that it can write over.
  bool write_over(prepared_tiles& p, const region& r, int i, std::vector<int>& dying) {
    const auto type = [&](int n) { return p.memory[static_cast<std::size_t>(n)].type; };
    const auto d = std::find_if(dying.begin(), dying.end(), [&](int n) {
      return type(n) == type(i) && p.g[n].ax == p.g[i].ax && overwrites(p.g, plan, r, i, n);
    });
    if (d == dying.end()) return false;
    const auto from = static_cast<std::size_t>(*d), to = static_cast<std::size_t>(i);
    p.offset[to] = p.offset[from], room[to] = room[from];
    dying.erase(d);
    return true;
  }
};
} // namespace weft::ir
