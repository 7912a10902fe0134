// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <weft/run/tensor.hpp>

#include <string>

/// NumPy's .npy files: little endian, versions 1.0 to 3.0 are read and 1.0 is written. Names of axes are not stored.
namespace weft {

/// Paths are strings here, which a std::filesystem::path becomes by itself: programs need not read its header.
void save_npy(const std::string& path, const tensor_ref& t);
template <tensor_like X> void save_npy(const std::string& path, const X& t) { save_npy(path, t.ref()); }

/// What the head of a file says.
struct npy_header {
  dtype type = dtype::float32;
  bool fortran_order = false;
  std::vector<long> shape;
  std::size_t data_begin = 0; ///< byte offset of the elements
};
npy_header read_npy_header(const std::string& path);

namespace ir {
/// The layout that the file has over these axes, or an error that names the file. Their number and the element type
/// must be the file's, and so must the extents that are given or static.
tensor_ref npy_shape(const std::string& path, const npy_header& header, dtype type, std::span<const bound_axis> bound);

/// Reads the elements into a dense tensor of that layout.
void read_npy_elements(const std::string& path, const npy_header& header, const tensor_ref& to);
} // namespace ir

/// The file as a tensor: `load_npy<float>("q.npy", query, d)`. The file gives the extents that the axes leave open.
template <storable T> tensor<T> load_npy(const std::string& path, std::span<const bound_axis> bound) {
  const npy_header header = read_npy_header(path);
  const tensor_ref shape = ir::npy_shape(path, header, dtype_of<T>, bound);
  tensor<T> t(shape.ax, std::vector<long>(shape.extent, shape.extent + shape.ax.n));
  ir::read_npy_elements(path, header, t.ref());
  return t;
}
template <storable T, class... Bound>
  requires(sizeof...(Bound) <= max_rank && (std::convertible_to<Bound, bound_axis> && ...))
tensor<T> load_npy(const std::string& path, Bound... bound) {
  return load_npy<T>(path, std::span<const bound_axis>(std::array<bound_axis, sizeof...(Bound)>{bound...}));
}
template <storable T> tensor<T> load_npy(const std::string& path, const axes& ax) {
  const std::vector<bound_axis> bound(ax.begin(), ax.end());
  return load_npy<T>(path, std::span<const bound_axis>(bound));
}
} // namespace weft
