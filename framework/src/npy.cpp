// SPDX-License-Identifier: BSL-1.0
// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <weft/io/npy.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <filesystem>
#include <fstream>

static_assert(std::endian::native == std::endian::little, "npy files are written and read as they are in memory");

namespace weft {
namespace {
constexpr std::string_view magic = "\x93NUMPY";

constexpr std::string_view descriptor_of(dtype t) {
  return t == dtype::float32   ? "<f4"
         : t == dtype::float64 ? "<f8"
         : t == dtype::int32   ? "<i4"
         : t == dtype::int64   ? "<i8"
                               : "|b1";
}

[[noreturn]] void refuse(const std::string& path, const auto&... pieces) {
  throw error("npy: ", path, ": ", pieces...);
}

/// The text of a header, `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, and what it is read from.
struct header_text {
  const std::string& path;
  std::string_view text;

  /// What follows `'key':`, without leading spaces.
  std::string_view value(std::string_view key) const {
    const std::string quoted = "'" + std::string(key) + "'";
    std::size_t at = text.find(quoted);
    if (at != text.npos) at = text.find_first_not_of(' ', at + quoted.size());
    if (at != text.npos && text[at] == ':') at = text.find_first_not_of(' ', at + 1);
    else at = text.npos;
    if (at == text.npos) refuse(path, "the header has no ", quoted, "; it is damaged: ", text);
    return text.substr(at);
  }

  dtype type() const {
    const std::string_view v = value("descr");
    const std::size_t end = v.size() > 1 && v[0] == '\'' ? v.find('\'', 1) : v.npos;
    if (end != v.npos)
      for (dtype t : {dtype::float32, dtype::float64, dtype::int32, dtype::int64, dtype::boolean})
        if (v.substr(1, end - 1) == descriptor_of(t)) return t;
    refuse(path, "elements are ", v.substr(0, end == v.npos ? v.find(',') : end + 1),
           "; expected '<f4', '<f8', '<i4', '<i8' or '|b1'; convert with NumPy's astype");
  }

  bool fortran_order() const {
    const std::string_view v = value("fortran_order");
    if (v.starts_with("True")) return true;
    if (v.starts_with("False")) return false;
    refuse(path, "fortran_order is neither True nor False; the header is damaged: ", text);
  }

  std::vector<long> shape() const {
    std::string_view v = value("shape");
    std::vector<long> extents;
    const std::size_t end = v.find(')');
    if (!v.starts_with("(") || end == v.npos) refuse(path, "shape is no tuple; the header is damaged: ", text);
    v = v.substr(1, end - 1);
    const auto skip_spaces = [&] { v.remove_prefix(std::min(v.find_first_not_of(' '), v.size())); };
    for (skip_spaces(); !v.empty(); skip_spaces()) {
      long n = 0;
      const auto [rest, failure] = std::from_chars(v.data(), v.data() + v.size(), n);
      v.remove_prefix(static_cast<std::size_t>(rest - v.data()));
      skip_spaces();
      if (failure != std::errc{} || n < 0 || !(v.empty() || v.front() == ','))
        refuse(path, "shape has an odd extent; the header is damaged: ", text);
      extents.push_back(n);
      if (!v.empty()) v.remove_prefix(1);
    }
    return extents;
  }
};

std::string shape_text(const std::vector<long>& shape) {
  std::string s = "(";
  for (long n : shape) s += (s.size() > 1 ? ", " : "") + std::to_string(n);
  return s + ")";
}

std::ifstream opened(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "can't be opened for reading; is the path right?");
  return file;
}
} // namespace

void save_npy(const std::string& path, const tensor_ref& t) {
  if (t.unset()) refuse(path, "an unset tensor can't be saved; assign one with a shape first");
  if (!t.contiguous()) return with_type(t.type, [&]<class T>(T) { save_npy(path, tensor<T>::copy_of(t).ref()); });

  std::string head = "{'descr': '" + std::string(descriptor_of(t.type)) + "', 'fortran_order': False, 'shape': (";
  for (int i = 0; i < t.ax.n; i++)
    head += std::to_string(t.extent[i]) + (t.ax.n == 1 ? "," : i + 1 < t.ax.n ? ", " : "");
  head += "), }";
  constexpr std::size_t before = magic.size() + 4; // the version and the length come first
  head.append((64 - (before + head.size() + 1) % 64) % 64, ' ');
  head += '\n';

  std::ofstream file(path, std::ios::binary);
  if (!file) refuse(path, "can't be opened for writing; does the folder exist?");
  const auto length = static_cast<unsigned>(head.size());
  file << magic << '\1' << '\0' << static_cast<char>(length & 0xff) << static_cast<char>(length >> 8) << head;
  file.write(static_cast<const char*>(t.data),
             static_cast<std::streamsize>(t.size()) * static_cast<std::streamsize>(size_of(t.type)));
  if (!file.flush()) refuse(path, "writing ", t.size(), " elements failed; is there room on the disk?");
}

