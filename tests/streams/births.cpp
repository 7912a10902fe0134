// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE streams_births
#include <support/program.hpp>

#include <boost/test/unit_test.hpp>

/// What opens a score space: products and differences of queries and keys, whatever masks, positions and tables they
/// meet there, and sums of what positions alone make. Values, gradients and Hessian products agree with the plain loops
/// and store nothing with queries and keys, under a batch of any extent.
using namespace support;

namespace {
constexpr axis<"batch"> batch;
constexpr axis<"query"> query;
constexpr axis<"key"> key;
constexpr axis<"table", 9> table;
constexpr axis<"row", 9> row;
constexpr axis<"column", 7> column;
constexpr axis<"memory"> memory;
constexpr axis<"both"> both;
constexpr axis<"distance"> distance_of;
constexpr axis<"other"> other_key;
constexpr sequence<"sink", 1> sink;
constexpr axis<"d", 4> d;
constexpr axis<"e", 3> e;
using exprs = std::vector<expr>;

struct argument {
  axes ax;
  kind k = real;
};
long extent_in(axis_ref a, bool several_tiles) {
  if (a->extent != unbound) return a->extent;
  if (same(a, batch)) return 2;
  if (same(a, memory)) return several_tiles ? 70 : 3;
  return same(a, query) ? (several_tiles ? 61 : 7) : several_tiles ? 150 : 5;
}
values inputs_of(const live_program& p, bool several_tiles) {
  values in;
  for (int i : p.source().inputs) {
    const ir::node& x = p.source()[i];
    std::vector<long> extents;
    for (axis_ref a : x.ax) extents.push_back(extent_in(a, several_tiles));
    value v(x.k, precision::twice, x.ax, extents);
    for (long j = 0; j < v.size(); j++) {
      const double u = uniform_at(in.size(), static_cast<std::uint64_t>(j));
      v.set(j, x.k == real ? 2 * u - 1 : x.k == boolean ? u < 0.7 : std::floor(4 * u));
    }
    in.push_back(std::move(v));
  }
  return in;
}

/// Values, gradients and Hessian products give the reference's numbers; and store nothing with queries and keys.
template <class F> void agrees(const char* what, const std::vector<argument>& arguments, bool stores, F f) {
  const auto program = [&](auto g) {
    return live_program([&](ir::builder& b) {
      exprs reals, others;
      for (const argument& x : arguments) (x.k == real ? reals : others).push_back(ir::input(b, x.ax, x.k, "x"));
      return g(reals, others);
    });
  };
  const auto loss = [&](const exprs& others) {
    return [&](const exprs& x) {
      const expr y = f(x, others);
      return sum(tanh(y) * at(y), y.ax());
    };
  };
  const live_program all[]{program([&](const exprs& x, const exprs& others) { return exprs{f(x, others)}; }),
                           program([&](const exprs& x, const exprs& others) { return grad(loss(others))(x); }),
                           program([&](const exprs& x, const exprs& others) { return hvp(loss(others))(x, x); })};
  const char* names[]{"value", "gradient", "Hessian product"};
  for (int k = 0; k < 3; k++) BOOST_TEST_CONTEXT(what << ", " << names[k]) {
      if (!stores) BOOST_TEST(!ir::materializes(all[k].data(), query, key));
      for (const bool several_tiles : {false, true}) {
        const values in = inputs_of(all[k], several_tiles);
        BOOST_TEST(distance(all[k].reference(in), all[k].interpreted(in)) < 1e-11);
      }
    }
}

template <class F> void streams(const char* what, const std::vector<argument>& arguments, F f) {
  agrees(what, arguments, false, f);
}

expr attend(const expr& scores, const expr& v) { return contract(softmax(scores, key), v, key); }
expr distance_of_places() { return index(query) - index(key); }
expr causal() { return index(query) >= index(key); }
} // namespace

