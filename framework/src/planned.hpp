// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "product.hpp"
#include "stream.hpp"

#include <weft/passes/chain.hpp>

namespace weft::ir {

/// A program planned for the forms (types, extents, strides) of one set of tensors.
struct planned {
  std::vector<tensor_ref> inputs, outputs; ///< the forms; their data is not looked at
  extent_table extents;
  bool is_double = false;
  std::vector<region_memory> memory; ///< of each node: where its values are
  std::vector<long> arena_offset;    ///< of each node, -1 if it is elsewhere
  std::vector<int> external_output;  ///< of each node: the output whose memory it writes directly, or -1
  struct chain_call {
    chain what;
    long extent[max_rank]{}, total = 1;
  };
  std::vector<chain_call> chains;
  std::vector<region_call> regions; ///< of each step that is one
  std::vector<product_call> products;
  std::vector<stream_call> streams;
  std::vector<void*> storage;                   ///< of each node, set for each run
  std::vector<int> copies;                      ///< outputs that are copied at the end
  std::vector<tensor_ref> general_in;           ///< room for the operands of general ops
  run_tape record;                              ///< of runs, if they are of few calls
  std::vector<tapes<const char*>> region_tapes; ///< of each step that is one; a form is the scratch that it works in
  long arena_bytes = 0, worker_bytes = 0, shared_bytes = 0;
  int workers = 0; ///< that there is room for
};

/// Bytes of the copy that a general op is given of a value whose integers are not as wide as the program's; else 0.
template <class T> long converted_bytes(const program_data& data, const planned& p, int node);

/// Refuses values between steps whose bytes, each or all together, are more than can be counted.
void check_sizes(const program_data& data, const extent_table& extents, int real_size);

/// Decides where every value lies and prepares every step, for the forms in `p`.
template <class T> void plan_steps(const program_data& data, planned& p);

/// Room to record runs in, for the workers that there are.
void make_room_to_record(const plan_view& plan, planned& p);

/// A node's values as a tensor; needs `storage`.
tensor_ref reference_to(const program_data& data, const planned& p, int node);
} // namespace weft::ir
