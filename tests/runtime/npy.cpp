// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE npy
#include "runtime/refused.hpp"

#include <weft/io/npy.hpp>
#include <weft/run/random.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace weft;
namespace {
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 3> d;

/// A file in a folder of its own, gone at the end of the test.
struct scratch_file {
  std::filesystem::path folder;
  std::filesystem::path path;
  scratch_file() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-npy-XXXXXX").string();
    folder = mkdtemp(name.data());
    path = folder / "x.npy";
  }
  ~scratch_file() { std::filesystem::remove_all(folder); }
  void write(std::string_view bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  std::string read() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string error(std::string_view what) const { return "npy: " + path.string() + ": " + std::string(what); }
};

/// A file as NumPy writes it: the dictionary padded so that the elements begin at a multiple of 64.
std::string npy_file(std::string dictionary, std::string_view elements, int version = 1) {
  const std::size_t before = version == 1 ? 10 : 12;
  dictionary.append((64 - (before + dictionary.size() + 1) % 64) % 64, ' ');
  dictionary += '\n';
  std::string s = "\x93NUMPY";
  s += static_cast<char>(version);
  s += '\0';
  for (std::size_t i = 0; i < before - 8; i++) s += static_cast<char>(dictionary.size() >> (8 * i) & 0xff);
  return s + dictionary + std::string(elements);
}

std::string bytes_of(auto... numbers) {
  std::string s;
  ((s.append(reinterpret_cast<const char*>(&numbers), sizeof numbers)), ...);
  return s;
}

template <class T> tensor<T> sample(auto... bound) {
  tensor<T> t(bound...);
  for (long i = 0; i < t.size(); i++) t[i] = static_cast<T>(i % 3);
  return t;
}
} // namespace

