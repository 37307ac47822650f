#include "graph/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <mutex>
#include <unordered_set>

#include "graph/leaf.h"
#include "graph/name_table.h"

namespace weft {

/// Where a value comes from.
struct Origin {
  NodeId producer;
  std::uint32_t result_index = 0;
};

namespace {

/// All anchors there ever were, and those that no graph has now.
struct Anchors {
  std::mutex mutex;
  std::deque<GraphAnchor> all;
  std::vector<GraphAnchor*> unused;
};

/// Never destroyed: graphs may be, when the program ends.
Anchors& anchors() {
  static auto* const made = new Anchors;
  return *made;
}

/// A graph's own anchor. A copy of the graph's content is another graph.
class OwnedAnchor {
 public:
  explicit OwnedAnchor(GraphStorage& storage) : anchor_(take()) { anchor_->storage = &storage; }
  OwnedAnchor& operator=(const OwnedAnchor&) { return *this; }
  OwnedAnchor(const OwnedAnchor&) = delete;
  ~OwnedAnchor() {
    const std::lock_guard lock(anchors().mutex);
    anchor_->storage = nullptr;
    ++anchor_->generation;
    anchors().unused.push_back(anchor_);
  }
  const GraphAnchor& operator*() const { return *anchor_; }

 private:
  static GraphAnchor* take() {
    const std::lock_guard lock(anchors().mutex);
    if (anchors().unused.empty()) return &anchors().all.emplace_back();
    GraphAnchor* anchor = anchors().unused.back();
    anchors().unused.pop_back();
    return anchor;
  }

  GraphAnchor* anchor_;
};

}  // namespace

namespace {

/// A line behind a message; nothing when the place is unknown.
std::string line_note(std::string_view what, SourceLine where) {
  return where ? fmt::format("\n  {} {}", what, where.to_string()) : std::string();
}

}  // namespace

struct GraphStorage {
  OwnedAnchor anchor{*this};
  Graph* owner = nullptr;
  std::string name;
  std::string scope;
  SourceLine scope_begin;
  // Deques: a reference to a node or type stays good while nodes are added.
  std::deque<Node> nodes;
  std::deque<TensorType> types;  // by value
  // What walks over large graphs ask most is kept apart, so that it stays in the caches.
  std::vector<Origin> origins;      // by value
  std::vector<std::uint8_t> alive;  // by node
  std::vector<Output> outputs;
  std::vector<Update> updates;
  std::unordered_set<std::string> output_names;
  std::unordered_set<ValueId> updated;
  NameTable names;  // of the nodes that are alive
  /// The number that was last put behind a name that was in use.
  std::unordered_map<std::string, int> suffixes;
  std::size_t alive_count = 0;

  bool is_used(std::string_view name) const { return static_cast<bool>(names.find(name, nodes)); }

  std::string below_scope(std::string_view local) const {
    return scope.empty() ? std::string(local) : fmt::format("{}/{}", scope, local);
  }

  std::string unique(std::string wanted) {
    if (!is_used(wanted)) return wanted;
    int& suffix = suffixes[wanted];
    std::string name;
    do name = fmt::format("{}_{}", wanted, ++suffix);
    while (is_used(name));
    return name;
  }

  NodeId append(const Op& op, std::vector<ValueId> operands, Attributes attributes, std::string name,
                std::span<const TensorType> results) {
    const NodeId id{static_cast<std::uint32_t>(nodes.size())};
    require(nodes.size() < Id<NodeTag>::none && origins.size() + results.size() < Id<ValueTag>::none,
            "graph '{}' has too many nodes for 32-bit ids", this->name);
    Node& node = nodes.emplace_back(Node{&op, std::move(operands), {}, std::move(attributes), std::move(name), scope});
    node.results.reserve(results.size());
    for (std::uint32_t i = 0; i < results.size(); ++i) {
      node.results.push_back(ValueId{static_cast<std::uint32_t>(origins.size())});
      types.push_back(results[i]);
      origins.push_back({id, i});
    }
    names.insert(id, nodes);
    alive.push_back(1);
    ++alive_count;
    return id;
  }

