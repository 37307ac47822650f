#include "backends/runtime/program_bytes.h"

#include <memory>
#include <set>
#include <variant>

#include "graph/leaf.h"
#include "graph/tensor.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// What a block of so many bytes takes of the heap: with its header, in sixteens.
std::size_t heap_bytes(std::size_t bytes) { return (bytes + 8 + 15) / 16 * 16; }

std::size_t bytes(const std::string& text) {
  static const std::size_t in_place = std::string().capacity();
  return text.capacity() > in_place ? heap_bytes(text.capacity() + 1) : 0;
}

template <typename T>
std::size_t bytes(const std::vector<T>& list) {
  return list.capacity() > 0 ? heap_bytes(list.capacity() * sizeof(T)) : 0;
}

std::size_t bytes(const std::shared_ptr<const Tensor>& tensor) {
  return heap_bytes(sizeof(Tensor)) + heap_bytes(tensor->bytes().size());
}

template <typename T>
std::size_t bytes(const T&) {
  return 0;
}

std::size_t bytes(const Attributes& attributes) {
  if (attributes.empty()) return 0;
  std::size_t sum = heap_bytes(attributes.size() * sizeof(*attributes.begin()));
  for (const auto& [name, attribute] : attributes)
    sum += bytes(name) + std::visit([](const auto& content) { return bytes(content); }, attribute);
  return sum;
}

std::size_t graph_bytes(const Graph& graph) {
  constexpr std::size_t of_name = 4 * 12;                                          // in the table of names
  constexpr std::size_t of_value = sizeof(TensorType) + 2 * sizeof(std::int64_t);  // and its origin
  std::size_t sum = 0;
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    sum += sizeof(Node) + of_name + node.results.size() * of_value + bytes(node.operands) + bytes(node.results) +
           bytes(node.attributes) + bytes(node.name) + bytes(node.scope);
  }
  return sum;
}

/// Of the bodies and the code that is generated for them, each once, though many fusions may have it.
std::size_t fusion_bytes(const Graph& graph) {
  constexpr std::size_t of_body = 20000;  // its lists and tables, and the pages of its code
  constexpr std::size_t of_node = 600;    // its code, and what is kept of how that was made
  std::set<const Graph*> bodies;
  std::size_t sum = 0;
  for (const NodeId id : graph.nodes()) {
    if (graph.node(id).op != &op::fusion) continue;
    const Graph& body = *graph.node(id).attributes.get<std::shared_ptr<const Graph>>("body");
    if (bodies.insert(&body).second) sum += of_body + graph_bytes(body) + body.node_count() * of_node;
  }
  return sum;
}

}  // namespace

std::size_t program_bytes(const Execution& program) {
  constexpr std::size_t of_kernel =
      700;  // its function, step, operands, results, and packed copies, with their addresses
  constexpr std::size_t of_value = 64;  // its location, and its region of the arena
  const Graph& graph = program.graph();
  return graph_bytes(graph) + fusion_bytes(graph) + program.report().kernels * of_kernel +
         graph.value_bound() * of_value;
}

}  // namespace weft
