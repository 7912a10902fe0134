// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "support/text.hpp"

/// What counting reaches on the validation text, in nats a symbol. Counts are of the training text and start at one
/// (Laplace's rule), so no symbol has probability zero.
double unigram_loss(const text& t);
/// Each symbol given the one before it.
double bigram_loss(const text& t);
