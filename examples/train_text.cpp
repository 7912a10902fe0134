// SPDX-License-Identifier: BSL-1.0
/// Trains a causal attention model on text, one symbol a byte, and shows what its gradients do meanwhile.
#include "support/bad_input.hpp"
#include "support/counted.hpp"
#include "support/csv.hpp"
#include "support/generate.hpp"
#include "support/gnuplot.hpp"
#include "support/output.hpp"
#include "support/progress.hpp"
#include "support/text.hpp"
#include "support/trainer.hpp"
#include "support/windows.hpp"

#include <weft/run/error.hpp>
#include <weft/run/pool.hpp>
#include <weft/train/schedule.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace {

struct options {
  model_options model;
  std::string text, scale = "on", init = "unit", mixing = "attention";
  long steps = 800, reports = 20, threads = 0, sample = 400;
  double rate = 5e-3;
};

/// Ends the program with code 0 after --help, with 2 on what makes no sense.
options parse(int count, char** arguments) {
  options o;
  CLI::App app("Trains a causal attention model on text and shows what its gradients do meanwhile.", "train_text");
  app.option_defaults()->always_capture_default();
  const auto whole = [](long most) { return CLI::Range(1l, most); };
  const CLI::Validator named([](const std::string& s) { return s.empty() ? "no file is named" : ""; }, "FILE");
  app.add_option("--text", o.text, "a text file (default: the headers of Boost.Hana)")->check(named);
  app.add_option("--steps", o.steps, "optimizer steps")->check(whole(10'000'000));
  app.add_option("--batch", o.model.batch, "windows a step")->check(whole(4096));
  app.add_option("--context", o.model.context, "symbols a window")->check(whole(4096));
  app.add_option("--width", o.model.width, "numbers a place")->check(whole(8192));
  app.add_option("--heads", o.model.heads, "attention heads; they divide the width")->check(whole(1024));
  app.add_option("--layers", o.model.layers, "blocks: 1, 2 and 4 are compiled programs, others run interpreted")
      ->check(whole(64));
  app.add_option("--lr", o.rate, "the highest learning rate")->check([](const std::string& s) {
    double x = 0;
    return CLI::detail::lexical_cast(s, x) && std::isfinite(x) && x > 0 ? std::string()
                                                                        : "'" + s + "' is no positive number";
  });
  app.add_option("--seed", o.model.seed, "of all random numbers")->check(CLI::Range(1'000'000'000'000'000'000l));
  app.add_option("--threads", o.threads, "that work (default: as many as the hardware runs)")
      ->check(CLI::Range(1l, 256l))
      ->default_str("");
  app.add_option("--scale", o.scale, "on: scores are divided by sqrt(d)")->check(CLI::IsMember({"on", "off"}));
  app.add_option("--init", o.init, "unit: components of q and k start with unit variance; gpt2: as GPT-2")
      ->check(CLI::IsMember({"unit", "gpt2"}));
  app.add_option("--mixing", o.mixing, "average: plain averaging over the past instead of attention")
      ->check(CLI::IsMember({"attention", "average"}));
  app.add_option("--reports", o.reports, "lines of measurements after that of the first step")->check(whole(100'000));
  app.add_option("--sample", o.sample, "symbols of generated text")->check(CLI::Range(0l, 1'000'000l));
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& e) { std::exit(app.exit(e)); } catch (const CLI::ParseError& e) {
    throw bad_input(e.what());
  }
  if (o.model.width % o.model.heads)
    throw bad_input(fmt::format("--heads {} does not divide --width {}", o.model.heads, o.model.width));
  o.model.scaled = o.scale == "on", o.model.unit = o.init == "unit", o.model.averaging = o.mixing == "average";
  return o;
}

double mean_loss(trainer& model, const std::vector<windows>& batches) {
  double sum = 0;
  for (const windows& w : batches) sum += model.loss(w);
  return sum / static_cast<double>(batches.size());
}

double quantile(std::vector<double> x, double q) {
  const auto at = x.begin() + static_cast<long>(q * static_cast<double>(x.size() - 1));
  std::nth_element(x.begin(), at, x.end());
  return *at;
}

/// What a line reports on: the mean over the steps since the line before it.
struct interval {
  double loss = 0, gradient_norm = 0, seconds = 0;
  long steps = 0;
};
const std::vector<std::string> columns{"step",
                                       "loss",
                                       "validation_loss",
                                       "gradient_norm",
                                       "largest_score",
                                       "entropy",
                                       "query_gradient_median",
                                       "query_gradient_p99",
                                       "tokens_per_second"};
const std::string head =
    fmt::format("{:>7} {:>8} {:>10} {:>9} {:>9} {:>8} {:>22} {:>10}\n{:>36} {:>9} {:>8} {:>11} {:>10}", "step", "loss",
                "validation", "gradient", "largest", "entropy", "gradient of a query", "tokens/s", "norm", "logit", "",
                "median", "99th %");
std::string line(const std::vector<double>& row) {
  return fmt::format("{:>7.0f} {:>8.4f} {:>10.4f} {:>9.3f} {:>9.2f} {:>8.4f} {:>11.2e} {:>10.2e} {:>10.0f}", row[0],
                     row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8]);
}
std::vector<double> measured(trainer& model, const std::vector<windows>& validation, long step, const interval& i,
                             const model_options& o) {
  const observation seen = model.observe(validation[0]);
  const double n = static_cast<double>(i.steps);
  return {static_cast<double>(step),
          i.loss / n,
          mean_loss(model, validation),
          i.gradient_norm / n,
          seen.largest_score,
          seen.entropy,
          quantile(seen.query_gradients, 0.5),
          quantile(seen.query_gradients, 0.99),
          n * static_cast<double>(o.batch * o.context) / i.seconds};
}

