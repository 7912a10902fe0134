// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// A text as numbers of symbols (bytes that occur in it, in ascending order), in two whole stretches.
struct text {
  std::string symbols;
  std::vector<std::int32_t> all;
  std::size_t train_size = 0; ///< the rest, the last tenth, validates

  std::span<const std::int32_t> train() const { return std::span(all).first(train_size); }
  std::span<const std::int32_t> validation() const { return std::span(all).subspan(train_size); }
  std::string spelled(std::span<const std::int32_t> ids) const;
};

/// Throws bad_input unless each stretch holds at least `least` symbols.
text as_text(const std::string& bytes, std::size_t least, const std::string& name);

/// The bytes of a text file. Throws bad_input on whatever is none: nothing there, a folder, empty, binary.
std::string read_text_file(const std::string& path);

/// All headers of Boost.Hana as installed, one after the other in the order of their paths. Throws bad_input if there
/// are none.
std::string boost_hana_headers();
