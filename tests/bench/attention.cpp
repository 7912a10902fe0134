// SPDX-License-Identifier: BSL-1.0
/// Attention in many variants: rates of useful operations beside the matrix product's, in interleaved rounds.
#include "attention/variant.hpp"
#include "measure.hpp"
#include "memory.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <map>
#include <sstream>

namespace {
using namespace bench;

const std::map<std::string, pass> passes{
    {"fwd", pass::forward}, {"fwdbwd", pass::forward_backward}, {"hvp", pass::hvp}};

std::string text(const shape& s) { return fmt::format("{}x{}x{}x{}", s.batch, s.heads, s.n, s.d); }

shape parsed(const std::string& text) {
  shape s;
  char x1 = 0, x2 = 0, x3 = 0, rest = 0;
  std::istringstream in(text);
  in >> s.batch >> x1 >> s.heads >> x2 >> s.n >> x3 >> s.d;
  if (!in || x1 != 'x' || x2 != 'x' || x3 != 'x' || in >> rest || std::min({s.batch, s.heads, s.n, s.d}) < 1)
    throw CLI::ValidationError("--shapes", text + " is not BATCHxHEADSxNxD");
  return s;
}

struct options {
  bool csv = false, peer = false, blas_tiles = false;
  int threads = 1, rounds = 7;
  std::vector<std::string> shapes, variants, passes;
};

void run_case(const options& o, matrix_product& sgemm, const variant& v, const std::string& pass_name, const shape& s) {
  const pass p = passes.at(pass_name);
  if (!v.prepare(p)) return;
  reset_peak_memory();
  const runnable run = v.prepare(p)(s);
  const rate r = measure(sgemm, o.rounds, v.flop(p, s), 0.02, run);
  const double ms = r.seconds * 1e3, memory = peak_memory();
  if (o.peer) { // peers count half of all pairs as causal
    const double flop = v.flop(p, s) * (v.name == "causal" ? double(s.n) / double(s.n + 1) : 1);
    fmt::print("weft,{},{},{},{},{:.5g},{:.5g},{:.0f}\n", text(s), int(v.name == "causal"), o.threads, pass_name, ms,
               flop / r.seconds * 1e-9, memory);
  } else {
    fmt::print(fmt::runtime(o.csv ? "{},{},{},{},{:.5g},{:.2f},{:.2f},{:.4f},{},{:.0f}\n"
                                  : "{:13} {:6} {:>14} {:2} {:10.3f} {:8.1f} {:8.1f} {:6.3f} {:>10} {:8.0f}\n"),
               v.name, pass_name, text(s), o.threads, ms, r.gflops, r.sgemm_gflops, r.ratio(), weft::blas_core(),
               memory);
  }
  std::fflush(stdout);
}
} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Attention beside the matrix product: useful operations a second over those of sgemm"};
  options o;
  std::vector<variant> all{full(),    causal(),   window(), sliding(),    documents(),   alibi(),
                           softcap(), relative(), t5(),     statistics(), wide_values(), cross_entropy()};
  std::vector<std::string> names;
  for (const variant& v : all) names.push_back(v.name);
  app.add_flag("--csv", o.csv, "machine-readable");
  app.add_flag("--peer", o.peer, "full and causal, in the lines of a table of peers");
  app.add_flag("--blas-tiles", o.blas_tiles, "products of tiles by BLAS instead of weft's kernels");
  app.add_option("--threads", o.threads, "threads of both")->check(CLI::PositiveNumber);
  app.add_option("--rounds", o.rounds, "interleaved rounds")->check(CLI::Range(5, 1000));
  app.add_option("--shapes", o.shapes, "BATCHxHEADSxNxD; of cross_entropy 1xVOCABULARYxTOKENSxWIDTH")->delimiter(',');
  app.add_option("--variant", o.variants, "which, by default all")->delimiter(',')->check(CLI::IsMember(names));
  app.add_option("--pass", o.passes, "fwd, fwdbwd or hvp; by default the first two")
      ->delimiter(',')
      ->check(CLI::IsMember(passes));
  CLI11_PARSE(app, argc, argv);
  if (o.peer) o.variants = {"full", "causal"};
  if (o.variants.empty()) o.variants = names;
  if (o.passes.empty()) o.passes = {"fwd", "fwdbwd"};

  std::vector<shape> shapes;
  try {
    for (const std::string& s : o.shapes) shapes.push_back(parsed(s));
  } catch (const CLI::ParseError& e) { return app.exit(e); }
  weft::set_threads(o.threads);
  weft::use_blas_tiles(o.blas_tiles);
  matrix_product sgemm(o.threads);
  if (o.csv) fmt::print("variant,pass,shape,threads,ms,gflops,sgemm_gflops,ratio,core,peak_mb\n");
  else if (!o.peer)
    fmt::print("variant       pass            shape  T         ms     GF/s    sgemm  ratio       core  peak MB\n");
  for (const std::string& name : o.variants)
    for (const std::string& p : o.passes) {
      const variant& v = *std::find_if(all.begin(), all.end(), [&](const variant& x) { return x.name == name; });
      for (const shape& s : shapes.empty() ? v.usual_shapes : shapes) run_case(o, sgemm, v, p, s);
    }
}
