// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE train_text
#include "examples/run_example.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

namespace {
/// A model small enough to learn something in two seconds.
const std::string small =
    "--layers 1 --width 32 --heads 2 --context 32 --steps 400 --reports 4 --sample 20 --threads 2 ";

double number_after(const std::string& text, const std::string& words) {
  const auto at = text.rfind(words);
  BOOST_REQUIRE_MESSAGE(at != text.npos, "no '" << words << "' in\n" << text);
  return std::stod(text.substr(at + words.size()));
}
double last_loss(const std::string& text) { return number_after(text.substr(text.rfind("validation loss ")), "-> "); }

struct folder {
  std::string path = new_folder();
  ~folder() { std::filesystem::remove_all(path); }
  outcome run(const std::string& arguments) const { return run_example("train_text", arguments, path); }
  std::string phrases(long characters) const {
    std::string text;
    for (long i = 0; i < characters; i++) text += "the quick brown fox "[i % 20];
    return file("phrases.txt", text);
  }
  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(path + "/" + name, std::ios::binary) << content;
    return path + "/" + name;
  }
};
#ifdef NDEBUG
constexpr bool fast = true;
#else
constexpr bool fast = false; // interpreted without optimisation, training takes minutes
#endif
const boost::test_tools::assertion_result trains(boost::unit_test::test_unit_id) { return fast; }
} // namespace

BOOST_AUTO_TEST_CASE(attention_learns_what_averaging_cannot, *boost::unit_test::precondition(trains)) {
  const folder here;
  const outcome attention = here.run(small), averaging = here.run(small + "--mixing average");
  BOOST_REQUIRE(attention.code == 0);
  BOOST_REQUIRE(averaging.code == 0);
  BOOST_TEST(last_loss(attention.out) < last_loss(averaging.out) - 0.15);
  BOOST_TEST(last_loss(attention.out) < number_after(attention.out, "\nbigram: ") - 0.2);
  BOOST_TEST(number_after(attention.out, "\nbigram: ") < number_after(attention.out, "\nunigram: ") - 0.5);
  for (const char* word : {"wrote train_text.csv", "generated text"})
    BOOST_TEST((attention.out.find(word) != std::string::npos), word);
  BOOST_TEST(std::filesystem::file_size(here.path + "/train_text.csv") > 100u);
  BOOST_TEST(attention.err == "");
}

BOOST_AUTO_TEST_CASE(the_same_for_a_seed_and_any_number_of_threads, *boost::unit_test::precondition(trains)) {
  const folder here;
  const std::string brief = "--width 24 --heads 3 --context 40 --batch 5 --steps 12 --reports 3 --sample 0 --text " +
                            here.phrases(5000) + " ";
  const auto figures = [&](const std::string& arguments) { // without the last column, the speed
    const outcome o = here.run(brief + arguments);
    BOOST_TEST(o.code == 0);
    std::ifstream csv(here.path + "/train_text.csv");
    std::string lines;
    for (std::string line; std::getline(csv, line);) lines += line.substr(0, line.rfind(',')) + "\n";
    return lines;
  };
  const std::string first = figures("--threads 1");
  BOOST_TEST(figures("--threads 2") == first);
  BOOST_TEST(figures("--threads 3") == first);
  BOOST_TEST(figures("--threads 2 --seed 2") != first);
  BOOST_TEST(figures("--scale off") != first);
  BOOST_TEST(figures("--init gpt2") != first);
}

BOOST_AUTO_TEST_CASE(other_depths_run_interpreted, *boost::unit_test::precondition(trains)) {
  const folder here;
  const std::string brief = "--width 16 --heads 2 --context 16 --batch 4 --steps 40 --reports 1 --sample 0 --text " +
                            here.phrases(5000) + " --layers ";
  for (const char* layers : {"1", "2", "4"})
    BOOST_TEST((here.run(brief + layers).out.find(": compiled") != std::string::npos));
  const outcome three = here.run(brief + "3");
  BOOST_TEST((three.out.find("3 layers: built at run time and interpreted") != std::string::npos));
  BOOST_TEST(last_loss(three.out) < number_after(three.out, "validation loss ") - 0.5);
}

BOOST_AUTO_TEST_CASE(bad_input_is_one_line_and_code_2) {
  const folder here;
  const std::string good = here.phrases(3000), empty = here.file("empty.txt", ""), tiny = here.file("tiny.txt", "hi"),
                    zero = here.file("zero.txt", std::string(3000, '\0')),
                    one = here.file("one.txt", std::string(3000, 'a')), loop = here.path + "/loop";
  std::filesystem::create_symlink(loop, loop);
  for (const std::string& arguments : {std::string("--text /nonexistent"),
                                       std::string("--text /dev/zero"),
                                       "--text " + loop,
                                       "--text " + empty,
                                       "--text " + tiny,
                                       "--text " + zero,
                                       "--text " + one,
                                       "--text " + here.path,
                                       "--context 512 --text " + good,
                                       std::string("--text ''"),
                                       std::string("--text"),
                                       std::string("--steps -3"),
                                       std::string("--steps 0"),
                                       std::string("--steps many"),
                                       std::string("--lr banana"),
                                       std::string("--lr nan"),
                                       std::string("--lr inf"),
                                       std::string("--lr 0"),
                                       std::string("--heads 7 --width 64"),
                                       std::string("--batch 0"),
                                       std::string("--threads 0"),
                                       std::string("--seed -1"),
                                       std::string("--layers 1.5"),
                                       std::string("--scale maybe"),
                                       std::string("--nonsense"),
                                       std::string("surplus"),
                                       std::string("--width 8192 --layers 64 --batch 4096")}) {
    const outcome o = here.run(arguments);
    BOOST_TEST(o.code == 2, arguments << " ended with " << o.code);
    BOOST_TEST(std::count(o.err.begin(), o.err.end(), '\n') == 1, arguments << " said " << o.err);
  }
  BOOST_TEST(here.run("--help").code == 0);
}