  Value add_leaf(const Op& op, std::string_view local_name, const TensorType& type, Attributes attributes,
                 SourceLine where) {
    require(!local_name.empty(), "{}: a leaf needs a name", op.name);
    std::string full = below_scope(local_name);
    if (const NodeId other = names.find(full, nodes))
      fail("{} '{}': the name is in use in graph '{}'{}{}", op.name, full, name,
           line_note("it was declared at", nodes[other.index].declared), line_note("and is again at", where));
    const NodeId id = append(op, {}, std::move(attributes), std::move(full), std::span(&type, 1));
    nodes[id.index].declared = where;
    return {*anchor, nodes[id.index].results[0]};
  }
};

namespace {

Attributes initializer_attributes(const Initializer& initializer, std::string_view name) {
  try {
    require_valid_initializer(initializer.name, initializer.arguments);
  } catch (const Error& error) {
    fail("'{}': {}", name, error.what());
  }
  Attributes attributes{{"initializer", initializer.name}};
  if (!initializer.arguments.empty()) attributes.set("initializer_arguments", initializer.arguments);
  return attributes;
}

/// What a leaf that is restored results in: the type that was written.
std::vector<TensorType> leaf_results(const Op& op, std::span<const TensorType> operands, const Attributes& attributes,
                                     std::span<const TensorType> written) {
  require(operands.empty(), "a leaf has no operands, {} are given", operands.size());
  require(written.size() == 1, "a leaf has one result, {} are given", written.size());
  require_valid_leaf(op, attributes, written[0]);
  return {written[0]};
}

/// "kernel"; "parts[2]" of an op that takes any number of them.
std::string operand_name(const Op& op, std::size_t index) {
  if (op.operands.empty()) return fmt::format("operand {}", index);
  const std::size_t last = op.operands.size() - 1;
  const std::string_view name = op.operands[std::min(index, last)];
  if (name.ends_with("...")) return fmt::format("{}[{}]", name.substr(0, name.size() - 3), index - last);
  return index <= last ? std::string(name) : fmt::format("operand {}", index);
}

/// Lines behind the message about a node that cannot be: what its operands are, and where they and its scope come from.
std::string notes(const Op& op, std::span<const Value> operands, SourceLine scope_begin) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(operands.size(), most); ++i) {
    const SourceLine declared = operands[i].graph().node(operands[i].producer()).declared;
    text += fmt::format("\n  {}: '{}' {}{}", operand_name(op, i), operands[i].name(), operands[i].type(),
                        declared ? ", declared at " + declared.to_string() : "");
  }
  if (operands.size() > most) text += fmt::format("\n  and {} more", operands.size() - most);
  return text + line_note("in the scope that begins at", scope_begin);
}

void require_same_types(std::span<const TensorType> written, std::span<const TensorType> inferred) {
  require(!inferred.empty(), "a node needs a result");
  require(written.size() == inferred.size(), "{} results are written, the op has {}", written.size(), inferred.size());
  for (std::size_t i = 0; i < written.size(); ++i)
    if (written[i] != inferred[i])
      fail("result {} is written as {}, but the operands make it {}", i, written[i], inferred[i]);
}

}  // namespace

std::string Initializer::to_string() const {
  return arguments.empty() ? name : fmt::format("{}({})", name, fmt::join(arguments, ", "));
}

Graph::Graph(std::string name) : storage_(std::make_unique<GraphStorage>()) {
  storage_->owner = this;
  storage_->name = std::move(name);
}

Graph::Graph(Graph&& other) noexcept : storage_(std::move(other.storage_)) {
  if (storage_) storage_->owner = this;
}

Graph& Graph::operator=(Graph&& other) noexcept {
  storage_ = std::move(other.storage_);
  if (storage_) storage_->owner = this;
  return *this;
}

Graph::~Graph() = default;

Graph Graph::clone() const {
  Graph copy;
  *copy.storage_ = *storage_;
  copy.storage_->owner = &copy;
  return copy;
}

const std::string& Graph::name() const { return storage_->name; }

Value Graph::input(std::string_view name, DType dtype, const Shape& shape, SourceLine where) {
  return storage_->add_leaf(leaf::input, name, {dtype, shape}, {}, where);
}

Value Graph::parameter(std::string_view name, const Shape& shape, const Initializer& initializer, DType dtype,
                       SourceLine where) {
  require(is_float(dtype), "parameter '{}': a {} cannot be trained; use a state", name, to_string(dtype));
  return storage_->add_leaf(leaf::parameter, name, {dtype, shape}, initializer_attributes(initializer, name), where);
}

Value Graph::state(std::string_view name, const TensorType& type, const Initializer& initializer, SourceLine where) {
  return storage_->add_leaf(leaf::state, name, type, initializer_attributes(initializer, name), where);
}

Value Graph::constant(Tensor tensor) {
  const TensorType type = tensor.type();
  Attributes attributes{{"value", std::make_shared<const Tensor>(std::move(tensor))}};
  const NodeId id = storage_->append(leaf::constant, {}, std::move(attributes),
                                     storage_->unique(storage_->below_scope("constant")), std::span(&type, 1));
  return {*storage_->anchor, node(id).results[0]};
}

