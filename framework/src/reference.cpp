// SPDX-License-Identifier: BSL-1.0
#include "reference.hpp"
#include "reference_values.hpp"

namespace weft::ir {
template <class T>
void run_reference(const program_data& data, const extent_table& extents, const std::vector<tensor_ref>& inputs,
                   const std::vector<tensor_ref>& outputs) {
  const graph_view g = data.source;
  reference_values<T> v(g, extents);
  v.evaluate_all(inputs);
  for (int k = 0; k < g.outputs.size(); k++)
    convert_to(v.at[static_cast<std::size_t>(g.outputs[k])], outputs[static_cast<std::size_t>(k)]);
}
template void run_reference<float>(const program_data&, const extent_table&, const std::vector<tensor_ref>&,
                                   const std::vector<tensor_ref>&);
template void run_reference<double>(const program_data&, const extent_table&, const std::vector<tensor_ref>&,
                                    const std::vector<tensor_ref>&);
} // namespace weft::ir
