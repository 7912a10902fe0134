// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE stability
#include "examples/run_example.hpp"

#include <boost/test/unit_test.hpp>

// The program checks its own claims: the variance of the scores within 4 standard errors, gradients rare and large.
BOOST_AUTO_TEST_CASE(finds_what_it_claims) {
  const std::string folder = new_folder();
  for (const char* arguments : {"", "--seed 2 --sets 32"}) {
    const outcome o = run_example("stability", arguments, folder);
    BOOST_TEST(o.code == 0, o.out);
    BOOST_TEST((o.out.find("NOT FOUND") == std::string::npos && o.out.find("found:") != std::string::npos), o.out);
    BOOST_TEST(std::filesystem::file_size(folder + "/stability.csv") > 1000u);
  }
  BOOST_TEST(run_example("stability", "--sets 0", folder).code == 2);
  BOOST_TEST(run_example("stability", "--seed -1", folder).code == 2);
  const outcome full = run_example("stability", "--sets 16 >/dev/full 2>.err; exit $? #", folder);
  BOOST_TEST(full.code == 1);
  BOOST_TEST(full.err.find("standard output") != std::string::npos, full.err);
  std::filesystem::remove_all(folder);
}
