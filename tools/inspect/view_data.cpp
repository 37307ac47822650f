#include "tools/inspect/view_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/json_value.h"
#include "graph/base/number_text.h"
#include "graph/cost.h"
#include "graph/io/tensor_text.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/memory/buffers.h"
#include "passes/memory/view.h"

namespace weft::inspect {
namespace {

std::string content_text(bool content) { return content ? "true" : "false"; }
std::string content_text(std::int64_t content) { return fmt::format("{}", content); }
std::string content_text(double content) { return number_text(content); }
std::string content_text(const std::string& content) { return content; }
std::string content_text(const std::vector<std::int64_t>& content) {
  return fmt::format("[{}]", joined(content, ", "));
}

std::string content_text(const std::vector<double>& content) {
  std::vector<std::string> numbers;
  for (const double number : content) numbers.push_back(number_text(number));
  return fmt::format("[{}]", joined(numbers, ", "));
}

/// The first elements of a constant: it may have millions.
std::string content_text(const std::shared_ptr<const Tensor>& content) {
  constexpr std::int64_t most = 16;
  const std::int64_t volume = content->shape().volume();
  const std::int64_t shown = is_splat(*content) ? 1 : std::min(most, volume);
  std::string text;
  for (std::int64_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + element_text(*content, i);
  if (shown < volume) text += is_splat(*content) ? " everywhere" : ", ...";
  return text;
}

/// A body's nodes, one a line.
std::string content_text(const std::shared_ptr<const Graph>& content) {
  std::string text;
  for (const NodeId id : topological_order(*content)) text += node_text(*content, id) + "\n";
  return text;
}

/// Texts that many nodes share, each written once: nodes refer to them by number.
class Texts {
 public:
  std::size_t operator()(const std::string& text) {
    const auto [at, is_new] = numbers_.try_emplace(text, list_.size());
    if (is_new) list_.push_back(text);
    return at->second;
  }
  Json take() { return std::move(list_); }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  Json list_ = Json::list();
};

class GraphWriter {
 public:
  GraphWriter(const Graph& graph, const NodeTimes& times)
      : graph_(graph), times_(times), order_(topological_order(graph)), value_numbers_(graph.value_bound()) {
    std::size_t next = 0;
    for (const NodeId id : order_)
      for (const ValueId result : graph_.node(id).results) value_numbers_[result.index] = next++;
  }

  Json write() {
    Json nodes = Json::list();
    const std::vector<Part> parts = parts_of(graph_, order_);
    for (std::size_t i = 0; i < order_.size(); ++i) nodes.push_back(node_data(graph_.node(order_[i]), parts[i]));
    Json outputs = Json::list();
    for (const Output& output : graph_.outputs()) outputs.push_back(Json::list({output.name, number_of(output.value)}));
    Json updates = Json::list();
    for (const Update& update : graph_.updates())
      updates.push_back(Json::list({number_of(update.variable), number_of(update.value)}));
    return {{"name", graph_.name()},     {"ops", ops_.take()}, {"scopes", scopes_.take()}, {"types", types_.take()},
            {"nodes", std::move(nodes)}, {"outputs", outputs}, {"updates", updates}};
  }

  /// The plan that compiling for the backend makes. Its kernels are made to ask what scratch memory they need.
  Json memory(const Backend& backend) const {
    const std::vector<NodeId> steps = schedule(graph_);
    std::vector<std::size_t> scratch;
    for (const NodeId id : steps) scratch.push_back(scratch_bytes(graph_.node(id), backend));
    const BufferPlan plan = plan_buffers(graph_, steps, scratch);

    std::vector<std::size_t> node_numbers(graph_.node_bound());
    for (std::size_t i = 0; i < order_.size(); ++i) node_numbers[order_[i].index] = i;
    Json schedule = Json::list();
    for (const NodeId id : steps) schedule.push_back(node_numbers[id.index]);
    Json regions = Json::list();
    for (const Region& region : plan.regions) {
      const Json root = region.root ? Json(number_of(region.root)) : Json();
      regions.push_back(Json::list({root, region.offset, region.bytes, region.first, region.last}));
    }
    Json places = Json::list();
    for (const NodeId id : order_)
      for (const ValueId result : graph_.node(id).results) {
        const Location& location = plan.locations[result.index];
        switch (location.place) {
          case Location::Place::none:
            places.push_back(nullptr);
            break;
          case Location::Place::leaf:
            places.push_back(Json::list({node_numbers[location.owner.index], location.offset}));
            break;
          case Location::Place::arena:
            places.push_back(location.offset);
            break;
        }
      }
    return {{"arena", plan.arena_bytes}, {"live", plan.lower_bound_bytes},
            {"naive", plan.naive_bytes}, {"schedule", schedule},
            {"regions", regions},        {"places", places}};
  }

 private:
  std::size_t number_of(ValueId value) const { return value_numbers_[value.index]; }

  Json node_data(const Node& node, Part part) {
    Json operands = Json::list();
    for (const ValueId operand : node.operands) operands.push_back(number_of(operand));
    Json types = Json::list();
    for (const ValueId result : node.results) types.push_back(types_(graph_.type(result).to_string()));
    Json attributes = Json::list();
    for (const auto& [name, attribute] : node.attributes)
      attributes.push_back(
          Json::list({name, std::visit([](const auto& content) { return content_text(content); }, attribute)}));
    Json data = Json::list({node.name, ops_(std::string(node.op->name)), scopes_(node.scope), static_cast<int>(part),
                            std::move(operands), std::move(types), std::move(attributes), flops_of(graph_, node),
                            is_view(graph_, node) ? 0.0 : bytes_of(graph_, node)});
    if (const auto time = times_.find(node.name); time != times_.end())
      data.push_back(Json::list({time->second.seconds, time->second.kind}));
    return data;
  }

  std::size_t scratch_bytes(const Node& node, const Backend& backend) const {
    if (is_view(graph_, node)) return 0;
    require(backend.runs_whole(*node.op),
            "{} '{}': the backend {} has no kernel for this op, so its memory cannot be planned", node.op->name,
            node.name, backend.name());
    std::vector<Lifetime> lifetimes;
    for (const ValueId operand : node.operands) {
      const Op& op = *graph_.node(graph_.producer(piece_of(graph_, operand).source)).op;
      lifetimes.push_back(is_leaf(op) && &op != &leaf::input ? Lifetime::program : Lifetime::run);
    }
    const std::vector<TensorType> operands = types_of(graph_, node.operands);
    const std::vector<TensorType> results = types_of(graph_, node.results);
    try {
      return backend.make_kernel({node, operands, results, lifetimes}).scratch_bytes;
    } catch (const Error& error) {
      fail("{} '{}': {}", node.op->name, node.name, error.what());
    }
  }

  const Graph& graph_;
  const NodeTimes& times_;
  std::vector<NodeId> order_;
  std::vector<std::size_t> value_numbers_;
  Texts ops_;
  Texts scopes_;
  Texts types_;
};

}  // namespace

std::string view_data(const Graph& graph, std::string_view stage, const NodeTimes& times, const Backend* planned_for) {
  GraphWriter writer(graph, times);
  Json data = writer.write();
  data["stage"] = stage;
  if (planned_for != nullptr) data["memory"] = writer.memory(*planned_for);
  return data.dump();
}

}  // namespace weft::inspect
