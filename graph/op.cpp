#include "graph/op.h"

#include <algorithm>

#include "graph/base/quote.h"
#include "graph/base/suggestion.h"
#include "graph/graph.h"

namespace weft {

const Attributes& GradientContext::attributes() const { return node_->attributes; }

std::size_t GradientContext::operand_count() const { return node_->operands.size(); }

Value GradientContext::operand(std::size_t index) const { return graph_->value(node_->operands.at(index)); }

Value GradientContext::result(std::size_t index) const { return graph_->value(node_->results.at(index)); }

Value GradientContext::cotangent(std::size_t index) const { return cotangents_[index]; }

Value GradientContext::cotangent_or_zeros(std::size_t index) const {
  if (cotangents_[index]) return cotangents_[index];
  return graph_->constant(Tensor(result(index).type()));
}

bool overwrites(const Op& op, std::size_t result, std::size_t operand) {
  return op.elementwise || std::ranges::find(op.in_place, std::pair{result, operand}) != op.in_place.end();
}

std::optional<std::size_t> operand_index(const Op& op, std::string_view operand) {
  const auto at = std::ranges::find(op.operands, operand);
  return at == op.operands.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - op.operands.begin()));
}

OpTable::OpTable(std::vector<const Op*> ops) : ops_(std::move(ops)) {
  std::ranges::sort(ops_, {}, [](const Op* op) { return op->name; });
  const auto twice = std::ranges::adjacent_find(ops_, {}, [](const Op* op) { return op->name; });
  check_invariant(twice == ops_.end(), "two ops are named '{}'", twice == ops_.end() ? "" : (*twice)->name);
}

const Op* OpTable::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(ops_, name, {}, [](const Op* op) { return op->name; });
  return at != ops_.end() && (*at)->name == name ? *at : nullptr;
}

const Op& OpTable::get(std::string_view name) const {
  if (const Op* op = find(name)) return *op;
  std::vector<std::string_view> names;
  for (const Op* op : ops_) names.push_back(op->name);
  fail("there is no op '{}'{}", excerpt(name, 40), suggestion(name, names));
}

namespace leaf {
namespace {

std::vector<TensorType> no_inference(std::span<const TensorType>, const Attributes&) {
  throw Error("a leaf is made by the graph's own builders");
}

Op leaf_op(std::string_view name, std::string_view summary, std::vector<std::string_view> attributes) {
  return {.name = name,
          .family = "leaf",
          .summary = summary,
          .operands = {},
          .results = {"value"},
          .attributes = std::move(attributes),
          .infer = no_inference,
          .no_gradient = "a leaf has no operands"};
}

}  // namespace

const Op input = leaf_op("input", "a value that is fed each run", {});
const Op parameter =
    leaf_op("parameter", "a trained value",
            {"initializer: how it is filled at first", "initializer_arguments: the initializer's numbers"});
const Op state =
    leaf_op("state", "a value that lives across runs",
            {"initializer: how it is filled at first", "initializer_arguments: the initializer's numbers"});
const Op constant = leaf_op("constant", "a value known when the graph is built", {"value: the tensor"});

}  // namespace leaf

}  // namespace weft