BOOST_AUTO_TEST_CASE(differences_beside_dense_masks) {
  const axes pairs{query, key};
  streams("additive", {{{query, d}}, {{key, d}}, {{key, e}}, {{d}}, {pairs, boolean}},
          [](const exprs& x, const exprs& m) {
            return attend(where(m[0], contract(tanh(x[0] + at(x[1])), x[3], d), -infinity), x[2]);
          });
  streams("Gaussian", {{{query, d}}, {{key, d}}, {{key, e}}, {pairs, boolean}}, [](const exprs& x, const exprs& m) {
    const expr z = x[0] - at(x[1]);
    return attend(where(m[0], -at(sum(z * at(z), d)), -infinity), x[2]);
  });
  streams("a graph's edges", {{{batch, query}}, {{batch, key}}, {{batch, key, e}}, {pairs, boolean}},
          [](const exprs& x, const exprs& m) { return attend(where(m[0], tanh(x[0] + at(x[1])), -infinity), x[2]); });
  streams("a mask that is not used there", {{{query, d}}, {{key, d}}, {{key, e}}, {pairs, boolean}},
          [](const exprs& x, const exprs& m) {
            const expr z = x[0] - at(x[1]);
            return attend(-at(sum(z * at(z), d)), x[2]) + at(where(any(m[0], key), 1.0, 0.0));
          });
}

