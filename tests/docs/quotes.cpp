// SPDX-License-Identifier: BSL-1.0
/// quotes SOURCE_DIR BINARY_DIR: what README.md and docs/ quote is there. A block of code comes after `<!-- from FILE
/// -->` and stands in that file; a block of output comes after `<!-- printed by PROGRAM -->` and is part of what that
/// program prints (numbers with a point may differ a little between processors). `// ...` and `...` leave lines out.
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {
namespace fs = std::filesystem;
using lines = std::vector<std::string>;

/// Without spaces at either end, and one where there are several.
std::string squeezed(const std::string& s) {
  std::string r;
  for (char c : s)
    if (!std::isspace(static_cast<unsigned char>(c))) r += c;
    else if (!r.empty() && r.back() != ' ') r += ' ';
  if (!r.empty() && r.back() == ' ') r.pop_back();
  return r;
}
lines lines_of(const fs::path& file) {
  std::ifstream in(file);
  lines all;
  for (std::string s; std::getline(in, s);) all.push_back(s);
  return all;
}
lines printed_by(const fs::path& program) {
  lines all(1);
  FILE* pipe = popen(("'" + program.string() + "' 2>&1").c_str(), "r");
  for (int c; pipe && (c = std::fgetc(pipe)) != EOF;)
    if (c == '\n') all.emplace_back();
    else all.back() += static_cast<char>(c);
  if (pipe && pclose(pipe) != 0) all.clear();
  return all;
}
/// Equal but for spaces, and for numbers with a point, which may differ by some percent.
bool alike(const std::string& quoted, const std::string& there) {
  std::size_t i = 0, j = 0;
  const auto blank = [](const std::string& s, std::size_t& k) {
    while (k < s.size() && std::isspace(static_cast<unsigned char>(s[k]))) k++;
  };
  const auto number = [](const std::string& s, std::size_t k, double& value) {
    char* end = nullptr;
    value = std::strtod(s.c_str() + k, &end);
    const std::string text(s.c_str() + k, static_cast<const char*>(end));
    return text.find('.') == std::string::npos ? 0 : text.size();
  };
  for (blank(quoted, i), blank(there, j); i < quoted.size() && j < there.size(); blank(quoted, i), blank(there, j)) {
    double a = 0, b = 0;
    const std::size_t m = number(quoted, i, a), n = number(there, j, b);
    if (m && n) {
      if (!(std::abs(a - b) <= 0.05 * std::abs(b) + 0.02)) return false;
      i += m, j += n;
    } else if (quoted[i++] != there[j++]) return false;
  }
  return i >= quoted.size() && j >= there.size();
}
/// BLAS's kernels are the machine's.
std::string neutral(std::string s) {
  if (const auto from = s.find("OpenBLAS ("); from != std::string::npos) s.erase(from + 8);
  return s;
}
/// Whether the parts of a block, between the marks of what is left out, occur in this order, each as it stands.
bool found(const lines& block, const lines& file, bool output) {
  std::size_t from = 0;
  lines part;
  const auto same = [&](const std::string& a, const std::string& b) {
    return output ? alike(neutral(a), neutral(b)) : squeezed(a) == squeezed(b);
  };
  const auto find = [&] {
    for (std::size_t at = from; at + part.size() <= file.size(); at++) {
      std::size_t k = 0;
      while (k < part.size() && same(part[k], file[at + k])) k++;
      if (k == part.size()) {
        from = at + k, part.clear();
        return true;
      }
    }
    return false;
  };
  for (const std::string& s : block) {
    if (squeezed(s) != "// ..." && squeezed(s) != "...") part.push_back(s);
    else if (!find()) return false;
  }
  return find();
}

struct page_checker {
  fs::path source, binary;
  std::map<std::string, lines> cache;
  int blocks = 0, wrong = 0;

  const lines& from(const std::string& name, bool output) {
    auto [place, fresh] = cache.try_emplace((output ? "> " : "") + name);
    if (fresh) place->second = output ? printed_by(binary / name) : lines_of(source / name);
    return place->second;
  }
  void check(const fs::path& page) {
    const lines text = lines_of(page);
    std::string mark;
    for (std::size_t i = 0; i < text.size(); i++) {
      const std::string s = squeezed(text[i]);
      if (s.rfind("<!-- ", 0) == 0) mark = s;
      if (s.rfind("```", 0) != 0) {
        if (!s.empty() && s.rfind("<!--", 0) != 0) mark.clear();
        continue;
      }
      const std::string language = s.substr(3);
      const std::size_t start = i + 1;
      lines block;
      while (++i < text.size() && squeezed(text[i]).rfind("```", 0) != 0) block.push_back(text[i]);
      const auto say = [&](const std::string& what) {
        std::printf("%s:%zu: %s\n", fs::relative(page, source).c_str(), start, what.c_str());
        wrong++;
      };
      const bool output = mark.rfind("<!-- printed by ", 0) == 0;
      if (mark.rfind("<!-- from ", 0) == 0 || output) {
        const std::size_t skip = output ? 16 : 10;
        const std::string name = mark.substr(skip, mark.find(" -->") - skip);
        blocks++;
        if (!found(block, from(name, output), output)) say((output ? "not printed by " : "not in ") + name);
      } else if (language == "cpp") say("code that comes from no file: name one, <!-- from FILE -->");
      mark.clear();
    }
  }
};
} // namespace

int main(int count, char** argument) {
  if (count != 3) return 2;
  page_checker c{argument[1], argument[2], {}};
  c.check(c.source / "README.md");
  for (const auto& entry : fs::recursive_directory_iterator(c.source / "docs"))
    if (entry.path().extension() == ".md") c.check(entry.path());
  std::printf("%d quotations, %d of them wrong\n", c.blocks, c.wrong);
  return c.wrong != 0 || c.blocks == 0;
}
