#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/attributes.h"
#include "graph/ids.h"
#include "graph/op.h"
#include "graph/source_line.h"
#include "graph/types.h"

namespace weft {

class Graph;
struct GraphStorage;

/// How a parameter or state gets its first content. Names and formulas are Keras's.
struct Initializer {
  /// "zeros", "ones", "constant", "uniform", "normal", "glorot_uniform", "orthogonal", "unit_forget_bias".
  std::string name = "zeros";
  /// constant: {number}; uniform: {low, high}; normal: {mean, standard deviation}; the others: none.
  std::vector<double> arguments;

  /// "uniform(-0.1, 0.1)".
  std::string to_string() const;
  friend bool operator==(const Initializer&, const Initializer&) = default;

  static Initializer zeros() { return {"zeros", {}}; }
  static Initializer ones() { return {"ones", {}}; }
  static Initializer constant(double number) { return {"constant", {number}}; }
  static Initializer uniform(double low, double high) { return {"uniform", {low, high}}; }
  static Initializer normal(double mean, double deviation) { return {"normal", {mean, deviation}}; }
  /// Uniform in +-sqrt(6 / (fan_in + fan_out)) with fan_in the last but one extent and fan_out the last.
  static Initializer glorot_uniform() { return {"glorot_uniform", {}}; }
  /// A matrix with orthonormal rows or columns, whichever are fewer.
  static Initializer orthogonal() { return {"orthogonal", {}}; }
  /// The bias of lstm_cell, [4 * units]: 1 for the forget gate, the second quarter, and 0 for the others, so that a
  /// cell begins by keeping what it has (Jozefowicz et al., ICML 2015).
  static Initializer unit_forget_bias() { return {"unit_forget_bias", {}}; }
};

/// A node: one application of an op. In SSA form: its results are never written again.
struct Node {
  const Op* op = nullptr;
  std::vector<ValueId> operands;
  std::vector<ValueId> results;
  Attributes attributes;
  /// Unique in the graph: "decoder/step3/gru".
  std::string name;
  /// The source scope that it came from: "decoder/step3". Nodes that a pass makes keep the scope of what they replace.
  std::string scope;
  /// Of a leaf: where it was declared. Unknown when that was in a file, or the leaf is a constant.
  SourceLine declared = {};
};

/// Where the values of a graph find it, wherever it is moved to. It outlives the graph, so that a value whose graph is
/// gone can tell, and serves later graphs in other generations.
struct GraphAnchor {
  GraphStorage* storage = nullptr;
  std::uint32_t generation = 0;
};

/// A handle to one result of one node: small, passed by value, valid as long as its graph (which may be moved). Asking
/// a null handle, or one whose graph is gone, throws Error.
class Value {
 public:
  Value() = default;
  Value(const GraphAnchor& anchor, ValueId id) : anchor_(&anchor), id_(id), generation_(anchor.generation) {}

  /// False for a null handle.
  explicit operator bool() const { return anchor_ != nullptr; }
  Graph& graph() const;
  ValueId id() const { return id_; }
  const TensorType& type() const;
  const Shape& shape() const { return type().shape; }
  DType dtype() const { return type().dtype; }
  NodeId producer() const;
  /// The producer's name; with ":1" behind it for its second result, and so on.
  std::string name() const;
  /// Renames the producer, within its scope. Returns the same value, so that it can stand in an expression.
  Value named(std::string_view name) const;

  friend bool operator==(const Value& a, const Value& b) = default;

 private:
  GraphStorage& storage() const;

  const GraphAnchor* anchor_ = nullptr;
  ValueId id_;
  std::uint32_t generation_ = 0;
};

/// Several values, to be passed on: in braces, a vector, an array or a span. It does not own them.
class Values : public std::span<const Value> {
 public:
  Values() = default;
  Values(std::initializer_list<Value> values) : span(values.begin(), values.size()) {}
  template <std::ranges::contiguous_range Range>
  requires std::convertible_to<Range&&, std::span<const Value>> Values(Range&& range)
      : span(std::forward<Range>(range)) {}
};

/// A name bound to a value: an output of the graph.
struct Output {
  std::string name;
  ValueId value;
};

/// After each run, the variable (a parameter or state) takes the content of `value`.
struct Update {
  ValueId variable;
  ValueId value;
};

/// A computation, declared once. Owns its nodes; move-only (clone() copies). Ids are indices that are never reused;
/// nodes are kept in the order of their making, which after passes need not be an order of execution:
/// topological_order() (graph/order.h) gives one.
class Graph {
 public:
  explicit Graph(std::string name = "graph");
  Graph(Graph&& other) noexcept;
  Graph& operator=(Graph&& other) noexcept;
  ~Graph();
  Graph clone() const;

  const std::string& name() const;

