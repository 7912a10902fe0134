// SPDX-License-Identifier: BSL-1.0
#include <weft/run/error.hpp>
#include <weft/run/layout.hpp>

#include <limits>

namespace weft {

long tensor_ref::size() const {
  long n = 1;
  for (int i = 0; i < ax.n; i++) n *= extent[i];
  return n;
}

bool tensor_ref::contiguous() const {
  if (size() == 0) return true;
  long expected = 1;
  for (int i = ax.n - 1; i >= 0; i--) {
    if (extent[i] == 1) continue;
    if (stride[i] != expected) return false;
    expected *= extent[i];
  }
  return true;
}

namespace {
int index_of(std::string_view who, const tensor_ref& t, axis_ref a) {
  const int i = t.ax.find(a);
  if (i < 0) throw error(who, ": there is no axis ", a->name, " in ", shape_text(t));
  return i;
}

/// The axis `b`, with its extent checked, as the next one of `t`.
void append(std::string_view who, tensor_ref& t, bound_axis b) {
  const axis_data& a = *b.axis;
  if (t.ax.has(b.axis)) throw error(who, ": axis ", a.name, " is given twice; prime() makes a twin of an axis");
  if (b.extent == unbound && a.extent == unbound)
    throw error(who, ": axis ", a.name, " has no extent; write ", a.name, "(n)");
  if (b.extent < 0) throw error(who, ": axis ", a.name, " can't have extent ", b.extent, "; an extent is 0 or more");
  if (a.extent != unbound && b.extent != a.extent)
    throw error(who, ": axis ", a.name, " has static extent ", a.extent, " and was given ", b.extent, "; write ",
                a.name, " alone or use another axis");
  if (t.ax.n == max_rank) throw error(who, ": more than ", max_rank, " axes in ", shape_text(t), " and ", a.name);
  t.extent[t.ax.n] = b.extent;
  t.ax.add(b.axis);
}

void set_dense_strides(std::string_view who, tensor_ref& t) {
  long bytes = static_cast<long>(size_of(t.type));
  long elements = 1;
  for (int i = t.ax.n - 1; i >= 0; i--) {
    t.stride[i] = elements;
    if (t.extent[i] == 0) continue; // so that an empty tensor still has the strides of a full one
    if (__builtin_mul_overflow(bytes, t.extent[i], &bytes) || bytes > std::numeric_limits<long>::max() / 2)
      throw error(who, ": ", shape_text(t), " has more elements than memory can hold");
    elements *= t.extent[i];
  }
}
} // namespace

long tensor_ref::extent_of(axis_ref a) const { return extent[index_of("extent", *this, a)]; }
long tensor_ref::stride_of(axis_ref a) const { return stride[index_of("stride", *this, a)]; }

std::string shape_text(const tensor_ref& t) {
  std::string s = "[";
  for (int i = 0; i < t.ax.n; i++) {
    if (i) s += ", ";
    s += t.ax[i]->name;
    s += "=" + std::to_string(t.extent[i]);
  }
  return s + "]";
}
std::string place_text(const tensor_ref& t, long number) {
  std::string s = "]";
  for (int i = t.ax.n; i-- > 0; number /= t.extent[i])
    s = std::string(t.ax[i]->name) + "=" + std::to_string(number % t.extent[i]) + (s == "]" ? "" : ", ") + s;
  return "[" + s;
}

namespace layout {

tensor_ref row_major(std::string_view who, dtype type, std::span<const bound_axis> bound) {
  tensor_ref t;
  t.type = type;
  for (bound_axis b : bound) append(who, t, b);
  set_dense_strides(who, t);
  return t;
}

tensor_ref row_major(std::string_view who, dtype type, const axes& ax, std::span<const long> extents) {
  if (extents.size() > static_cast<std::size_t>(ax.n))
    throw error(who, ": ", extents.size(), " extents for ", ax.n, " axes");
  tensor_ref t;
  t.type = type;
  for (int i = 0; i < ax.n; i++) {
    const auto k = static_cast<std::size_t>(i);
    const bool given = k < extents.size() && extents[k] != unbound;
    append(who, t, given ? bound_axis(ax[i], extents[k]) : bound_axis(ax[i]));
  }
  set_dense_strides(who, t);
  return t;
}

tensor_ref strided(std::string_view who, dtype type, std::span<const bound_axis> bound, std::span<const long> strides) {
  tensor_ref t = row_major(who, type, bound);
  if (strides.size() != bound.size())
    throw error(who, ": ", strides.size(), " strides for ", shape_text(t), "; give one for each axis");
  for (std::size_t i = 0; i < strides.size(); i++) t.stride[i] = strides[i];
  return t;
}

tensor_ref dense(const tensor_ref& t) {
  tensor_ref r = t;
  r.data = nullptr;
  set_dense_strides("tensor", r);
  return r;
}

long offset_of(std::string_view who, const tensor_ref& t, std::span<const bound_axis> coordinates) {
  if (t.unset()) throw error(who, ": an unset tensor has no element; assign one with a shape first");
  long offset = 0;
  axes named;
  for (bound_axis c : coordinates) {
    const int i = index_of(who, t, c.axis);
    if (named.has(c.axis)) throw error(who, ": coordinate ", c.axis->name, " is given twice");
    if (c.extent == unbound)
      throw error(who, ": coordinate ", c.axis->name, " has no number; write ", c.axis->name, "(0)");
    if (c.extent < 0 || c.extent >= t.extent[i])
      throw error(who, ": coordinate ", c.axis->name, "(", c.extent, ") is outside ", shape_text(t));
    named.add(c.axis);
    offset += c.extent * t.stride[i];
  }
  for (axis_ref a : t.ax)
    if (!named.has(a))
      throw error(who, ": coordinate ", a->name, " is missing; an element of ", shape_text(t),
                  " needs one for each axis");
  return offset;
}

long offset_of(const tensor_ref& t, long i) {
  long offset = 0;
  for (int k = t.ax.n - 1; k >= 0; k--) {
    offset += i % t.extent[k] * t.stride[k];
    i /= t.extent[k];
  }
  return offset;
}

bool same_shape(const tensor_ref& a, const tensor_ref& b) {
  if (a.ax.n != b.ax.n) return false;
  for (int i = 0; i < a.ax.n; i++)
    if (!same(a.ax[i], b.ax[i]) || a.extent[i] != b.extent[i]) return false;
  return true;
}

void check_count(std::string_view who, const tensor_ref& t, std::size_t count) {
  if (count != static_cast<std::size_t>(t.size()))
    throw error(who, ": ", count, " elements were given for ", shape_text(t), ", which holds ", t.size());
}

tensor_ref slice(const tensor_ref& t, axis_ref a, long from, long to) {
  const int i = index_of("slice", t, a);
  if (from < 0 || to < from || to > t.extent[i])
    throw error("slice: ", a->name, " from ", from, " to ", to, " is not a part of ", shape_text(t));
  tensor_ref r = t;
  r.extent[i] = to - from;
  if (from != 0 && t.data)
    r.data = static_cast<char*>(t.data) + from * t.stride[i] * static_cast<long>(size_of(t.type));
  return r;
}

tensor_ref rename(const tensor_ref& t, axis_ref from, axis_ref to) {
  const int i = index_of("rename", t, from);
  if (!same(from, to) && t.ax.has(to)) throw error("rename: ", shape_text(t), " already has an axis ", to->name);
  if (to->extent != unbound && to->extent != t.extent[i])
    throw error("rename: axis ", from->name, " has extent ", t.extent[i], " and ", to->name, " has static extent ",
                to->extent);
  tensor_ref r = t;
  r.ax.a[i] = to;
  return r;
}

tensor_ref permute(const tensor_ref& t, const axes& order) {
  tensor_ref r = t;
  for (int i = 0; i < order.n; i++) {
    const int k = index_of("permute", t, order[i]);
    r.extent[i] = t.extent[k];
    r.stride[i] = t.stride[k];
    r.ax.a[i] = t.ax[k];
  }
  if (axis_ref a = order.repeated()) throw error("permute: axis ", a->name, " is given twice");
  for (axis_ref a : t.ax)
    if (!order.has(a)) throw error("permute: axis ", a->name, " of ", shape_text(t), " is missing in the order");
  return r;
}

tensor_ref at(const tensor_ref& t, bound_axis coordinate) {
  const int i = index_of("at", t, coordinate.axis);
  const long c = coordinate.extent;
  if (c < 0 || c >= t.extent[i])
    throw error("at: coordinate ", coordinate.axis->name, "(", c, ") is outside ", shape_text(t));
  tensor_ref r = slice(t, coordinate.axis, c, c + 1);
  for (int k = i; k + 1 < t.ax.n; k++) {
    r.extent[k] = t.extent[k + 1];
    r.stride[k] = t.stride[k + 1];
  }
  r.ax = t.ax.without(coordinate.axis);
  return r;
}
} // namespace layout
} // namespace weft
