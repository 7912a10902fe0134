// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE attention
#include "examples/run_example.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_CASE(takes_no_arguments) {
  const std::string folder = new_folder();
  const outcome plain = run_example("attention", "", folder), wrong = run_example("attention", "--bogus", folder);
  BOOST_TEST(plain.code == 0);
  BOOST_TEST(plain.out.find("stores query x key: false") != std::string::npos);
  BOOST_TEST(wrong.code == 2);
  BOOST_TEST(wrong.err == "attention takes no arguments, not --bogus\n");
  std::filesystem::remove_all(folder);
}
