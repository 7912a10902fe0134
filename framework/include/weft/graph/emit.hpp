// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis_operators.hpp>

/// The one way into a graph: every op's function ends in `emit`.
namespace weft::ir {

extern const op_def constant_def, extent_def, index_def, to_real_def, indicator_def, arrange_def; // structural.hpp

/// Writes where something happened, and in which composites.
constexpr void locate(builder& g, place p) {
  if (p.line) g.error << " at " << file_of(p.file) << ":" << static_cast<long>(p.line);
  for (int i = g.scopes < 8 ? g.scopes : 8; i-- > 0;) {
    g.error << ", in " << g.scope[i].name;
    if (g.scope[i].where.line)
      g.error << " at " << file_of(g.scope[i].where.file) << ":" << static_cast<long>(g.scope[i].where.line);
  }
}

/// The one place that speaks: op, sentence, axes with extents, remedy, the user's line.
constexpr expr complain(builder& g, std::string_view op, const operand* in, int n, const verdict& v, place p) {
  if (!g.error.empty()) return {&g, -1};
  g.error << op << ": " << v.refused;
  if (v.left) g.error << " " << v.left;
  if (v.right) g.error << " and " << v.right;
  for (int i = 0; i < n; i++) { // of many long ones the first few: what comes after them must fit
    g.error << (i ? ", " : " in (");
    if (g.error.n < message::room * 2 / 5) g.error << in[i].ax;
    else g.error << "...", i = n;
  }
  if (n) g.error << ")";
  if (v.remedy) g.error << "; " << v.remedy;
  locate(g, p);
  return {&g, -1};
}
/// What an op can't give before a traced value is met; it is reported where that happens.
constexpr expr untraced(const op_def* op, const char* why) {
  expr r;
  r.loose.refuse(op, why);
  return r;
}
constexpr expr complain(const expr& x, std::string_view op, const verdict& v, place p) {
  if (!x.attached()) return untraced(nullptr, v.refused);
  const operand in[1]{{x.ax(), x.kind()}};
  return complain(*x.g, op, in, 1, v, p);
}

constexpr expr put(builder& g, const op_def* op, const int* in, int n, const attributes& a, place p);

/// Moves an unattached expression into a builder.
constexpr expr attach(builder& g, const fragment& f, place p) {
  if (f.refused || f.n == 0)
    return complain(g, f.op ? f.op->name : "expr", nullptr, 0,
                    {{}, f.refused ? f.refused : "an expression that was given no value is used"}, p);
  int id[fragment::room]{};
  for (int i = 0; i < f.n; i++) {
    const token& t = f.t[i];
    attributes a;
    a.value = t.value, a.k = t.k, a.axis = t.axis;
    int n = 0, in[3]{};
    while (n < 3 && t.in[n] > 0) in[n] = id[t.in[n] - 1], n++;
    if (t.op == &arrange_def) { // one axis of many: it comes last
      a = {};
      a.shape = g.nodes.at[in[0]].ax.without(axes(t.axis));
      a.shape.add(t.axis);
      if (t.value > 0 && a.shape.n > t.value)
        return complain(g, "broadcast", nullptr, 0,
                        {{}, "the wanted axes lack", a.shape[0], nullptr, "name all of the operand's axes"}, p);
    }
    id[i] = put(g, t.op, in, n, a, p).id;
    if (id[i] < 0) return {&g, -1};
  }
  return {&g, id[f.n - 1]};
}
constexpr expr attach(builder& g, const expr& x, place p = {}) {
  if (!x.g) return attach(g, x.loose, p);
  return x.g == &g ? x : complain(g, "expr", nullptr, 0, {{}, "a value of another trace is used"}, p);
}

constexpr kind common_kind(kinds rule, const builder& g, const int* in, int n) {
  kind k = n ? g.nodes.at[in[rule == kinds::select && n > 1 ? 1 : 0]].k : real;
  for (int i = rule == kinds::select ? 2 : 1; i < n && rule != kinds::keep; i++) k = promoted(k, g.nodes.at[in[i]].k);
  const bool numbers = rule == kinds::same || rule == kinds::compare || rule == kinds::ranks;
  return numbers && k == boolean ? integer : k;
}

constexpr int promote(builder& g, int id, kind to, place p) {
  const kind from = g.nodes.at[id].k;
  if (from >= to) return id;
  const node x = g.nodes.at[id];
  if (x.op == &constant_def) {
    attributes a = x.at;
    a.k = to;
    return g.put(&constant_def, nullptr, 0, {}, to, a, p);
  }
  if (from == boolean) id = g.put(&indicator_def, &id, 1, x.ax, integer, {}, p);
  return to == real ? g.put(&to_real_def, &id, 1, x.ax, real, {}, p) : id;
}

/// Calls f with an array of n elements or more. Most ops have three operands or fewer, and every element that a
/// constant initialises costs the compiler time.
template <class T, class F> constexpr auto with_room(int n, F f) {
  if (n <= 3) {
    T few[3]{};
    return f(few);
  }
  T many[max_rank]{};
  return f(many);
}

/// The same axes in the order of the first operand: sums over [i, j] and over [j, i] are one.
constexpr attributes in_order_of(const axes& first, attributes a) {
  axes sorted;
  for (axis_ref x : first)
    if (a.shape.has(x)) sorted.add(x);
  for (axis_ref x : a.shape)
    if (!sorted.has(x)) sorted.add(x);
  a.shape = sorted;
  return a;
}
constexpr expr put_checked(builder& g, const op_def* op, const int* in, int n, const attributes& a, place p,
                           operand* seen);

/// Promotes the operands, asks the op for the result's axes, and adds the node.
constexpr expr put(builder& g, const op_def* op, const int* in, int n, const attributes& a, place p) {
  if (!g.error.empty()) return {&g, -1};
  return with_room<operand>(n, [&](operand* seen) { return put_checked(g, op, in, n, a, p, seen); });
}
constexpr expr put_checked(builder& g, const op_def* op, const int* in, int n, const attributes& a, place p,
                           operand* seen) {
  int id[max_rank]{};
  if (op->rule == kinds::compare && (g.nodes.at[in[0]].k == boolean) != (g.nodes.at[in[1]].k == boolean)) {
    for (int i = 0; i < n; i++) seen[i] = {g.nodes.at[in[i]].ax, g.nodes.at[in[i]].k};
    return complain(g, op->name, seen, n, {{}, "compares a boolean with a number; a < x < b is a < x && x < b"}, p);
  }
  const kind common = common_kind(op->rule, g, in, n);
  for (int i = 0; i < n; i++) {
    const kind want = operand_kind(op->rule, i, common);
    id[i] = op->rule == kinds::keep ? in[i] : promote(g, in[i], want, p);
    seen[i] = {g.nodes.at[id[i]].ax, g.nodes.at[id[i]].k};
    if (op->rule != kinds::keep && seen[i].k != want)
      return complain(
          g, op->name, seen, i + 1,
          {{},
           want == boolean ? "needs a boolean operand (compare something)" : "needs integer operands, not a real one"},
          p);
  }
  const verdict v = op->infer(seen, n, a);
  if (v.refused) return complain(g, op->name, seen, n, v, p);
  if (v.out.n > max_rank) return complain(g, op->name, seen, n, {{}, "a tensor has at most 8 axes"}, p);
  const kind k = n ? result_kind(op->rule, common) : a.k;
  if (g.scopes) p = g.scope[0].where; // of a composite, where it is called
  if (op->reduces() && a.shape.n > 1) return {&g, g.put(op, id, n, v.out, k, in_order_of(seen[0].ax, a), p)};
  return {&g, g.put(op, id, n, v.out, k, a, p)};
}

/// Moves all operands, whose axes will be asked for, into the graph of one that is traced. Gives one of them, or what
/// is wrong with them (its `id` is negative).
constexpr expr joined(at* operands, int n, const op_def* op) {
  const at* traced = nullptr;
  for (const at* x = operands; x < operands + n; x++) {
    if (x->e.attached() && x->e.id < 0) return x->e;
    if (x->e.attached() && !traced) traced = x;
  }
  if (!traced) return untraced(op, "needs a traced value: combine one of its operands with one first");
  for (at* x = operands; x < operands + n; x++)
    if (x->e = attach(*traced->e.g, x->e, x->where); x->e.id < 0) return x->e;
  return traced->e;
}
/// Adds a node for `op`; if no operand is traced yet, a token to the expression itself.
constexpr expr emit(const op_def* op, const expr* in, int n, const attributes& a, place p) {
  builder* g = nullptr;
  for (int i = 0; i < n && !g; i++) g = in[i].g;
  if (!g) {
    if (n > 3 || a.shape.n || a.to || a.start || !a.label.empty())
      return untraced(op, "needs a traced value: combine its operand with one first");
    expr r;
    signed char arg[3]{};
    for (int i = 0; i < n; i++) arg[i] = static_cast<signed char>(r.loose.append(in[i].loose) + 1);
    r.loose.push({op, a.axis, a.value, a.k, {arg[0], arg[1], arg[2]}});
    return r;
  }
  int id[max_rank]{};
  for (int i = 0; i < n; i++) {
    if (in[i].g && in[i].g != g) {
      if (g->error.empty()) g->error << op->name << ": operands of two different traces";
      return {g, -1};
    }
    id[i] = in[i].g ? in[i].id : attach(*g, in[i].loose, p).id;
    if (id[i] < 0) return {g, -1};
  }
  return put(*g, op, id, n, a, p);
}
} // namespace weft::ir