Value Graph::constant(double number, DType dtype) {
  require(dtype != DType::i32 || number == std::trunc(number),
          "the number {} is no i32: write a whole number, or cast the other operand to a floating-point type", number);
  require(dtype != DType::boolean || number == 0.0 || number == 1.0, "the number {} is no bool: write 0 or 1", number);
  return constant(Tensor::full({dtype, Shape{}}, number));
}

void Graph::update(Value variable, Value value) {
  require(variable && value && &variable.graph() == this && &value.graph() == this,
          "update: the variable or the value is null or of another graph than '{}'", name());
  const Node& target = node(variable.producer());
  require(is_variable(*target.op), "update '{}': only a parameter or a state can be updated, this is the result of {}",
          target.name, target.op->name);
  require(variable.type() == value.type(), "update '{}': types differ: variable {}, value '{}' {}", target.name,
          variable.type(), value.name(), value.type());
  require(storage_->updated.insert(variable.id()).second, "update '{}': it has an update already", target.name);
  storage_->updates.push_back({variable.id(), value.id()});
}

void Graph::output(std::string_view name, Value value) {
  require(value && &value.graph() == this, "output '{}': the value is null or of another graph than '{}'", name,
          this->name());
  require(!name.empty(), "an output needs a name");
  require(storage_->output_names.emplace(name).second, "output '{}': the name is in use in graph '{}'", name,
          this->name());
  storage_->outputs.push_back({std::string(name), value.id()});
}

std::vector<Value> Graph::add(const Op& op, std::span<const Value> operands, Attributes attributes,
                              std::string_view name) {
  return append(op, operands, std::move(attributes),
                storage_->unique(storage_->below_scope(name.empty() ? op.name : name)), nullptr);
}

std::vector<Value> Graph::restore(const Op& op, std::span<const Value> operands, Attributes attributes,
                                  std::string_view name, std::string_view scope, std::span<const TensorType> results) {
  require(!name.empty(), "{}: a node needs a name", op.name);
  require(!find(name), "{} '{}': the name is in use in graph '{}'", op.name, name, this->name());
  const Scope within = absolute_scope(scope);
  return append(op, operands, std::move(attributes), std::string(name), &results);
}

std::vector<Value> Graph::append(const Op& op, std::span<const Value> operands, Attributes attributes, std::string name,
                                 const std::span<const TensorType>* written) {
  std::vector<ValueId> ids;
  std::vector<TensorType> types;
  for (const Value& operand : operands) {
    require(static_cast<bool>(operand), "{} '{}': operand {} is a null value", op.name, name, ids.size());
    if (&operand.graph() != this)
      fail("{} '{}': operand {} '{}' is of graph '{}', the node of graph '{}'", op.name, name, ids.size(),
           operand.name(), operand.graph().name(), this->name());
    ids.push_back(operand.id());
    types.push_back(operand.type());
  }
  std::vector<TensorType> results;
  try {
    results =
        written != nullptr && is_leaf(op) ? leaf_results(op, types, attributes, *written) : op.infer(types, attributes);
    if (written != nullptr) require_same_types(*written, results);
  } catch (const Error& error) {
    // What a file declares is read there: operands and types stand in the line that the message names.
    fail("{} '{}': {}{}", op.name, name, error.what(),
         written != nullptr ? "" : notes(op, operands, storage_->scope_begin));
  }
  const NodeId id = storage_->append(op, std::move(ids), std::move(attributes), std::move(name), results);
  std::vector<Value> values;
  for (const ValueId result : node(id).results) values.push_back(value(result));
  return values;
}

Value Graph::add1(const Op& op, std::initializer_list<Value> operands, Attributes attributes, std::string_view name) {
  return add(op, std::span(operands.begin(), operands.size()), std::move(attributes), name).at(0);
}

Graph::Scope::Scope(GraphStorage& storage, std::string scope, SourceLine begin)
    : storage_(&storage),
      outer_(std::exchange(storage.scope, std::move(scope))),
      outer_begin_(std::exchange(storage.scope_begin, begin)) {}

Graph::Scope::~Scope() {
  storage_->scope = std::move(outer_);
  storage_->scope_begin = outer_begin_;
}

Graph::Scope Graph::scope(std::string_view name, SourceLine where) {
  return {*storage_, storage_->below_scope(name), where};
}

Graph::Scope Graph::absolute_scope(std::string_view scope) { return {*storage_, std::string(scope), {}}; }

