// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE passes
#include <support/program.hpp>

#include <weft/facts/print.hpp>
#include <weft/graph/verify.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

/// What each pass makes of small programs, as text: golden/NAME.txt holds what is expected. A change that is meant is
/// written by running with WEFT_UPDATE_GOLDEN=1, and read in the diff.
using namespace support;

namespace {
constexpr axis<"head", 8> head;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"d", 64> d;
constexpr axis<"e", 64> e;
constexpr axis<"batch"> batch;
constexpr axis<"out", 16> out;
constexpr axis<"memory"> memory;
constexpr axis<"both"> both;
constexpr axis<"word"> word;

void compare(const std::string& name, const std::string& text) {
  const char* root = std::getenv("WEFT_SOURCE_DIR"); // ctest says; __FILE__ may be relative
  const auto here = root ? std::filesystem::path(root) / "tests/graph" : std::filesystem::path(__FILE__).parent_path();
  const auto path = here / "golden" / (name + ".txt");
  if (std::getenv("WEFT_UPDATE_GOLDEN")) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::ifstream file(path);
  BOOST_REQUIRE_MESSAGE(file, "no " << path.filename() << " in tests/graph/golden");
  std::stringstream want;
  want << file.rdbuf();
  if (want.str() == text) return;
  std::istringstream a(want.str()), b(text);
  std::string x, y;
  int line = 1;
  while (std::getline(a, x) && std::getline(b, y) && x == y) line++;
  BOOST_ERROR(name << " differs from its golden text in line " << line << ":\n  want " << x << "\n  got  " << y
                   << "\nwhole:\n"
                   << text);
}

/// The graph that a function traces, before and after one pass.
using function = std::vector<expr> (*)(ir::builder&);
std::string through(void (*pass)(ir::graph_view, ir::builder&), function f) {
  ir::builder before(64), after(64);
  for (expr y : f(before)) before.outputs.push_back(ir::attach(before, y).id);
  BOOST_TEST(before.error.empty(), std::string(before.error.view()));
  pass(before.view(), after);
  for (const ir::builder* b : {&before, &after})
    BOOST_TEST(ir::verify(b->view()).empty(), std::string(ir::verify(b->view()).view()));
  return ir::to_text(before.view()) + "becomes\n" + ir::to_text(after.view());
}
expr input(ir::builder& b, const axes& ax, const char* label, kind k = real) { return ir::input(b, ax, k, label); }

constexpr auto attention = [](expr q, expr k, expr v) {
  const expr scores = scale(contract(q, k, d), rsqrt(extent(d)));
  return contract(softmax(where(index(query) >= index(key), scores, -infinity), key), v, key);
}; // compilers choose the order of a call's operands, and so of nodes: here, and in the library's rules, only one of
   // them makes any
} // namespace

BOOST_AUTO_TEST_CASE(simplify_shares_folds_and_drops) {
  compare("simplify", through(ir::simplify, [](ir::builder& b) {
            const expr x = input(b, {query, d}, "x"), y = input(b, {d}, "y");
            exp(x);                                                                         // nothing reads it
            const expr one = tanh(ir::fresh(x)), other = tanh(x), shared = one + at(other); // are one
            const expr number = x * at(rsqrt(extent(d))) * 1.0 + 0.0;            // an eighth, and exact algebra
            const expr wide = broadcast(y, {query, d}), needless = x * at(wide); // elementwise ops broadcast themselves
            const expr nothing = sum(x, query) * 0,
                       kept = wide + at(nothing); // 0 x is not 0; the result needs this broadcast
            const expr quarter = stop_gradient(-(-x)) / 4, either = where(x > 0, wide, wide);
            return std::vector<expr>{shared, number, needless, kept, quarter, either};
          }));
}

BOOST_AUTO_TEST_CASE(reassociate_makes_linear_attention_linear) {
  compare("reassociate", through(ir::reassociate, [](ir::builder& b) { // (q k^T) v multiplies N^2 numbers, q (k^T v) N
            const expr q = input(b, {head, query, d}, "q"), k = input(b, {head, key, d}, "k"),
                       v = input(b, {head, key, e}, "v");
            return std::vector<expr>{contract(contract(q, k, d), v, key)};
          }));
  compare("reassociate_not",
          through(ir::reassociate, [](ir::builder& b) { // a softmax between, or another reader: nothing to open
            const expr q = input(b, {query, d}, "q"), k = input(b, {key, d}, "k"), v = input(b, {key, e}, "v");
            const expr scores = contract(q, k, d);
            const expr streamed = contract(exp(scores), v, key), read_too = contract(scores, v, key);
            return std::vector<expr>{streamed, read_too, scores};
          }));
  compare("reassociate_captured",
          through(ir::reassociate, [](ir::builder& b) { // c has the axis that the inner product sums
            const expr x = input(b, {query, d}, "x"), y = input(b, {key, d}, "y"), z = input(b, {key, d}, "z");
            return std::vector<expr>{contract(contract(x, y, d), z, key)};
          }));
}

