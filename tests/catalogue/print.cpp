// SPDX-License-Identifier: BSL-1.0
/// print SOURCE_DIR: the catalogue of all primitive ops, docs/ops.md, made from the listing and from the ops' own
/// comments. print SOURCE_DIR --check: whether docs/ops.md is that.
#include <weft/ops/all.hpp>

#include <boost/hana/for_each.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {
using namespace weft;
namespace fs = std::filesystem;

/// What the headers say of structs and of functions: the `///` lines right above them, put together.
struct description {
  std::string file, text, declaration;
};
struct headers {
  std::map<std::string, description> structs;
  std::set<std::string> made; ///< whose code is declared to be the library's
  std::multimap<std::string, description> functions;
  explicit headers(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) read(entry.path());
  }
  void read(const fs::path& header) {
    std::ifstream in(header);
    std::string comment;
    long internal = 0; ///< braces that are open, of namespace ir
    for (std::string line; std::getline(in, line);) {
      const std::string declares = "extern template struct weft::ir::of<weft::";
      if (line.rfind(declares, 0) == 0) made.insert(line.substr(declares.size(), line.find('>') - declares.size()));
      if (internal || line == "namespace ir {")
        internal += std::count(line.begin(), line.end(), '{') - std::count(line.begin(), line.end(), '}');
      if (line.rfind("/// ", 0) == 0) {
        comment += (comment.empty() ? "" : " ") + line.substr(4);
        continue;
      }
      if (line.rfind("struct ", 0) == 0)
        structs[line.substr(7, line.find_first_of(" :{", 7) - 7)] = {header.filename().string(), comment, ""};
      else if (!comment.empty() && !internal) {
        if (std::string more; line.starts_with("template <") && line.ends_with(">") && std::getline(in, more))
          line += " " + more;
        read_function(in, line, header, comment);
      }
      comment.clear();
    }
  }
  void read_function(std::istream& in, std::string line, const fs::path& header, const std::string& comment) {
    for (const std::string start : {"constexpr expr ", "constexpr sorted<expr> "})
      if (const auto at = line.find(start); at == 0 || (at != line.npos && line.rfind("template <", 0) == 0)) {
        for (std::string more; line.find(" {") == line.npos && std::getline(in, more);)
          line += " " + more.substr(more.find_first_not_of(' '));
        const auto name = at + start.size();
        if (line.find("::") < line.find('(')) return; // a member
        functions.insert({line.substr(name, line.find('(', name) - name),
                          {header.filename().string(), comment, line.substr(name, line.rfind(" {") - name)}});
      }
  }
};

