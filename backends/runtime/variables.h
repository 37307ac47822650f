#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/runtime/packed_copies.h"
#include "backends/runtime/use_count.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// A parameter or state as a graph declares it.
struct VariableDeclaration {
  std::string name;
  TensorType type;
  Initializer initializer;
};
std::vector<VariableDeclaration> declared_variables(const Graph& graph);

/// The content of parameters and states, by name. Shared by all executions that are bound to it, so that one model in
/// several shapes trains one set of weights.
class Variables {
 public:
  explicit Variables(std::uint64_t seed = 1);
  ~Variables();
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

  /// Adds the variables that are missing, filled by their initializers: the same content for the same seed and name,
  /// whatever else there is. Throws Error when one of that name is there with another type, or as another initializer
  /// has left it.
  /// `graph`: the name of the graph that declares them, for the message.
  void initialise(std::span<const VariableDeclaration> declarations, std::string_view graph);
  void initialise(const Graph& graph) { initialise(declared_variables(graph), graph.name()); }
  bool contains(std::string_view name) const;
  /// In the names' order.
  std::vector<std::string> names() const;
  /// Throws Error when the name is unknown, here and below.
  const Tensor& get(std::string_view name) const;
  /// Copies a tensor into a variable. Throws Error when the types differ, or an execution runs that reads it.
  void set(std::string_view name, const Tensor& tensor);
  /// Copies of all.
  TensorMap snapshot() const;

  struct Entry {
    static constexpr std::uint64_t first_version = 1;

    Tensor tensor;
    Initializer initializer = {};           ///< that has filled it
    std::uint64_t version = first_version;  ///< changes with the content
    PackedCopies packed = {};
    UseCount use = {};  ///< read or updated by the executions that run
    /// Of an optimiser's count of steps: the parameters whose updates it counts, as a message names them.
    std::string counted = {};
  };
  /// The entry itself, at an address that stays; for executions.
  Entry& entry(std::string_view name);
  /// Of one of the entries.
  std::string_view name_of(const Entry& entry) const;

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

/// A tensor filled as the initializer says; the numbers depend on seed and name alone.
Tensor initial_content(const TensorType& type, const Initializer& initializer, std::uint64_t seed,
                       std::string_view name);

}  // namespace weft
