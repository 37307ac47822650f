#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "graph/base/error.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// A value that is infinite or no number has come up where CompileOptions::check_numerics forbids it.
class NumericsError : public Error {
 public:
  using Error::Error;
};

/// What the elements of a tensor are, at a glance.
struct ValueRange {
  double least = 0;  ///< of the finite elements, as is `largest`; 0 when there are none
  double largest = 0;
  std::int64_t elements = 0;
  std::int64_t nans = 0;
  std::int64_t infinities = 0;

  bool finite() const { return nans == 0 && infinities == 0; }
  /// "-1 to 2.5", "-1 to 2.5, 3 NaN and 1 infinity among 12".
  std::string to_string() const;
};
ValueRange range_of(const TensorView& tensor);

/// Looks at what each kernel of a run makes, and throws NumericsError after the first one that makes an infinity or
/// NaN: with the node, its scope and types, and the ranges of its results and operands. It keeps the range of every
/// result, since a kernel may write over its operands. Allocates nothing but for the error.
class NumericsCheck {
 public:
  /// `results`: how many results all kernels of a run have.
  explicit NumericsCheck(std::size_t results) { records_.reserve(results); }

  /// A run begins.
  void start() { records_.clear(); }
  /// A parameter or state as the first run finds it: kernels may write over it, and it could not be told then.
  static void check_variable(const Graph& graph, NodeId leaf, const void* content);
  /// A kernel has run, on these addresses.
  void check(const Graph& graph, const Node& node, std::span<const void* const> operands,
             std::span<void* const> results);

 private:
  struct Record {
    const void* address = nullptr;
    std::int64_t elements = 0;
    double least = 0;
    double largest = 0;
  };

  std::string text_of_operand(const Graph& graph, const Node& node, std::size_t index, const void* address,
                              std::span<void* const> results) const;
  [[noreturn]] void report(const Graph& graph, const Node& node, std::span<const void* const> operands,
                           std::span<void* const> results) const;

  std::vector<Record> records_;
};

}  // namespace weft