std::string Graph::unique_name(std::string_view name) { return storage_->unique(storage_->below_scope(name)); }

std::uint32_t Graph::node_bound() const { return static_cast<std::uint32_t>(storage_->nodes.size()); }

std::uint32_t Graph::value_bound() const { return static_cast<std::uint32_t>(storage_->origins.size()); }

bool Graph::alive(NodeId id) const { return id.index < storage_->nodes.size() && storage_->alive[id.index] != 0; }

const Node& Graph::node(NodeId id) const { return storage_->nodes.at(id.index); }

std::vector<NodeId> Graph::nodes() const {
  std::vector<NodeId> ids;
  ids.reserve(storage_->alive_count);
  for (std::uint32_t i = 0; i < node_bound(); ++i)
    if (storage_->alive[i] != 0) ids.push_back(NodeId{i});
  return ids;
}

std::size_t Graph::node_count() const { return storage_->alive_count; }

Value Graph::value(ValueId id) const { return {*storage_->anchor, id}; }

const TensorType& Graph::type(ValueId id) const { return storage_->types.at(id.index); }

NodeId Graph::producer(ValueId id) const { return storage_->origins.at(id.index).producer; }

std::size_t Graph::result_index(ValueId id) const { return storage_->origins.at(id.index).result_index; }

std::string Graph::value_name(ValueId id) const {
  const std::string& name = node(producer(id)).name;
  const std::size_t index = result_index(id);
  return index == 0 ? name : fmt::format("{}:{}", name, index);
}

NodeId Graph::find(std::string_view name) const { return storage_->names.find(name, storage_->nodes); }

std::vector<NodeId> Graph::leaves(const Op& op) const {
  std::vector<NodeId> ids;
  for (const NodeId id : nodes())
    if (node(id).op == &op) ids.push_back(id);
  return ids;
}

std::vector<Value> Graph::parameters() const {
  std::vector<Value> values;
  for (const NodeId id : leaves(leaf::parameter)) values.push_back(value(node(id).results[0]));
  return values;
}

const std::vector<Output>& Graph::outputs() const { return storage_->outputs; }
bool Graph::has_output(std::string_view name) const {
  return std::ranges::find(outputs(), name, &Output::name) != outputs().end();
}

const std::vector<Update>& Graph::updates() const { return storage_->updates; }

void Graph::replace_uses(const std::unordered_map<ValueId, ValueId>& replacements) {
  if (replacements.empty()) return;
  const auto replace = [&replacements](ValueId& id) {
    for (auto at = replacements.find(id); at != replacements.end(); at = replacements.find(id)) id = at->second;
  };
  for (const NodeId id : nodes()) std::ranges::for_each(storage_->nodes[id.index].operands, replace);
  for (Output& output : storage_->outputs) replace(output.value);
  for (Update& update : storage_->updates) replace(update.value);
}

void Graph::set_operand(NodeId node, std::size_t index, ValueId value) {
  storage_->nodes.at(node.index).operands.at(index) = value;
}

void Graph::set_variable_type(ValueId variable, const TensorType& type) {
  check_invariant(is_variable(*node(producer(variable)).op), "'{}' is no variable", value_name(variable));
  storage_->types.at(variable.index) = type;
}

void Graph::erase(NodeId id) {
  if (storage_->alive.at(id.index) == 0) return;
  storage_->alive[id.index] = 0;
  storage_->names.erase(id, storage_->nodes);
  --storage_->alive_count;
}

void Graph::rename(NodeId id, std::string_view name) {
  Node& node = storage_->nodes.at(id.index);
  if (node.name == name) return;
  storage_->names.erase(id, storage_->nodes);
  node.name = storage_->unique(std::string(name));
  storage_->names.insert(id, storage_->nodes);
}

GraphStorage& Value::storage() const {
  require(anchor_ != nullptr, "a null value is used: it was never made by a graph");
  require(anchor_->storage != nullptr && anchor_->generation == generation_,
          "a value is used whose graph is gone: keep the graph as long as its values");
  return *anchor_->storage;
}

Graph& Value::graph() const { return *storage().owner; }

const TensorType& Value::type() const { return storage().types.at(id_.index); }

NodeId Value::producer() const { return storage().origins.at(id_.index).producer; }

std::string Value::name() const { return graph().value_name(id_); }

Value Value::named(std::string_view name) const {
  Graph& owner = graph();
  const std::string& scope = owner.node(producer()).scope;
  owner.rename(producer(), scope.empty() ? std::string(name) : fmt::format("{}/{}", scope, name));
  return *this;
}

}  // namespace weft