BOOST_AUTO_TEST_CASE(scale_products_moves_numbers_into_them) {
  compare("scale_products", through(ir::scale_products, [](ir::builder& b) {
            const expr q = input(b, {query, d}, "q"), k = input(b, {key, d}, "k");
            const expr once = contract(q, k, d) * 0.125, twice = contract(q, rename(k, key, query) + q, query),
                       half = twice * 0.5;
            return std::vector<expr>{once, half, twice};
          }));
}

BOOST_AUTO_TEST_CASE(expand_opens_logsumexp_and_softmax) {
  compare("expand", through(ir::expand, [](ir::builder& b) {
            const expr x = input(b, {query, key}, "x");
            const expr weights = softmax(x, key), total = logsumexp(x, query);
            return std::vector<expr>{weights, total};
          }));
}

BOOST_AUTO_TEST_CASE(the_plan_of_causal_attention) {
  const live_program forward([](ir::builder& b) {
    const expr q = input(b, {head, query, d}, "q"), k = input(b, {head, key, d}, "k"),
               v = input(b, {head, key, d}, "v");
    return std::vector<expr>{attention(q, k, v)};
  });
  BOOST_TEST(forward.plan().steps.size() == 3); // one walk, the rows' sums turned into factors, the result times them
  compare("attention", ir::to_text(forward.lowered()) + ir::to_text(forward.lowered(), forward.plan()));

  const live_program backward([](ir::builder& b) {
    const expr q = input(b, {head, query, d}, "q"), k = input(b, {head, key, d}, "k"),
               v = input(b, {head, key, d}, "v");
    const auto loss = [](expr q, expr k, expr v) {
      const expr o = attention(q, k, v);
      return sum(o * at(o), {head, query, d});
    };
    const auto [value, gradient] = value_and_grad(loss, wrt<0, 1, 2>)(q, k, v);
    return std::vector<expr>{value, std::get<0>(gradient), std::get<1>(gradient), std::get<2>(gradient)};
  });
  BOOST_TEST(backward.plan().streams.size() == 2); // one walk forward, one back
  compare("attention_gradients", ir::to_text(backward.lowered()) + ir::to_text(backward.lowered(), backward.plan()));
}

/// A product reads what is repeated as it lies, and its result is repeated: operands in tiles lie in their lanes.
BOOST_AUTO_TEST_CASE(products_are_repeated_after_they_are_made) {
  compare("simplify_repeated", through(ir::simplify, [](ir::builder& b) {
            const expr x = input(b, {key}, "x"), y = input(b, {query}, "y"), z = input(b, {}, "z");
            const axes pairs{query, key};
            return std::vector<expr>{contract(z, broadcast(x, pairs), {}), contract(y, broadcast(x, pairs), {}),
                                     contract(y, broadcast(x, pairs), query), max(broadcast(x, pairs), key)};
          }));
}

/// A view of scores becomes one of what they are made of; a renaming waits for what leaves the space.
BOOST_AUTO_TEST_CASE(move_views_leaves_tiles_under_one_name) {
  compare("move_views", through(ir::move_views, [](ir::builder& b) {
            const expr q = input(b, {head, query, d}, "q"), k = input(b, {head, key, d}, "k"),
                       mix = input(b, {head, prime(head)}, "mix"), v = input(b, {head, key, e}, "v");
            const expr s = contract(q, k, d), mixed = rename(contract(s, mix, head), prime(head), head);
            return std::vector<expr>{contract(exp(mixed), v, key), sum(flip(s, key) * index(key), key)};
          }));
}

/// What a gather picks from scores is made alone, of the keys that it names.
BOOST_AUTO_TEST_CASE(move_views_picks_before_it_computes) {
  compare("move_views_picks", through(ir::move_views, [](ir::builder& b) {
            const expr x = input(b, {query, d}, "x"), w = input(b, {word, d}, "w"),
                       target = input(b, {query}, "target", integer);
            return std::vector<expr>{gather(log_softmax(contract(x, w, d), word), target, word)};
          }));
}

/// Scores of two memories, laid end to end, stay apart; keys laid end to end do not.
BOOST_AUTO_TEST_CASE(part_joins_keeps_parts_of_scores_apart) {
  compare("part_joins", through(ir::part_joins, [](ir::builder& b) {
            const expr q = input(b, {query, d}, "q"), k = input(b, {key, d}, "k"), m = input(b, {memory, d}, "m"),
                       v = input(b, {both, e}, "v");
            const expr of_memories = contract(q, m, d),
                       of_keys = contract(q, k, d); // compilers order arguments as they like
            const expr s = concat(both, along(of_keys, key), along(of_memories, memory));
            return std::vector<expr>{contract(exp(s - index(both)), v, both), max(s, both)};
          }));
  compare("part_joins_not", through(ir::part_joins, [](ir::builder& b) {
            const expr q = input(b, {query, d}, "q"), k = input(b, {key, d}, "k"), m = input(b, {memory, d}, "m");
            return std::vector<expr>{logsumexp(contract(q, concat(both, along(k, key), along(m, memory)), d), both)};
          }));
}

