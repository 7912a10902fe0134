// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/graph/axis.hpp>
#include <weft/graph/kind.hpp>
#include <weft/kernel/packet.hpp>

#include <limits>

namespace weft {
struct expr;
}

namespace weft::ir {
struct node;
struct graph_view;
struct general_call;

/// How a node is computed. Everything else about an op is in its file.
enum class form : std::uint8_t {
  input,    ///< a tensor of the call
  constant, ///< one number
  extent,   ///< the extent of an axis
  index,    ///< 0, 1, 2.. along an axis
  map,      ///< elementwise, operands matched by axis names
  reduce,   ///< combines what the result's axes lack
  contract, ///< the sum over products of two operands
  view,     ///< its operand's memory, seen through other axes, strides or an offset
  general,  ///< anything else: the op brings its own loops
};

/// What fusion and simplification may know of an op. Passes look at these and never at names.
namespace trait {
enum : unsigned {
  none = 0,
  linear = 1u << 0,        ///< in all operands together; its jvp is itself
  exponential = 1u << 1,   ///< exp(x + y) = exp(x) exp(y)
  log_sum_exp = 1u << 2,   ///< the logarithm of the sum of the exponentials of its operand
  guard = 1u << 3,         ///< the identity but at -infinity, which it turns into +infinity
  addition = 1u << 4,      ///< linear combination with factors 1, 1
  subtraction = 1u << 5,   ///< linear combination with factors 1, -1
  negation = 1u << 6,      ///< linear combination with factor -1
  product = 1u << 7,       ///< multiplies its operands
  quotient = 1u << 8,      ///< the first operand divided by the second
  selection = 1u << 9,     ///< one of its last two operands, chosen by the first
  sum = 1u << 10,          ///< reduction that adds
  maximum = 1u << 11,      ///< reduction that takes the largest
  identity = 1u << 12,     ///< its operand, with other rules for derivatives or sharing
  never_shared = 1u << 13, ///< two equal nodes stay two
  keeps_axes = 1u << 14,   ///< a view in which every axis keeps its name and its places
  gathering = 1u << 15,    ///< its first operand at the places that the second one names
  scattering = 1u << 16,   ///< its first operand added up at the places that the second one names
  regroups = 1u << 17,     ///< the axes `shape` of the one side are one axis of the other: `axis`
  part = 1u << 18,         ///< a view of the places of `axis` from `start_of` on, as axis `to`
  along = 1u << 19,        ///< a view that changes places along `axis` and `to` alone, or their names
  renaming = 1u << 20,     ///< a view in which `axis` is called `to`, and what was `to` is called `axis`
  merging = 1u << 21,      ///< a view of the places where `axis` and `to` are one, as `to`
  joining = 1u << 22,      ///< its operands end to end along `to`, each along its axis of `shape`; its transpose cuts
  padding = 1u << 23       ///< its operand as the places of `to` from `start_of` on, beside zeros
};
}

/// What kinds an op takes and what it gives. Operands are promoted (boolean to integer to real) before the op sees
/// them.
enum class kinds : std::uint8_t {
  same,     ///< integers or reals, gives the same
  reals,    ///< reals, gives reals
  compare,  ///< integers or reals, or two booleans, gives a boolean
  logic,    ///< booleans, gives a boolean
  select,   ///< a boolean, then two of any one kind, gives that
  integers, ///< integers, gives integers
  count,    ///< a boolean, gives an integer
  measure,  ///< an integer, gives a real
  keep,     ///< any, gives the kind of its first operand
  ranks,    ///< integers or reals, gives integers
};

constexpr kind operand_kind(kinds rule, int i, kind common) {
  switch (rule) {
  case kinds::reals: return real;
  case kinds::logic:
  case kinds::count: return boolean;
  case kinds::integers:
  case kinds::measure: return integer;
  case kinds::select: return i == 0 ? boolean : common;
  default: return common;
  }
}
constexpr kind result_kind(kinds rule, kind common) {
  switch (rule) {
  case kinds::reals:
  case kinds::measure: return real;
  case kinds::compare:
  case kinds::logic: return boolean;
  case kinds::integers:
  case kinds::count:
  case kinds::ranks: return integer;
  default: return common;
  }
}

/// What else a node carries besides its operands.
struct attributes {
  double value = 0; ///< of a constant; a product's factor; what else an op counts with
  kind k = real;    ///< of an input or a constant
  axis_ref axis = nullptr, to = nullptr;
  long start = 0; ///< where a part begins, how far a roll goes, how a scan runs; of equal nodes that stay apart: which
  axes shape;     ///< result axes that operands don't imply; the axes that a product sums
  std::string_view label; ///< of an input or a print
  constexpr bool operator==(const attributes& o) const {
    return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(o.value) && k == o.k && axis == o.axis &&
           to == o.to && start == o.start && shape == o.shape && label == o.label;
  }
};

/// What a shape rule sees of an operand.
struct operand {
  axes ax;
  kind k = real;
};

/// A shape rule's answer: the result's axes, or why not.
struct verdict {
  axes out;
  const char* refused = nullptr; ///< the sentence, to which `left` and `right` are appended
  axis_ref left = nullptr, right = nullptr;
  const char* remedy = nullptr;
  constexpr bool operator==(const verdict& o) const {
    return out == o.out && std::string_view(refused ? refused : "") == std::string_view(o.refused ? o.refused : "") &&
           left == o.left && right == o.right;
  }
};

/// The values an expression can take: [lo, hi]; for booleans 0 and 1.
struct interval {
  double lo, hi;
  bool nan = false; ///< of reals: or NaN
};

/// Where the values of a node lie: in elements from the start of its memory, a stride for each of its axes.
struct layout {
  long offset = 0;
  long stride[max_rank]{};
};

/// A map, or a reduction's combine, of one packet of each operand, for one precision T and one common kind of them.
/// Reals are T; integers and booleans are lanes of the same width, booleans as masks (0 or -1). Where the op is known
/// at compile time a call is inlined.
template <class T> using packet_function = packet<T> (*)(const packet<T>* in);
/// The same of many packets and of one element: code of the library, which kernels call.
template <class T> struct evaluator {
  /// `packets` packets of the result, one after another; operand j advances by `advance[j]` lanes a packet (0 repeats
  /// the same packet). A packet is written when its operands have been read, so `out` may be an operand.
  void (*block)(T* out, const T* const* in, const int* advance, long packets) = nullptr;
  /// Of a reduction: combines packets one after another into a queue of partial results.
  void (*fold)(T* queued, int length, const T* in, int advance, long packets) = nullptr;
  /// One element, with `bool` for booleans inside: the reference run's plain loop calls it.
  T (*scalar)(const T* in) = nullptr;
};

/// The resolver of extents that an op's run-time rules are given.
struct extents_of {
  const void* self;
  long (*of)(const void* self, axis_ref a);
  constexpr long operator()(axis_ref a) const { return of(self, a); }
};
/// Where a part of an axis begins: at `start`, or behind the first `value` of the axes `shape` that make up the whole.
constexpr long start_of(const attributes& a, const extents_of& extent) {
  long n = a.start;
  for (int i = 0; i < a.shape.n && i < a.value; i++) n += extent(a.shape[i]);
  return n;
}
/// What an op says of extents: those of the parts, added or multiplied, make up the whole's. Of one unknown the others
/// tell it; without a whole nothing is said.
struct extent_rule {
  axis_ref whole = nullptr;
  axes parts;
  bool product = false;
};

/// An op as the graph sees it: one static object, made from the op's struct by `of<Op>` (see define.hpp).
struct op_def {
  std::string_view name;
  unsigned hash = 0;
  form how = form::map;
  int arity = 1; ///< -1: any number
  kinds rule = kinds::same;
  unsigned traits = trait::none;
  double flops = 1;                  ///< an element of the result; of the operand for reductions
  double neutral = 0;                ///< what a reduction starts from
  const op_def* code_only = nullptr; ///< the same without what only tracing and passes need
  verdict (*infer)(const operand* in, int n, const attributes& a) = nullptr;
  expr (*vjp)(int which, const expr* in, int n, const expr& y, const expr& dy) = nullptr;
  expr (*jvp)(const expr* in, const expr* tangents, int n, const expr& y) = nullptr;
  expr (*simplify)(const expr* in, int n, const node& x) = nullptr; ///< an equal, simpler expression, or an empty one
  double (*fold)(const double* in) = nullptr; ///< the value from constant operands, finite and of moderate size
  expr (*expand)(const expr* in, const node& x) = nullptr; ///< simpler ops that give the same, where it is not streamed
  expr (*expand_normalised)(const expr* in, const node& x) = nullptr; ///< of a log-sum-exp y: exp(x - guarded(y))
  expr (*shift)(const expr& x, const axes& over) = nullptr; ///< of an exponential: what x is lowered by before a sum
  const op_def* of_lowered = nullptr; ///< of an exponential: a cheaper one, of what was lowered by its `shift`
  expr (*exponentials)(const expr& x, const axes& over) =
      nullptr; ///< what a log-sum-exp sums: lowered, by its `shift`, `of_lowered` or not
  expr (*lowered)(const expr& x, const axes& over) = nullptr; ///< a log-sum-exp without that shift
  extent_rule (*extents)(const attributes& a) = nullptr;
  interval (*range)(const interval* in, const attributes& a) = nullptr;
  layout (*view)(const layout& in, const axes& from, const node& x, const extents_of& e) = nullptr;
  void (*run)(const general_call& call) = nullptr;
  packet_function<float> one_f32[3]{}; ///< by the common kind of the operands
  packet_function<double> one_f64[3]{};
  const evaluator<float>* f32 = nullptr; ///< three, in the same order
  const evaluator<double>* f64 = nullptr;
  /// Whether its result lacks axes of its operands, over which it combines what it makes of them.
  constexpr bool reduces() const {
    return how == form::reduce || how == form::contract || (traits & trait::log_sum_exp);
  }
  template <class T> constexpr packet_function<T> one(kind common) const {
    if constexpr (sizeof(T) == sizeof(float)) return one_f32[static_cast<int>(common)];
    else return one_f64[static_cast<int>(common)];
  }
  template <class T> const evaluator<T>& code(kind common) const {
    if constexpr (sizeof(T) == sizeof(float)) return f32[static_cast<int>(common)];
    else return f64[static_cast<int>(common)];
  }
  constexpr bool is(unsigned t) const { return (traits & t) != 0; }
};

/// Whether integers with these exact results may wrap around in lanes that hold `most`. What is not known at all can be
/// the largest one; ops that do no arithmetic give one of their operands.
constexpr bool wraps(interval r, const op_def& op, double most) {
  constexpr unsigned arithmetic =
      trait::addition | trait::subtraction | trait::negation | trait::product | trait::quotient;
  const auto beyond = [&](double x) {
    const double size = x < 0 ? -x : x;
    return size > most && (size < std::numeric_limits<double>::infinity() || op.is(arithmetic));
  };
  return beyond(r.lo) || beyond(r.hi);
}
} // namespace weft::ir