npy_header read_npy_header(const std::string& path) {
  std::ifstream file = opened(path);
  unsigned char start[12]{};
  file.read(reinterpret_cast<char*>(start), 8);
  if (!file || std::string_view(reinterpret_cast<char*>(start), magic.size()) != magic)
    refuse(path, "doesn't begin like a .npy file");
  const int version = start[6];
  if (version < 1 || version > 3)
    refuse(path, "has format version ", version, ".", int(start[7]), "; expected 1.0 to 3.0");
  const int width = version == 1 ? 2 : 4;
  file.read(reinterpret_cast<char*>(start + 8), width);
  std::size_t length = 0;
  for (int i = width - 1; i >= 0; i--) length = length << 8 | start[8 + i];
  constexpr std::size_t longest = 1 << 20;
  if (!file || length > longest) refuse(path, "the header has ", length, " bytes; it is damaged");
  std::string text(length, ' ');
  file.read(text.data(), static_cast<std::streamsize>(length));
  if (!file) refuse(path, "ends within its header; it is damaged");
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const header_text head{path, text};
  return {head.type(), head.fortran_order(), head.shape(), 8 + static_cast<std::size_t>(width) + length};
}

namespace ir {
tensor_ref npy_shape(const std::string& path, const npy_header& header, dtype type, std::span<const bound_axis> bound) {
  if (header.type != type)
    refuse(path, "holds ", name_of(header.type), " and was loaded as ", name_of(type), "; load it as ",
           name_of(header.type), " or convert it with NumPy's astype");
  if (header.shape.size() != bound.size()) {
    std::string names;
    for (bound_axis b : bound) names += (names.empty() ? "" : ", ") + std::string(b.axis->name);
    refuse(path, "has shape ", shape_text(header.shape), " and was given the axes [", names, "]; name each axis");
  }
  std::vector<bound_axis> from_file;
  for (std::size_t i = 0; i < bound.size(); i++) {
    const auto [a, expected] = bound[i];
    for (long e : {expected, a->extent})
      if (e != unbound && e != header.shape[i])
        refuse(path, "has shape ", shape_text(header.shape), ", so axis ", a->name, " would have extent ",
               header.shape[i], " instead of ", e);
    from_file.emplace_back(a, header.shape[i]);
  }
  const tensor_ref t = layout::row_major("npy: " + path, type, from_file);
  const std::size_t needed = static_cast<std::size_t>(t.size()) * size_of(type);
  std::error_code failed;
  const std::size_t size = std::filesystem::file_size(path, failed), present = size - header.data_begin;
  if (failed) refuse(path, "has no size (", failed.message(), "); give a file that stays as it is");
  if (present < needed) refuse(path, "ends after ", present, " of ", needed, " bytes of elements; it is cut off");
  return t;
}

void read_npy_elements(const std::string& path, const npy_header& header, const tensor_ref& to) {
  if (header.fortran_order && to.ax.n > 1) {
    // Fortran's order is the row-major order of the axes turned round.
    axes turned;
    for (int i = to.ax.n - 1; i >= 0; i--) turned.add(to.ax[i]);
    tensor_ref in_file = layout::dense(layout::permute(to, turned));
    with_type(to.type, [&]<class T>(T) {
      std::vector<long> extents(in_file.extent, in_file.extent + in_file.ax.n);
      tensor<T> t(turned, extents);
      read_npy_elements(path, {header.type, false, extents, header.data_begin}, t.ref());
      copy_to(t.ref(), to);
    });
    return;
  }
  std::ifstream file = opened(path);
  file.seekg(static_cast<std::streamoff>(header.data_begin));
  const auto bytes = static_cast<std::streamsize>(to.size()) * static_cast<std::streamsize>(size_of(to.type));
  file.read(static_cast<char*>(to.data), bytes);
  if (!file) refuse(path, "reading ", bytes, " bytes of elements failed");
  if (auto* p = static_cast<unsigned char*>(to.data); to.type == dtype::boolean)
    std::transform(p, p + bytes, p, [](unsigned char byte) { return byte != 0; });
}
} // namespace ir
} // namespace weft
