// SPDX-License-Identifier: BSL-1.0
/// Trains a causal attention model on text, one symbol a byte, and shows what its gradients do meanwhile.
#include "support/bad_input.hpp"
#include "support/counted.hpp"
#include "support/csv.hpp"
#include "support/gnuplot.hpp"
#include "support/progress.hpp"
#include "support/text.hpp"
#include "support/trainer.hpp"

#include <weft/run/error.hpp>
#include <weft/run/pool.hpp>
#include <weft/run/random.hpp>
#include <weft/train/schedule.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace {

struct options {
  model_options model;
  std::string text, scale = "on", init = "unit", mixing = "attention";
  long steps = 1000, reports = 20, threads = 0, sample = 400;
  double rate = 5e-3;
};

/// Ends the program with code 0 after --help, with 2 on what makes no sense.
options parse(int count, char** arguments) {
  options o;
  CLI::App app("Trains a causal attention model on text and shows what its gradients do meanwhile.", "train_text");
  app.option_defaults()->always_capture_default();
  const auto whole = [](long most) { return CLI::Range(1l, most); };
  app.add_option("--text", o.text, "a text file (default: the headers of Boost.Hana)");
  app.add_option("--steps", o.steps, "optimizer steps")->check(whole(10'000'000));
  app.add_option("--batch", o.model.batch, "windows a step")->check(whole(4096));
  app.add_option("--context", o.model.context, "symbols a window")->check(whole(4096));
  app.add_option("--width", o.model.width, "numbers a place")->check(whole(8192));
  app.add_option("--heads", o.model.heads, "attention heads; they divide the width")->check(whole(1024));
  app.add_option("--layers", o.model.layers, "blocks: 1, 2 and 4 are compiled programs, others run interpreted")->check(whole(64));
  app.add_option("--lr", o.rate, "the highest learning rate")->check([](const std::string& s) {
    double x = 0;
    return CLI::detail::lexical_cast(s, x) && std::isfinite(x) && x > 0 ? std::string() : "'" + s + "' is no positive number";
  });
  app.add_option("--seed", o.model.seed, "of all random numbers");
  app.add_option("--threads", o.threads, "0: as many as the hardware runs")->check(CLI::Range(0l, 256l));
  app.add_option("--scale", o.scale, "on: scores are divided by sqrt(d)")->check(CLI::IsMember({"on", "off"}));
  app.add_option("--init", o.init, "unit: components of q and k start with unit variance; gpt2: as GPT-2")->check(CLI::IsMember({"unit", "gpt2"}));
  app.add_option("--mixing", o.mixing, "average: plain averaging over the past instead of attention")->check(CLI::IsMember({"attention", "average"}));
  app.add_option("--reports", o.reports, "lines of measurements")->check(whole(100'000));
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

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Windows drawn at random from the training stretch, the same for a seed and a step.
windows drawn(const text& t, const options& o, long step) {
  std::vector<long> places;
  const auto choices = t.train_size - static_cast<std::size_t>(o.model.context);
  for (long i = 0; i < o.model.batch; i++)
    places.push_back(static_cast<long>(weft::integer_at(o.model.seed, static_cast<std::uint64_t>(step * o.model.batch + i), choices)));
  return windows_at(t.train(), places, o.model.context);
}

/// Batches that cover the validation stretch evenly, of about so many symbols in all.
std::vector<windows> validation_batches(const text& t, const options& o, long symbols) {
  const long context = o.model.context, last = static_cast<long>(t.validation().size()) - context - 1;
  const long most = std::max(1l, (last / context + 1) / o.model.batch), wanted = std::max(1l, symbols / (context * o.model.batch));
  const long count = std::min(most, wanted) * o.model.batch;
  std::vector<windows> batches;
  std::vector<long> places;
  for (long i = 0; i < count; i++) {
    places.push_back(count > 1 ? i * last / (count - 1) : 0);
    if (static_cast<long>(places.size()) < o.model.batch) continue;
    batches.push_back(windows_at(t.validation(), places, context));
    places.clear();
  }
  return batches;
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

/// Goes on after the first half window of the validation text, one symbol at a time.
std::string generated(trainer& model, const text& t, const options& o) {
  const auto context = static_cast<std::size_t>(o.model.context), prompt = (context + 1) / 2;
  std::vector<std::int32_t> ids(t.validation().begin(), t.validation().begin() + static_cast<long>(prompt));
  for (long i = 0; i < o.sample; i++) {
    const std::size_t known = std::min(ids.size(), context);
    std::vector<std::int32_t> window(ids.end() - static_cast<long>(known), ids.end());
    window.resize(context);
    const std::vector<float> logits = model.predict(window);
    const float* of_next = logits.data() + (known - 1) * t.symbols.size();
    std::vector<double> up_to;
    for (std::size_t s = 0; s < t.symbols.size(); s++) up_to.push_back((s ? up_to.back() : 0) + std::exp(static_cast<double>(of_next[s]) / 0.8));
    const double u = weft::uniform_at(o.model.seed + 1, static_cast<std::uint64_t>(i)) * up_to.back();
    ids.push_back(static_cast<std::int32_t>(std::upper_bound(up_to.begin(), up_to.end() - 1, u) - up_to.begin()));
  }
  return t.spelled(std::span(ids).subspan(prompt));
}

std::string figure(const csv& table, double bigram) {
  std::string s = "$run << END\n" + table.text() + "END\n";
  s += "set terminal svg size 1000,700 background 'white'\nset output 'train_text.svg'\nset datafile separator ','\n"
       "set multiplot layout 2,2\nset xlabel 'step'\nset key autotitle columnheader\nset grid\n";
  s += fmt::format("set title 'loss, nats a symbol'\nplot $run using 1:2 with lines title 'training', $run using 1:3 with lines title 'validation', "
                   "{} title 'bigram' dashtype 2\n", bigram);
  s += "set title 'attention'\nplot $run using 1:5 with lines title 'largest score', $run using 1:6 with lines title 'entropy, nats'\n"
       "set logscale y\nset title 'gradient norms'\nplot $run using 1:4 with lines title 'of all parameters', "
       "$run using 1:7 with lines title 'of a query, median', $run using 1:8 with lines title 'of a query, 99th percentile'\n"
       "unset logscale y\nset title 'speed'\nset yrange [0:*]\nplot $run using 1:9 with lines title 'symbols a second'\n";
  return s + "unset multiplot\n";
}

int run(const options& o) {
  if (o.threads) weft::set_threads(static_cast<int>(o.threads));
  const std::string name = o.text.empty() ? "headers of Boost.Hana" : o.text;
  const text t = as_text(o.text.empty() ? boost_hana_headers() : read_text_file(o.text), static_cast<std::size_t>(o.model.context + 1), name);
  fmt::print("{}: {} characters, {} symbols; the last {} validate\n", name, t.all.size(), t.symbols.size(), t.validation().size());
  const double bigram = bigram_loss(t);
  fmt::print("unigram: {:.4f} nats\nbigram: {:.4f} nats\n", unigram_loss(t), bigram);

  model_options shape = o.model;
  shape.symbols = static_cast<long>(t.symbols.size());
  const double needed = bytes_needed(shape), memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  if (needed > memory) throw bad_input(fmt::format("this model needs about {:.0f} GB, and there are {:.0f}", needed / 1e9, memory / 1e9));
  trainer model(shape);
  fmt::print("{}{} layers: {}, {} threads\n", model.summary(), shape.layers,
             model.compiled() ? "compiled" : "built at run time and interpreted (1, 2 and 4 are compiled)", weft::threads());

  const auto all_validation = validation_batches(t, o, 1 << 17), some_validation = validation_batches(t, o, 1 << 13);
  const double before = mean_loss(model, all_validation);
  const weft::warmup_cosine rate{.peak = o.rate, .warmup = std::min(100l, (o.steps + 9) / 10), .steps = o.steps, .least = o.rate / 20};
  csv table{{"step", "loss", "validation_loss", "gradient_norm", "largest_score", "entropy", "query_gradient_median", "query_gradient_p99", "symbols_a_second"}, {}};
  const std::string head = fmt::format("{:>7} {:>8} {:>10} {:>9} {:>9} {:>8} {:>22} {:>10}", "step", "loss", "validation", "gradient", "largest",
                                       "entropy", "gradient of a query", "tokens/s");
  fmt::print("{}\n{:>36} {:>9} {:>8} {:>11} {:>10}\n", head, "norm", "logit", "", "median", "99th %");
  progress shown(o.steps);
  double training = 0, losses = 0, norms = 0, interval = 0;
  long since = 0;
  for (long step = 0; step < o.steps; step++) {
    const auto start = std::chrono::steady_clock::now();
    const step_result r = model.step(drawn(t, o, step), rate(step));
    const double took = seconds_since(start);
    training += took, interval += took, losses += r.loss, norms += r.gradient_norm, since++;
    shown.done(step + 1, fmt::format("loss {:.3f}", r.loss));
    if (!std::isfinite(r.loss)) throw weft::error(fmt::format("the loss is {} at step {}; a lower --lr may help", r.loss, step + 1));
    if ((step + 1) * o.reports / o.steps == step * o.reports / o.steps && step != 0) continue;
    const observation seen = model.observe(some_validation[0]);
    const double n = static_cast<double>(since), speed = n * static_cast<double>(o.model.batch * o.model.context) / interval;
    table.rows.push_back({static_cast<double>(step + 1), losses / n, mean_loss(model, some_validation), norms / n, seen.largest_score, seen.entropy,
                          quantile(seen.query_gradients, 0.5), quantile(seen.query_gradients, 0.99), speed});
    const auto& c = table.rows.back();
    shown.line(fmt::format("{:>7.0f} {:>8.4f} {:>10.4f} {:>9.3f} {:>9.2f} {:>8.4f} {:>11.2e} {:>10.2e} {:>10.0f}", c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]));
    losses = norms = interval = 0, since = 0;
  }
  const double after = mean_loss(model, all_validation);
  shown.line(fmt::format("{} steps in {:.1f} s, {:.0f} tokens/s", o.steps, training, static_cast<double>(o.steps * o.model.batch * o.model.context) / training));
  if (o.sample) fmt::print("---- generated text ----\n{}\n------------------------\n", generated(model, t, o));
  if (table.write("train_text.csv")) fmt::print("wrote train_text.csv\n");
  else fmt::print("train_text.csv can't be written here\n");
  if (gnuplot(figure(table, bigram))) fmt::print("wrote train_text.svg\n");
  else fmt::print("no train_text.svg: gnuplot is not installed, or can't write here\n");
  fmt::print("validation loss {:.4f} -> {:.4f}\n", before, after);
  return 0;
}
} // namespace

int main(int count, char** arguments) {
  try {
    return run(parse(count, arguments));
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