std::string name_of(ir::form how) {
  switch (how) {
  case ir::form::map: return "elementwise";
  case ir::form::reduce: return "reduction";
  case ir::form::contract: return "product";
  case ir::form::view: return "view";
  case ir::form::general: return "general";
  default: return "leaf";
  }
}
std::string name_of(ir::kinds rule) {
  switch (rule) {
  case ir::kinds::same: return "numbers -> the same";
  case ir::kinds::reals: return "reals -> real";
  case ir::kinds::compare: return "numbers or two booleans -> boolean";
  case ir::kinds::logic: return "booleans -> boolean";
  case ir::kinds::select: return "boolean, two of a kind -> that kind";
  case ir::kinds::integers: return "integers -> integer";
  case ir::kinds::count: return "boolean -> integer";
  case ir::kinds::measure: return "integer -> real";
  case ir::kinds::ranks: return "numbers -> integer";
  default: return "any -> the first one's";
  }
}
std::string traits_of(unsigned traits) {
  constexpr std::pair<unsigned, const char*> names[]{{ir::trait::linear, "linear"},
                                                     {ir::trait::exponential, "exponential"},
                                                     {ir::trait::log_sum_exp, "log-sum-exp"},
                                                     {ir::trait::guard, "guard"},
                                                     {ir::trait::addition, "addition"},
                                                     {ir::trait::subtraction, "subtraction"},
                                                     {ir::trait::negation, "negation"},
                                                     {ir::trait::product, "product"},
                                                     {ir::trait::quotient, "quotient"},
                                                     {ir::trait::selection, "selection"},
                                                     {ir::trait::sum, "sum"},
                                                     {ir::trait::maximum, "maximum"},
                                                     {ir::trait::identity, "identity"},
                                                     {ir::trait::never_shared, "never shared"},
                                                     {ir::trait::keeps_axes, "keeps axes"},
                                                     {ir::trait::gathering, "gathering"},
                                                     {ir::trait::scattering, "scattering"},
                                                     {ir::trait::regroups, "regroups"},
                                                     {ir::trait::part, "part"},
                                                     {ir::trait::along, "along"},
                                                     {ir::trait::renaming, "renaming"},
                                                     {ir::trait::merging, "merging"},
                                                     {ir::trait::joining, "joining"},
                                                     {ir::trait::padding, "padding"}};
  std::string s;
  for (auto [bit, name] : names)
    if (traits & bit) s += fmt::format("{}{}", s.empty() ? "" : ", ", name), traits &= ~bit;
  return traits ? "(a trait without a name)" : s;
}
template <class Op> std::string derivative_of() {
  using rules = ir::of<Op>;
  if (rules::has_transpose) return "transpose";
  if (rules::has_partials) return "partials";
  if (rules::has_vjp && rules::has_jvp) return "vjp, jvp";
  return rules::has_vjp ? "vjp" : rules::has_jvp ? "jvp" : "none";
}
std::string catalogue(const fs::path& source) {
  const headers described(source / "ops/include/weft/ops");
  std::string table, said;
  int count = 0;
  boost::hana::for_each(ops::all, [&](auto op) {
    using Op = decltype(op);
    const ir::op_def& d = *ir::op<Op>;
    const std::string name(d.name);
    table += fmt::format("| [`{0}`](#{0}) | {1} | {2} | {3} | {4} | {5} | {6} |\n", name,
                         d.arity < 0 ? "any" : std::to_string(d.arity), name_of(d.how), name_of(d.rule),
                         traits_of(d.traits), derivative_of<Op>(), ir::form::view == d.how ? 0 : d.flops);
    const auto found = described.structs.find(name + "_op");
    const bool known = found != described.structs.end() && !found->second.text.empty();
    const bool made = described.made.count(name + "_op");
    said += fmt::format("### {}\n\n{}\n\n`<weft/ops/{}>`\n\n", name,
                        !known ? "(not described)"
                        : made ? found->second.text
                               : "(no `extern template` line)",
                        found != described.structs.end() ? found->second.file : "?");
    count++;
  });
  std::string functions;
  for (const auto& [name, f] : described.functions) functions += fmt::format("- `{}`  \n  {}\n", f.declaration, f.text);
  return fmt::format(R"(# The primitive ops

<!-- Printed from the listing weft::ops::all; don't edit. After a change:
     cmake --build build/release --target weft_catalogue && build/release/tests/catalogue/print . > docs/ops.md -->

These {} ops, with the few nodes that a graph itself needs (numbers, `index(axis)`, `extent(axis)`, conversions, `broadcast`), are
all that the library differentiates, fuses and runs; composites (`softmax`, `layer_norm`, `gelu`, ...) are plain functions of
them, listed at the end. *Derivative* says how the op's file states it, once: `partials` (both modes follow),
`transpose` (linear: the adjoint, and its own tangent), or `vjp` and `jvp` where neither form fits. *FLOPs* are counted for an
element of the result; of the operand for reductions and general ops; a product counts 2 for each multiplication. The names are
those that graphs print; in programs `add`, `less`, `logical_and` and the like are the operators `+`, `<`, `&&`, and `maximum` and
`minimum` are `max(a, b)` and `min(a, b)`.

| op | operands | how it is computed | kinds | traits that passes may use | derivative | FLOPs |
| --- | --- | --- | --- | --- | --- | --- |
{}
{}## Functions of them

{})",
                     count, table, said, functions);
}
} // namespace

int main(int count, char** argument) {
  if (count < 2) return 2;
  const fs::path source = argument[1];
  const std::string text = catalogue(source);
  if (count < 3) {
    fmt::print("{}", text);
    return 0;
  }
  std::ostringstream there;
  there << std::ifstream(source / "docs/ops.md").rdbuf();
  const bool undescribed = text.find("(not described)") != std::string::npos;
  const bool remade = text.find("(no `extern template` line)") != std::string::npos;
  if (undescribed) fmt::print("an op has no comment above its struct\n");
  const bool unnamed = text.find("(a trait without a name)") != std::string::npos;
  if (unnamed) fmt::print("an op has a trait that traits_of does not name\n");
  if (remade) fmt::print("an op's header lacks the line `extern template struct weft::ir::of<weft::..._op>;`\n");
  if (there.str() != text) fmt::print("docs/ops.md is stale: build/PRESET/tests/catalogue/print . > docs/ops.md\n");
  return there.str() != text || undescribed || remade || unnamed;
}
