// SPDX-License-Identifier: BSL-1.0
#include "support/text.hpp"

#include "support/bad_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace fs = std::filesystem;

std::string text::spelled(std::span<const std::int32_t> ids) const {
  std::string s;
  for (std::int32_t i : ids) s += symbols[static_cast<std::size_t>(i)];
  return s;
}

text as_text(const std::string& bytes, std::size_t least, const std::string& name) {
  text t;
  t.train_size = bytes.size() - bytes.size() / 10;
  if (std::min(t.train_size, bytes.size() - t.train_size) < least)
    throw bad_input(fmt::format("{}: {} characters are too few: the last tenth, which validates, must hold {}", name,
                                bytes.size(), least));
  std::array<bool, 256> occurs{};
  for (char c : bytes) occurs[static_cast<unsigned char>(c)] = true;
  std::array<std::int32_t, 256> number{};
  for (std::size_t c = 0; c < 256; c++)
    if (occurs[c]) number[c] = static_cast<std::int32_t>(t.symbols.size()), t.symbols += static_cast<char>(c);
  if (t.symbols.size() < 2) throw bad_input(fmt::format("{}: holds one symbol alone, there is nothing to learn", name));
  t.all.reserve(bytes.size());
  for (char c : bytes) t.all.push_back(number[static_cast<unsigned char>(c)]);
  return t;
}

namespace {
std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  if (!in || (out << in.rdbuf()).bad()) throw bad_input(fmt::format("{}: can't be read", path.string()));
  return std::move(out).str();
}
bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 32 && c != '\t' && c != '\n' && c != '\v' && c != '\f' && c != '\r') || u == 127;
}
} // namespace

std::string read_text_file(const std::string& path) {
  std::error_code wrong;
  const fs::file_status s = fs::status(path, wrong);
  if (s.type() == fs::file_type::none) throw bad_input(fmt::format("{}: {}", path, wrong.message()));
  if (!fs::exists(s)) throw bad_input(fmt::format("{}: no such file", path));
  if (fs::is_character_file(s) || fs::is_block_file(s))
    throw bad_input(fmt::format("{}: is a device, not a text file", path));
  if (fs::is_directory(s)) throw bad_input(fmt::format("{}: is a folder, not a text file", path));
  std::string bytes = read(path);
  if (bytes.empty()) throw bad_input(fmt::format("{}: is empty", path));
  const auto odd = std::find_if(bytes.begin(), bytes.end(), is_control);
  if (odd != bytes.end())
    throw bad_input(fmt::format("{}: is not text (byte {:#04x} at offset {})", path, static_cast<unsigned char>(*odd),
                                odd - bytes.begin()));
  return bytes;
}

std::string boost_hana_headers() {
  std::vector<fs::path> roots;
  for (const char* variable : {"CPLUS_INCLUDE_PATH", "CPATH"})
    if (const char* list = std::getenv(variable)) {
      std::istringstream entries(list);
      for (std::string entry; std::getline(entries, entry, ':');)
        if (!entry.empty()) roots.emplace_back(entry);
    }
  for (const char* usual : {"/usr/include", "/usr/local/include", "/opt/homebrew/include", "/opt/local/include"})
    roots.emplace_back(usual);
  std::error_code ignored;
  for (const fs::path& root : roots) {
    const fs::path folder = root / "boost" / "hana";
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator i(folder, ignored), end; i != end; i.increment(ignored))
      if (i->path().extension() == ".hpp" && i->is_regular_file(ignored)) files.push_back(i->path());
    std::sort(files.begin(), files.end(),
              [](const fs::path& a, const fs::path& b) { return a.generic_string() < b.generic_string(); });
    std::string all;
    for (const fs::path& f : files) all += read(f);
    if (!all.empty()) return all;
  }
  throw bad_input(
      "the headers of Boost.Hana, the default text, are not where headers usually are; give a text with --text FILE");
}
