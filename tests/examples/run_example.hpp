// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

/// How a program ended and what it said.
struct outcome {
  int code;
  std::string out, err;
};

/// A new, empty folder.
inline std::string new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "weft-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no folder can be made in " + name);
  return name;
}

/// Runs an example as built beside this test, in a folder, through the shell.
inline outcome run_example(const std::string& name, const std::string& arguments, const std::string& folder) {
  const char* build = std::getenv("WEFT_BINARY_DIR");
  if (!build) throw std::runtime_error("WEFT_BINARY_DIR, the build folder, is not set; run this through ctest");
  const std::string program = std::string(build) + "/examples/" + name;
  if (!std::filesystem::exists(program)) throw std::runtime_error(program + " is not built");
  const int status = std::system(("cd '" + folder + "' && '" + program + "' " + arguments + " >.out 2>.err").c_str());
  const auto text = [&](const char* file) {
    std::ifstream in(folder + file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text("/.out"), text("/.err")};
}