  // ---- Leaves. Their names are taken as given, below the current scope; a name that is in use is an Error. `where`
  // is told by errors; a function that declares leaves for its caller passes on the caller's line.
  /// A value that is fed each run.
  Value input(std::string_view name, DType dtype, const Shape& shape, SourceLine where = SourceLine::current());
  /// A trained value.
  Value parameter(std::string_view name, const Shape& shape, const Initializer& initializer, DType dtype = DType::f32,
                  SourceLine where = SourceLine::current());
  /// A value that lives across runs.
  Value state(std::string_view name, const TensorType& type, const Initializer& initializer = Initializer::zeros(),
              SourceLine where = SourceLine::current());
  Value constant(Tensor tensor);
  /// A scalar constant. Throws Error when the type cannot hold the number: 0.5 as an i32.
  Value constant(double number, DType dtype = DType::f32);

  /// A variable (parameter or state) is assigned `value` at the end of each run, when all have been read. Throws Error
  /// when the types differ, or the variable has an update already.
  void update(Value variable, Value value);
  /// Names a value that can be read after a run. Throws Error when the name is in use.
  void output(std::string_view name, Value value);

  // ---- Nodes.
  /// Appends a node. The name is made unique by a number behind it; without one it is the op's. Throws Error, with the
  /// op's and the node's name, when the types do not fit or an operand is of another graph. Lines behind the message
  /// name the operands, where they were declared, and where the scope begins.
  std::vector<Value> add(const Op& op, std::span<const Value> operands, Attributes attributes = {},
                         std::string_view name = {});
  /// The same for an op of one result.
  Value add1(const Op& op, std::initializer_list<Value> operands, Attributes attributes = {},
             std::string_view name = {});
  /// Appends a node, leaves included, exactly as one was written: under that full name, in that scope. For loaders.
  /// Throws Error, with the op's and the node's name, when the name is in use, an operand is of another graph, a leaf's
  /// attributes are not such as its builder makes, or `results` is not what the op infers.
  std::vector<Value> restore(const Op& op, std::span<const Value> operands, Attributes attributes,
                             std::string_view name, std::string_view scope, std::span<const TensorType> results);

  /// While it lives, new nodes are named below "outer/inner".
  class Scope {
   public:
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    friend class Graph;
    Scope(GraphStorage& storage, std::string scope, SourceLine begin);
    GraphStorage* storage_;
    std::string outer_;
    SourceLine outer_begin_;
  };
  /// Enters a scope below the current one. Errors tell `where` it begins.
  Scope scope(std::string_view name, SourceLine where = SourceLine::current());
  /// Enters exactly this scope, whatever the current one is: for passes, with the scope of the node they replace.
  Scope absolute_scope(std::string_view scope);

  /// A name below the current scope that no node has: the given one, or with a number behind it.
  std::string unique_name(std::string_view name);

  // ---- Looking.
  /// One more than the largest node index ever given; some of these nodes may be erased.
  std::uint32_t node_bound() const;
  std::uint32_t value_bound() const;
  bool alive(NodeId id) const;
  const Node& node(NodeId id) const;
  /// All nodes that are not erased, by id.
  std::vector<NodeId> nodes() const;
  std::size_t node_count() const;
  Value value(ValueId id) const;
  const TensorType& type(ValueId id) const;
  NodeId producer(ValueId id) const;
  /// Which of its producer's results the value is.
  std::size_t result_index(ValueId id) const;
  std::string value_name(ValueId id) const;
  /// The node of that full name; a null id when there is none.
  NodeId find(std::string_view name) const;
  /// The nodes with that leaf op, by id.
  std::vector<NodeId> leaves(const Op& op) const;
  /// What is trained, in the order of declaration.
  std::vector<Value> parameters() const;
  const std::vector<Output>& outputs() const;
  bool has_output(std::string_view name) const;
  const std::vector<Update>& updates() const;

  // ---- Changing: for passes.
  /// Every use of a key of `replacements` (as operand, output or update) becomes its entry's end, chains followed.
  void replace_uses(const std::unordered_map<ValueId, ValueId>& replacements);
  void set_operand(NodeId node, std::size_t index, ValueId value);
  /// Gives a variable another type. Whoever reads and updates it must be made to fit (the verifier checks it).
  void set_variable_type(ValueId variable, const TensorType& type);
  /// Removes a node whose results nobody uses (not checked here; the verifier does).
  void erase(NodeId id);
  /// Renames a node; the name is made unique.
  void rename(NodeId id, std::string_view name);

 private:
  /// `written`: result types that must be those inferred; nullptr when none are known.
  std::vector<Value> append(const Op& op, std::span<const Value> operands, Attributes attributes, std::string name,
                            const std::span<const TensorType>* written);

  std::unique_ptr<GraphStorage> storage_;
};

}  // namespace weft