BOOST_AUTO_TEST_CASE(files_are_what_numpy_writes) {
  const scratch_file file;
  save_npy(file.path, tensor<float>::from({0, 1, 2, 3, 4, 5}, query(2), d));
  // numpy.save of numpy.arange(6, dtype='<f4').reshape(2, 3), NumPy 1.24.
  const std::string numpy = "\x93NUMPY\x01" + std::string(1, '\0') + "v" + std::string(1, '\0') +
                            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') +
                            "\n" + bytes_of(0.f, 1.f, 2.f, 3.f, 4.f, 5.f);
  BOOST_TEST(numpy.size() == 152u);
  BOOST_TEST(file.read() == numpy);
  save_npy(file.path, tensor<std::int64_t>(7));
  BOOST_TEST(file.read() ==
             npy_file("{'descr': '<i8', 'fortran_order': False, 'shape': (), }", bytes_of(std::int64_t(7))));
  save_npy(file.path, tensor<bool>::from({true, false}, query(2)));
  BOOST_TEST(file.read() ==
             npy_file("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", bytes_of(true, false)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_saved_is_loaded, T,
                              decltype(std::tuple<float, double, std::int32_t, std::int64_t, bool>())) {
  const scratch_file file;
  const auto x = sample<T>(query(4), key(5), d);
  save_npy(file.path, x);
  BOOST_TEST((load_npy<T>(file.path, query, key, d) == x));
  BOOST_TEST((load_npy<T>(file.path, query(4), key, d) == x));
  BOOST_TEST((load_npy<T>(file.path, axes(query, key, d)) == x));
  save_npy(file.path, view(x).permute({d, query, key}).slice(query, 1, 3)); // strides are followed
  BOOST_TEST((load_npy<T>(file.path, d, query, key) == view(x).permute({d, query, key}).slice(query, 1, 3).copy()));
  save_npy(file.path, tensor<T>(T(1)));
  BOOST_TEST((load_npy<T>(file.path) == tensor<T>(T(1))));
  save_npy(file.path, tensor<T>(query(0), d));
  BOOST_TEST((load_npy<T>(file.path, query, d) == tensor<T>(query(0), d)));
}

BOOST_AUTO_TEST_CASE(fortran_order_and_later_versions_are_read) {
  const scratch_file file;
  const auto x = tensor<float>::from({0, 1, 2, 3, 4, 5}, query(2), d);
  for (int version : {1, 2, 3}) {
    file.write(npy_file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
                        bytes_of(0.f, 3.f, 1.f, 4.f, 2.f, 5.f), version));
    BOOST_TEST((load_npy<float>(file.path, query, d) == x));
    file.write(npy_file("{'shape':(2,3),'fortran_order':False,'descr':'<f4'}", bytes_of(0.f, 1.f, 2.f, 3.f, 4.f, 5.f),
                        version));
    BOOST_TEST((load_npy<float>(file.path, query, d) == x));
  }
  file.write(npy_file("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", bytes_of(8.f, 9.f)));
  BOOST_TEST((load_npy<float>(file.path, query) == tensor<float>::from({8, 9}, query(2))));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
  const scratch_file file;
  const auto load = [&](auto... bound) { return refused([&] { load_npy<float>(file.path, bound...); }); };
  save_npy(file.path, sample<float>(query(4), d));
  BOOST_TEST(
      refused([&] { load_npy<double>(file.path, query, d); }) ==
      file.error("holds float32 and was loaded as float64; load it as float32 or convert it with NumPy's astype"));
  BOOST_TEST(load(query) == file.error("has shape (4, 3) and was given the axes [query]; name each axis"));
  BOOST_TEST(load(d, query) == file.error("has shape (4, 3), so axis d would have extent 4 instead of 3"));
  BOOST_TEST(load(query(5), d) == file.error("has shape (4, 3), so axis query would have extent 4 instead of 5"));
  BOOST_TEST(load(query, d(4)) == file.error("has shape (4, 3), so axis d would have extent 3 instead of 4"));
  BOOST_TEST(load(query, query) ==
             "npy: " + file.path.string() + ": axis query is given twice; prime() makes a twin of an axis");
  BOOST_TEST(refused([&] { save_npy(file.path, tensor<float>()); }) ==
             file.error("an unset tensor can't be saved; assign one with a shape first"));
  BOOST_TEST(refused([&] { save_npy(file.folder / "no" / "x.npy", tensor<float>(1)); }) ==
             "npy: " + (file.folder / "no" / "x.npy").string() +
                 ": can't be opened for writing; does the folder exist?");
  BOOST_TEST(refused([&] { load_npy<float>(file.folder / "no.npy"); }) ==
             "npy: " + (file.folder / "no.npy").string() + ": can't be opened for reading; is the path right?");
}

BOOST_AUTO_TEST_CASE(damaged_files_are_refused) {
  const scratch_file file;
  const auto load = [&](std::string_view bytes) {
    file.write(bytes);
    return refused([&] { load_npy<float>(file.path, query); });
  };
  const auto load_head = [&](const std::string& dictionary) { return load(npy_file(dictionary, bytes_of(1.f, 2.f))); };
  BOOST_TEST(load("") == file.error("doesn't begin like a .npy file"));
  BOOST_TEST(load("PK\x03\x04 something else") == file.error("doesn't begin like a .npy file"));
  BOOST_TEST(load(npy_file("{}", "", 9)) == file.error("has format version 9.0; expected 1.0 to 3.0"));
  const std::string good = npy_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", bytes_of(1.f, 2.f));
  BOOST_TEST(load(good) == "not refused");
  BOOST_TEST(load(good.substr(0, 40)) == file.error("ends within its header; it is damaged"));
  BOOST_TEST(load(good.substr(0, good.size() - 3)) == file.error("ends after 5 of 8 bytes of elements; it is cut off"));
  BOOST_TEST(load("\x93NUMPY\x02" + std::string("\0\xff\xff\xff\x7f", 5)) ==
             file.error("the header has 2147483647 bytes; it is damaged"));
  BOOST_TEST(
      load_head("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }") ==
      file.error("elements are '>f4'; expected '<f4', '<f8', '<i4', '<i8' or '|b1'; convert with NumPy's astype"));
  BOOST_TEST(
      load_head("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}") ==
      file.error("elements are [('a'; expected '<f4', '<f8', '<i4', '<i8' or '|b1'; convert with NumPy's astype"));
  const auto text = [](std::string dictionary) {
    dictionary.append((64 - (10 + dictionary.size() + 1) % 64) % 64, ' ');
    return dictionary;
  };
  for (auto [dictionary, message] : {
           std::pair("{'descr': '<f4', 'shape': (2,)}", "the header has no 'fortran_order'; it is damaged: "),
           std::pair("{'descr': '<f4', 'fortran_order' False, 'shape': (2,)}",
                     "the header has no 'fortran_order'; it is damaged: "),
           std::pair("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
                     "fortran_order is neither True nor False; the header is damaged: "),
           std::pair("{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
                     "shape is no tuple; the header is damaged: "),
           std::pair("{'descr': '<f4', 'fortran_order': False, 'shape': (2, x)}",
                     "shape has an odd extent; the header is damaged: "),
           std::pair("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
                     "shape has an odd extent; the header is damaged: "),
           std::pair("{'descr': '<f4', 'fortran_order': False, 'shape': (2,,)}",
                     "shape has an odd extent; the header is damaged: "),
           std::pair("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2,)}",
                     "shape has an odd extent; the header is damaged: "),
       })
    BOOST_TEST(load_head(dictionary) == file.error(message + text(dictionary)));
  BOOST_TEST(load_head("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }") ==
             "npy: " + file.path.string() + ": [query=4611686018427387904] has more elements than memory can hold");
}
