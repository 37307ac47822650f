#include "tools/weft/memory_limit.h"

#include <unistd.h>

#include <algorithm>

#include "graph/base/error.h"
#include "graph/base/quantity.h"
#include "graph/base/quote.h"
#include "graph/leaf.h"
#include "tools/inspect/summary.h"

namespace weft::tool {

using namespace inspect;

namespace {

double physical_memory() {
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void require_memory_for(const Graph& graph) {
  double held = 0.0;
  double largest = 0.0;
  ValueId largest_value;
  for (const NodeId id : graph.nodes())
    for (const ValueId value : graph.node(id).results) {
      const double bytes = static_cast<double>(graph.type(value).bytes());
      if (is_leaf(*graph.node(id).op)) held += bytes;
      if (bytes > largest) {
        largest = bytes;
        largest_value = value;
      }
    }
  for (const Output& output : graph.outputs()) held += static_cast<double>(graph.type(output.value).bytes());
  const double needed = std::max(held, largest);
  require(needed <= physical_memory(), "graph {} needs {} at least, this machine has {}; the largest value is {} {}",
          weft::quoted(graph.name()), bytes_text(needed), bytes_text(physical_memory()),
          weft::quoted(largest_value ? graph.value_name(largest_value) : ""),
          largest_value ? graph.type(largest_value).to_string() : "");
}

void require_memory_for_all_values(const Graph& graph) {
  require_memory_for(graph);
  double needed = 0.0;
  for (const NodeId id : graph.nodes())
    for (const ValueId value : graph.node(id).results)
      needed += static_cast<double>(graph.type(value).bytes()) +
                static_cast<double>(sizeof(double)) * static_cast<double>(graph.type(value).shape.volume());
  require(needed <= physical_memory(),
          "graph {} has {} of values, which are all kept at once, and this machine has {}; give it smaller extents",
          weft::quoted(graph.name()), bytes_text(needed), bytes_text(physical_memory()));
}

}  // namespace weft::tool
