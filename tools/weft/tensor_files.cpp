#include "tools/weft/tensor_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph/base/quote.h"
#include "graph/base/suggestion.h"
#include "graph/io/safetensors.h"

namespace weft::tool {
namespace {

/// The differences between what is needed and what a file holds, a line each.
class Mismatches {
 public:
  Mismatches(const std::string& path, std::string needed_by) : path_(path), needed_by_(std::move(needed_by)) {}

  void add(const std::string& line) {
    ++count_;
    if (count_ <= most_listed) lines_ += "\n  " + line;
  }
  /// Throws Error with all of them, if there are any.
  void report() const { require(lines_.empty(), "'{}' is not what {} needs:{}", path_, needed_by_, lines_); }

 private:
  static constexpr std::size_t most_listed = 10;

  std::string path_;
  std::string needed_by_;
  std::string lines_;
  std::size_t count_ = 0;
};

std::vector<std::string_view> names_of(const TensorMap& tensors) {
  std::vector<std::string_view> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

/// Adds a line unless the file has a tensor of that name and type.
void compare(const TensorMap& tensors, const std::string& name, const TensorType& type, Mismatches& mismatches) {
  const auto at = tensors.find(name);
  if (at == tensors.end())
    mismatches.add(
        fmt::format("{} {} is missing{}", weft::quoted(name), type.to_string(), suggestion(name, names_of(tensors))));
  else if (at->second.type() != type)
    mismatches.add(
        fmt::format("{} is {}, the file has {}", weft::quoted(name), type.to_string(), at->second.type().to_string()));
}

/// The largest difference of two tensors of one type; infinite where only one of two elements is a number.
double distance(const Tensor& actual, const Tensor& expected) {
  double largest = 0.0;
  for (std::int64_t i = 0; i < expected.shape().volume(); ++i) {
    const double a = actual.number(i);
    const double b = expected.number(i);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    const double difference = std::abs(a - b);
    largest = std::isfinite(difference) ? std::max(largest, difference) : std::numeric_limits<double>::infinity();
  }
  return largest;
}

double largest_magnitude(const Tensor& tensor) {
  double largest = 0.0;
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i)
    if (const double magnitude = std::abs(tensor.number(i)); std::isfinite(magnitude))
      largest = std::max(largest, magnitude);
  return largest;
}

}  // namespace

TensorMap read_inputs(const std::string& path, const Graph& graph) {
  TensorMap tensors = load_safetensors(path).tensors;
  Mismatches mismatches(path, fmt::format("graph {}", weft::quoted(graph.name())));
  std::vector<std::string_view> inputs;
  for (const NodeId id : graph.leaves(leaf::input)) {
    const Node& node = graph.node(id);
    inputs.push_back(node.name);
    compare(tensors, node.name, graph.type(node.results[0]), mismatches);
  }
  for (const auto& [name, tensor] : tensors)
    if (std::ranges::find(inputs, name) == inputs.end())
      mismatches.add(fmt::format("{} is no input of the graph{}", weft::quoted(name), suggestion(name, inputs)));
  mismatches.report();
  return tensors;
}

void read_weights(const std::string& path, const Graph& graph, Variables& variables) {
  const TensorMap tensors = load_safetensors(path).tensors;
  Mismatches mismatches(path, fmt::format("graph {}", weft::quoted(graph.name())));
  const auto compare_leaf = [&](NodeId id) {
    compare(tensors, graph.node(id).name, graph.type(graph.node(id).results[0]), mismatches);
  };
  for (const NodeId id : graph.leaves(leaf::parameter)) compare_leaf(id);
  for (const NodeId id : graph.leaves(leaf::state))
    if (tensors.contains(graph.node(id).name)) compare_leaf(id);
  mismatches.report();
  for (const auto& [name, tensor] : tensors)
    if (variables.contains(name)) variables.set(name, tensor);
}

void require_expected(const std::string& path, const TensorMap& tensors, double tolerance, std::string_view kind) {
  const TensorMap expected = load_safetensors(path).tensors;
  std::string differences;
  for (const auto& [name, tensor] : expected) {
    const auto at = tensors.find(name);
    if (at == tensors.end()) {
      differences +=
          fmt::format("\n  {} is no {} of the graph{}", weft::quoted(name), kind, suggestion(name, names_of(tensors)));
    } else if (at->second.type() != tensor.type()) {
      differences += fmt::format("\n  {} is {}, expected is {}", weft::quoted(name), at->second.type().to_string(),
                                 tensor.type().to_string());
    } else if (tolerance == 0.0) {
      if (!(at->second == tensor))
        differences += fmt::format("\n  {} has other bits; the largest difference is {:.3g}", weft::quoted(name),
                                   distance(at->second, tensor));
    } else {
      const double allowed = tolerance * std::max(1.0, largest_magnitude(tensor));
      const double found = distance(at->second, tensor);
      if (!(found <= allowed))
        differences += fmt::format("\n  {} differs by {:.3g}, allowed is {:.3g}", weft::quoted(name), found, allowed);
    }
  }
  require(differences.empty(), "the {}s are not those expected in '{}':{}", kind, path, differences);
}

}  // namespace weft::tool