/// Trains, with a line after the first step and after each of `reports` equal parts of all steps.
csv train(trainer& model, const text& t, const options& o) {
  const model_options& m = o.model;
  const auto validation = even_windows(t.validation(), m.batch, m.context, 1 << 13);
  const weft::warmup_cosine rate{
      .peak = o.rate, .warmup = std::min(100l, (o.steps + 9) / 10), .steps = o.steps, .least = o.rate / 20};
  csv table{columns, {}};
  interval since;
  double seconds = 0;
  fmt::print("{}\n", head);
  progress shown(o.steps);
  for (long step = 0; step < o.steps; step++) {
    const auto start = std::chrono::steady_clock::now();
    const step_result r = model.step(random_windows(t.train(), m.batch, m.context, m.seed, step), rate(step));
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!std::isfinite(r.loss))
      throw weft::error(fmt::format("the loss is {} at step {}; a lower --lr may help", r.loss, step + 1));
    seconds += took;
    since = {since.loss + r.loss, since.gradient_norm + r.gradient_norm, since.seconds + took, since.steps + 1};
    shown.done(step + 1, fmt::format("loss {:.3f}", r.loss));
    if (step > 0 && (step + 1) * o.reports / o.steps == step * o.reports / o.steps) continue;
    table.rows.push_back(measured(model, validation, step + 1, since, m));
    shown.line(line(table.rows.back()));
    since = {};
  }
  shown.line(fmt::format("{} steps in {:.1f} s, {:.0f} tokens/s", o.steps, seconds,
                         static_cast<double>(o.steps * m.batch * m.context) / seconds));
  return table;
}

std::string figure(const csv& table, double bigram) {
  std::string s = "$run << END\n" + table.text() + "END\n";
  s += "set terminal svg size 1000,700 background 'white'\nset output 'train_text.svg'\nset datafile separator ','\n"
       "set multiplot layout 2,2\nset xlabel 'step'\nset key autotitle columnheader\nset grid\n";
  s += fmt::format("set title 'loss, nats a symbol'\nplot $run using 1:2 with lines title 'training', "
                   "$run using 1:3 with lines title 'validation', {} title 'bigram' dashtype 2\n",
                   bigram);
  s +=
      "set title 'attention'\nplot $run using 1:5 with lines title 'largest score', $run using 1:6 with lines title "
      "'entropy, nats'\n"
      "set logscale y\nset title 'gradient norms'\nplot $run using 1:4 with lines title 'of all parameters', "
      "$run using 1:7 with lines title 'of a query, median', $run using 1:8 with lines title 'of a query, 99th "
      "percentile'\n"
      "unset logscale y\nset title 'speed'\nset yrange [0:*]\nplot $run using 1:9 with lines title 'tokens a second'\n";
  return s + "unset multiplot\n";
}

void check_memory(const model_options& o) {
  const double needed = bytes_needed(o);
  const double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (needed > memory)
    throw bad_input(fmt::format("this model needs about {:.0f} GB, and there are {:.0f}", needed / 1e9, memory / 1e9));
}

int run(options o) {
  model_options& m = o.model;
  if (o.threads) weft::set_threads(static_cast<int>(o.threads));
  const std::string name = o.text.empty() ? "headers of Boost.Hana" : o.text;
  const text t = as_text(o.text.empty() ? boost_hana_headers() : read_text_file(o.text),
                         static_cast<std::size_t>(m.context + 1), name);
  m.symbols = static_cast<long>(t.symbols.size());
  check_memory(m);
  const double bigram = bigram_loss(t);
  fmt::print("{}: {} characters, {} symbols; the last {} validate\n", name, t.all.size(), m.symbols,
             t.validation().size());
  fmt::print("unigram: {:.4f} nats\nbigram: {:.4f} nats\n", unigram_loss(t), bigram);

  trainer model(m);
  fmt::print("{}{} {}: {}, {} {}\n", model.summary(), m.layers, m.layers == 1 ? "layer" : "layers",
             model.compiled() ? "compiled" : "built at run time and interpreted (1, 2 and 4 are compiled)",
             weft::threads(), weft::threads() == 1 ? "thread" : "threads");
  const auto validation = even_windows(t.validation(), m.batch, m.context, 1 << 17);
  const double before = mean_loss(model, validation);
  const csv table = train(model, t, o);
  const double after = mean_loss(model, validation);

  const auto prompt = t.validation().first(static_cast<std::size_t>((m.context + 1) / 2));
  if (o.sample)
    fmt::print("---- generated text ----\n{}\n------------------------\n",
               t.spelled(generate(model, prompt, m, o.sample, 0.8)));
  fmt::print("{}\n", table.write("train_text.csv") ? "wrote train_text.csv" : "train_text.csv can't be written here");
  fmt::print("{}\n", gnuplot(figure(table, bigram))
                         ? "wrote train_text.svg"
                         : "no train_text.svg: gnuplot is not installed, or can't write here");
  fmt::print("validation loss {:.4f} -> {:.4f}\n", before, after);
  return 0;
}
} // namespace

int main(int count, char** arguments) {
  try {
    const int code = run(parse(count, arguments));
    flush_output();
    return code;
  } catch (const bad_input& e) {
    fmt::print(stderr, "train_text: {}\n", e.what());
    return 2;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "train_text: a model of these sizes does not fit into memory\n");
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "train_text: {}\n", e.what());
    return 1;
  }
}