/// The gradient of a bias that a batch shares: its sum over the batch waits for those over query and key. A mean that a
/// layer reads does not wait, for the layer would then see every token.
BOOST_AUTO_TEST_CASE(delay_sums_takes_sums_out_of_score_spaces) {
  compare("delay_sums", through(ir::delay_sums, [](ir::builder& b) {
            const expr ds = input(b, {batch, query, key}, "ds"), distance = input(b, {query, key}, "distance");
            const expr shared = sum(ds, batch), scaled = distance * at(shared), above = distance > 0,
                       slope = sum(where(above, scaled, 0), {query, key});
            const expr other = input(b, {batch, query, key}, "other"), read = sum(other, batch),
                       kept = sum(exp(read), {query, key}); // not linear
            return std::vector<expr>{slope, kept};
          }));
  compare("delay_sums_not", through(ir::delay_sums, [](ir::builder& b) {
            const expr x = input(b, {query, head, d}, "x"), w = input(b, {head, d, out}, "w");
            return std::vector<expr>{contract(sum(x, query), w, {head, d})};
          }));
}

BOOST_AUTO_TEST_CASE(graphs_are_drawn) {
  ir::builder b(16);
  b.outputs.push_back(sum(input(b, {query, d}, "x") * at(0.5), d).id);
  BOOST_TEST(ir::to_dot(b.view()) == R"(digraph weft {
  node [shape=box, fontname=monospace];
  n0 [label="input \"x\"\n[query, d=64]"];
  n1 [label="constant 0.5\n[]"];
  n2 [label="mul\n[query, d=64]"];
  n0 -> n2;
  n1 -> n2;
  n3 [label="sum over [d]\n[query]"];
  n2 -> n3;
  out0 [label="result 0", shape=ellipse];
  n3 -> out0;
}
)");
}

/// The pipeline leaves nothing that a later pass would have to look at again: passing twice changes nothing.
BOOST_AUTO_TEST_CASE(simplify_of_simplified_changes_nothing) {
  const live_program p([](ir::builder& b) {
    const expr q = input(b, {head, query, d}, "q"), k = input(b, {head, key, d}, "k"),
               v = input(b, {head, key, d}, "v");
    const auto loss = [](expr q, expr k, expr v) { return mean(attention(q, k, v), {head, query, d}); };
    return std::vector<expr>{hvp(loss)(q, k, v, q, k, v)};
  });
  ir::builder again(64);
  ir::simplify(p.lowered(), again);
  BOOST_TEST(ir::to_text(again.view()) == ir::to_text(p.lowered()));
}

/// A graph that breaks a rule is named by the verifier.
BOOST_AUTO_TEST_CASE(the_verifier_refuses_illegal_graphs) {
  const auto spoilt = [](void (*spoil)(ir::builder&)) {
    ir::builder b(64);
    const expr x = input(b, {query, d}, "x"), ids = input(b, {query}, "ids", integer);
    const expr y = exp(x) + at(ids);
    b.outputs.push_back(sum(y, d).id); // %0 x, %1 ids, %2 exp, %3 to_real, %4 add, %5 sum
    spoil(b);
    return std::string(ir::verify(b.view()).view());
  };
  BOOST_TEST(spoilt([](ir::builder&) {}) == "");
  BOOST_TEST(spoilt([](ir::builder& b) { b.nodes[4].count = 1; }) ==
             "node 4 (add): has another number of operands than its op takes");
  BOOST_TEST(spoilt([](ir::builder& b) { b.operands[b.nodes[2].first] = 4; }) ==
             "node 2 (exp): reads a node that is not before it");
  BOOST_TEST(spoilt([](ir::builder& b) { b.operands[b.nodes[4].first + 1] = 1; }) ==
             "node 4 (add): has an operand of the wrong kind");
  BOOST_TEST(spoilt([](ir::builder& b) { b.nodes[2].k = integer; }) == "node 2 (exp): has the wrong kind");
  BOOST_TEST(spoilt([](ir::builder& b) { b.nodes[2].ax = axes(query, d, query); }) ==
             "node 2 (exp): has one axis twice");
  BOOST_TEST(spoilt([](ir::builder& b) { b.nodes[2].ax = axes(d, query); }) ==
             "node 2 (exp): has other axes than its op gives");
  BOOST_TEST(spoilt([](ir::builder& b) { b.nodes[5].at.axis = key; }) == "node 5 (sum): no axis");
  BOOST_TEST(spoilt([](ir::builder& b) { b.nodes[3].op = nullptr; }) == "node 3 (no op): has no op");
  BOOST_TEST(spoilt([](ir::builder& b) { b.nodes[5].first = 99; }) == "node 5 (sum): has operands outside the pool");
  BOOST_TEST(spoilt([](ir::builder& b) { b.inputs.pop_back(); }) ==
             "node 1 (input): is an input that is not listed in order");
  BOOST_TEST(spoilt([](ir::builder& b) { b.outputs[0] = 17; }) == "an output is not a node");
}