BOOST_AUTO_TEST_CASE(positions_among_features) {
  const auto relative = [](const expr& t) { return gather(t, clamp(distance_of_places() + 4, 0, 8), table); };
  const std::vector<argument> shaw{{{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{table, d}}};
  streams("keys plus a table", shaw,
          [&](const exprs& x, const exprs&) { return attend(contract(x[0], x[1] + at(relative(x[3])), d), x[2]); });
  streams("a product with a table", shaw, [&](const exprs& x, const exprs&) {
    return attend(contract(x[0], x[1], d) + at(contract(x[0], relative(x[3]), d)), x[2]);
  });
  streams("values plus a table", {{{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{table, e}}},
          [&](const exprs& x, const exprs&) {
            return contract(softmax(contract(x[0], x[1], d), key), x[2] + at(relative(x[3])), key);
          });
  streams("a table of two distances", {{{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{row, column, e}}},
          [&](const exprs& x, const exprs&) {
            const expr in_a_row = mod(index(query), 4) - mod(index(key), 4);
            const expr bias =
                gather(gather(x[3], clamp(distance_of_places() + 4, 0, 8), row), clamp(in_a_row + 3, 0, 6), column);
            return attend(contract(x[0], x[1], d) + at(sum(bias, e)), x[2]);
          });
  streams("a table that two integers pick from",
          {{{batch, query, d}},
           {{batch, key, d}},
           {{batch, key, e}},
           {{row, column}},
           {{query, key}, integer},
           {{query, key}, integer}},
          [&](const exprs& x, const exprs& ids) {
            return attend(contract(x[0], x[1], d) + at(gather(gather(x[3], ids[0], row), ids[1], column)), x[2]);
          });
  streams("a learned function of the distance", {{{batch, query, e}}, {{batch, key, e}}, {{batch, key, e}}, {{e}}},
          [](const exprs& x, const exprs&) {
            const expr place = tanh(distance_of_places() * at(x[3]));
            return sum(softmax(x[0] - at(x[1]) + at(place), key) * at(x[2] + at(place)), key);
          });
}

BOOST_AUTO_TEST_CASE(positions_and_one_side) {
  const std::vector<argument> sides{{{batch, query}}, {{batch, key}}, {{batch, key, e}}};
  streams("a sum with positions", sides,
          [](const exprs& x, const exprs&) { return attend(x[0] + at(x[1]) + at(distance_of_places()), x[2]); });
  streams("a slope of each query", {{{batch, query}}, {{batch, key, e}}},
          [](const exprs& x, const exprs&) { return attend(-x[0] * at(0.1 * at(abs(distance_of_places()))), x[1]); });
  streams("decay", {{{batch, key, e}}, {{query}}}, [](const exprs& x, const exprs&) {
    return contract(where(causal(), exp(x[1] * at(-0.1 * at(distance_of_places()))), 0.0), x[0], key);
  });
  streams("causal mean", {{{batch, key, e}}, {{query}}}, [](const exprs& x, const exprs&) {
    return contract(where(causal(), 1.0, 0.0), x[0], key) / at(1.0 + index(query)) + at(x[1]);
  });
  streams("mean of a document", {{{key, e}}, {{query}, integer}, {{key}, integer}},
          [](const exprs& x, const exprs& id) { return contract(where(id[0] == at(id[1]), 1.0, 0.0), x[0], key); });
}

BOOST_AUTO_TEST_CASE(losses_by_hand) {
  const std::vector<argument> picked{{{batch, query, d}}, {{batch, key, d}}, {{query}, integer}};
  const auto scores = [](const exprs& x) { return contract(x[0], x[1], d); };
  const auto at_id = [](const exprs& id, const expr& x) { return sum(where(index(key) == at(id[0]), x, 0.0), key); };
  streams("likelihoods that ids pick", picked,
          [&](const exprs& x, const exprs& id) { return at_id(id, log_softmax(scores(x), key)); });
  streams("focal loss", picked, [&](const exprs& x, const exprs& id) {
    const expr l = log_softmax(scores(x), key);
    return at_id(id, (1.0 - at(exp(l))) * at(l));
  });
  streams("means of equal groups", {{{query, d}}, {{key, d}}, {{query}, integer}, {{key}, integer}},
          [&](const exprs& x, const exprs& id) {
            return sum(where(id[0] == at(id[1]), log_softmax(scores(x), key), 0.0), key);
          });
  streams("scaled sums", {{{query, d}}, {{key, d}}, {{query}}}, [&](const exprs& x, const exprs&) {
    return sum(0.5 * at(scores(x)), {query, key}) + at(sum(scores(x) * at(x[2]), key));
  });
}

BOOST_AUTO_TEST_CASE(places_picked_from_scores) {
  const std::vector<argument> picking{{{batch, query, d}}, {{batch, key, d}}, {{batch, query}, integer}};
  const auto logits = [](const exprs& x) { return contract(x[0], x[1], d); };
  streams("of logits", picking, [&](const exprs& x, const exprs& id) { return gather(logits(x), id[0], key); });
  streams("of log-probabilities", picking,
          [&](const exprs& x, const exprs& id) { return gather(log_softmax(logits(x), key), id[0], key); });
  streams("of probabilities", picking,
          [&](const exprs& x, const exprs& id) { return gather(softmax(logits(x), key), id[0], key); });
  streams("of probabilities along the other axis", picking,
          [&](const exprs& x, const exprs& id) { return gather(softmax(logits(x), query), id[0], key); });
  streams("of causal scores with a bias by place", picking, [&](const exprs& x, const exprs& id) {
    const expr s = where(causal() || index(key) < 4, logits(x) + at(0.1 * distance_of_places()), -infinity);
    return gather(log_softmax(s, key), id[0], key);
  });
  streams("a focal loss", picking, [&](const exprs& x, const exprs& id) {
    const expr l = gather(log_softmax(logits(x), key), id[0], key);
    return -pow(1 - exp(l), 2.0) * l;
  });
  streams("the same one of each sequence", {{{batch, query, d}}, {{batch, key, d}}, {{query}, integer}},
          [&](const exprs& x, const exprs& id) { return gather(log_softmax(logits(x), key), id[0], key); });
  streams("beside the weighted sum", {{{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{query}, integer}},
          [&](const exprs& x, const exprs& id) {
            const expr p = softmax(logits(x), key);
            return contract(p, x[2], key) * at(gather(p, id[0], key));
          });
  streams("some of the keys", {{{batch, query, d}}, {{batch, key, d}}, {{table}, integer}},
          [&](const exprs& x, const exprs& id) { return sum(gather(softmax(logits(x), key), id[0], key), table); });
  agrees("the best places of a teacher",
         {{{batch, query, d}}, {{batch, key, d}}, {{batch, query, table}}, {{batch, query, table}, integer}}, true,
         [&](const exprs& x, const exprs& id) {
           return -sum(softmax(x[2], table) * at(gather(log_softmax(logits(x), key), id[0], key)), table);
         });
  const std::vector<argument> products{{{query, d}}, {{key, d}}};
  agrees("of which one is the largest", products, true, [&](const exprs& x, const exprs&) {
    const expr s = softmax(logits(x) / 3.0, key);
    return x[0] * at(where(gather(s, argmax(s, key), key) == max(s, key), 1.0, 0.0));
  });
  agrees("with harder ones above", products, true, [&](const exprs& x, const exprs&) {
    const expr s = logits(x) / 3.0, one = gather(s, mod(index(query), 5), key);
    return max(where(s < one, s, -9.0), key) + at(sum(where(s >= one, s - one + 1.0, 0.0), key));
  });
  streams("distances", {{{batch, query, d}}, {{batch, key, d}}, {{batch, query}, integer}},
          [](const exprs& x, const exprs& id) {
            const expr apart = x[0] - at(x[1]);
            return gather(sum(apart * at(apart), d), id[0], key);
          });
}

BOOST_AUTO_TEST_CASE(scores_end_to_end) {
  const auto with_memory = [](const exprs& x) {
    return concat(both, along(where(causal(), contract(x[0], x[1], d), -infinity), key),
                  along(contract(x[0], x[3], d), memory));
  };
  const auto values_of = [](const exprs& x) { return concat(both, along(x[2], key), along(x[4], memory)); };
  const std::vector<argument> remembering{
      {{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{batch, memory, d}}, {{batch, memory, e}}};
  streams("two memories", remembering,
          [&](const exprs& x, const exprs&) { return contract(softmax(with_memory(x), both), values_of(x), both); });
  streams("with a bias by place", remembering, [&](const exprs& x, const exprs&) {
    const expr s = with_memory(x) - at(0.1 * at(abs(index(both) - at(index(query))))) + at(1.0 / at(extent(both)));
    return contract(softmax(where(index(both) != 1, s, -infinity), both), values_of(x), both);
  });
  streams("one of them used", remembering, [&](const exprs& x, const exprs&) {
    return contract(slice(softmax(with_memory(x), both), both, 0, key), x[2], key);
  });
  streams("largest, mean and entropy", remembering, [&](const exprs& x, const exprs&) {
    const expr s = with_memory(x), w = where(s > -infinity, s, 0.0), l = log_softmax(w, both);
    return max(s, both) + at(mean(w, both)) - at(sum(exp(l) * at(l), both));
  });
  streams("beside scores by place that came first",
          {{{query, d}}, {{key, d}}, {{memory, d}}, {{memory, d}}, {{key, d}}}, [](const exprs& x, const exprs&) {
            const expr places = concat(both, along(x[4], key), along(x[3], memory));
            const expr by_place = contract(x[0], places, d);
            const expr s = concat(both, along(contract(x[0], x[1], d), key), along(contract(x[0], x[2], d), memory));
            return logsumexp(s + at(by_place), both);
          });
  agrees("repeated along a part's axis", {{{query, d}}, {{key, d}}, {{memory, d}}}, true,
         [](const exprs& x, const exprs&) {
           const expr s = concat(both, along(contract(x[0], x[1], d), key), along(contract(x[0], x[2], d), memory));
           return max(broadcast(tanh(s), {query, both, memory}), {both, memory}) +
                  at(where(any(broadcast(s > 0.1, {query, both, memory}), both), 1.0, 0.0));
         });
  const auto beside_sink = [](const expr& s, const expr& of_sink, bool first) {
    const along sinks(broadcast(of_sink, {batch, query, sink}), sink), scores(s, key);
    return first ? concat(both, sinks, scores) : concat(both, scores, sinks);
  };
  for (const bool first : {false, true})
    streams(first ? "a sink before" : "a sink behind",
            {{{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{}}}, [&](const exprs& x, const exprs&) {
              const expr p = softmax(beside_sink(contract(x[0], x[1], d), x[3], first), both);
              return contract(slice(p, both, first, key), x[2], key);
            });
  streams("a positive before the negatives", {{{batch, query, d}}, {{batch, query, d}}, {{batch, key, d}}},
          [&](const exprs& x, const exprs&) {
            const expr s = beside_sink(contract(x[0], x[2], d), sum(x[0] * at(x[1]), d), true);
            return logsumexp(s, both) - at(sum(where(index(both) == 0, s, 0.0), both));
          });
}

BOOST_AUTO_TEST_CASE(a_measure_of_places_alone) {
  streams("the Kullback-Leibler divergence from a prior", {{{batch, query, d}}, {{batch, key, d}}},
          [](const exprs& x, const exprs&) {
            const expr prior = softmax(-0.1 * at(abs(distance_of_places())) + at(0.0 * at(sum(x[0], {batch, d}))), key);
            return -sum(prior * at(log_softmax(contract(x[0], x[1], d), key)), key);
          });
  streams("the same of numbers alone", {{{batch, query, d}}, {{batch, key, d}}}, [](const exprs& x, const exprs&) {
    const expr near = exp(-0.1 * at(abs(distance_of_places())));
    return -sum(near / at(sum(near, key)) * at(log_softmax(contract(x[0], x[1], d), key)), key);
  });
}

BOOST_AUTO_TEST_CASE(products_of_what_ids_say) {
  streams("groups in common", {{{query, d}}, {{key, d}}, {{key, e}}, {{query}, integer}, {{key}, integer}},
          [](const exprs& x, const exprs& id) {
            const expr common = contract(1.0 * at(one_hot(id[0], table)), 1.0 * at(one_hot(id[1], table)), table);
            return attend(where(common > 0.5, contract(x[0], x[1], d), -infinity), x[2]);
          });
  streams("signs in common", {{{query, d}}, {{key, d}}, {{key, e}}}, [](const exprs& x, const exprs&) {
    const expr common = contract(where(x[0] > 0, 1.0, 0.0), where(x[1] > 0, 1.0, 0.0), d);
    return attend(where(common > 0.5, contract(x[0], x[1], d), -infinity), x[2]);
  });
}

/// A table may lie along an axis of the scores themselves: what is scattered onto it comes from all tiles.
BOOST_AUTO_TEST_CASE(tables_along_axes_of_the_scores) {
  const auto scores = [](const exprs& x) { return contract(x[0], x[1], d); };
  const auto near = [] { return clamp(distance_of_places(), 0, 3); };
  const auto attend_to = [](const expr& s, const exprs& x) { return contract(softmax(s, key), x[2], key); };
  agrees("along queries", {{{query, d}}, {{key, d}}, {{key, e}}, {{query}}}, true,
         [&](const exprs& x, const exprs&) { return attend_to(scores(x) + gather(x[3], near(), query), x); });
  agrees("along keys", {{{query, d}}, {{key, d}}, {{key, e}}, {{key}}}, true,
         [&](const exprs& x, const exprs&) { return attend_to(scores(x) + gather(x[3], near(), key), x); });
  agrees("weights moved to other queries", {{{query, d}}, {{key, d}}, {{query}}, {{query}, integer}}, true,
         [&](const exprs& x, const exprs& ids) { return scatter_add(softmax(scores(x), key), ids[0], query); });
  const std::vector<argument> batched{{{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{batch}}};
  const auto with = [&](axes ax) {
    std::vector<argument> all = batched;
    all.push_back({ax, integer});
    return all;
  };
  const auto temperature = [](const exprs& x, const exprs& ids) { return gather(x[3], min(ids[0], 1), batch); };
  streams("along the batch, for each query", with({batch, query}),
          [&](const exprs& x, const exprs& ids) { return attend_to(scores(x) * at(temperature(x, ids)), x); });
  agrees("along the batch, for each pair", with({batch, query, key}), true,
         [&](const exprs& x, const exprs& ids) { return attend_to(scores(x) + at(temperature(x, ids)), x); });
}

/// What has a batch of any extent and a long axis is no score: renamings stay where they are.
BOOST_AUTO_TEST_CASE(layers_under_a_batch) {
  const std::vector<argument> arguments{{{batch, query, e}}, {{e, d}}, {{e, d}}, {{e, d}}, {{d, e}}};
  const auto layer = [](const expr& x, const exprs& w) {
    const expr n = tanh(x), there = rename(n, query, key);
    const expr q = contract(n, w[1], e), k = contract(there, w[2], e), v = contract(there, w[3], e);
    return x + at(contract(contract(softmax(contract(q, k, d), key), v, key), w[4], d));
  };
  streams("two layers", arguments, [=](const exprs& x, const exprs&) { return layer(layer(x[0], x), x); });
}

/// Rows of a table whose only long axis is that of its places, multiplied by one side (Shaw et al. 2018, equation 4).
BOOST_AUTO_TEST_CASE(rows_for_distances) {
  streams("relative keys", {{{batch, query, d}}, {{batch, key, d}}, {{batch, key, e}}, {{distance_of, d}}},
          [](const exprs& x, const exprs&) {
            const expr ids = clamp(index(key) - index(query) + 2, 0, 4);
            const expr s = contract(x[0], x[1], d) + contract(x[0], gather(x[3], ids, distance_of), d);
            return contract(softmax(s, key), x[2], key);
          });
}

/// What is made under another name and renamed into the space, and what is picked from it under the ids' axes.
BOOST_AUTO_TEST_CASE(other_names_of_a_space) {
  const std::vector<argument> arguments{{{query, d}}, {{key, d}}, {{key, e}}, {{query, other_key}}};
  streams("a bias of another name", arguments, [](const exprs& x, const exprs&) {
    return attend(contract(x[0], x[1], d) + rename(stop_gradient(tanh(x[3])), other_key, key), x[2]);
  });
  streams("documents of another name", {{{query, d}}, {{key, d}}, {{key, e}}, {{query}, integer}, {{key}, integer}},
          [](const exprs& x, const exprs& ids) {
            const expr same = rename(ids[0] == at(rename(ids[1], key, other_key)), other_key, key);
            return attend(where(same, contract(x[0], x[1], d), -infinity), x[2]);
          });
}
