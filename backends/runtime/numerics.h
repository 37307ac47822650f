#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backends/runtime/execution_observer.h"
#include "backends/runtime/program.h"
#include "graph/base/error.h"
#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft {

/// A value that is infinite or no number has come up where a NumericsCheck looks.
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

/// The options with each node a kernel of its own: the pass fuse-elementwise is left out.
CompileOptions without_fusions(CompileOptions options);

/// Looks at what each kernel of a run makes, and throws NumericsError after the first one that makes an infinity or
/// NaN: with the node, its scope and types, and the ranges of its results and operands. It keeps the range of every
/// result, since a kernel may write over its operands. Allocates nothing after the first run but for the error. Runs
/// are a little slower. What a fusion makes within, it does not see: give programs that are to be checked to
/// without_fusions() before compiling; their bits are the same.
class NumericsCheck final : public ExecutionObserver {
 public:
  /// Before the first run, of the variables too: kernels may write over them, and it could not be told then.
  void start(const Execution& execution) override;
  void after(const StepView& step) override;

 private:
  struct Record {
    const void* address = nullptr;
    std::int64_t elements = 0;
    double least = 0;
    double largest = 0;
  };

  std::string text_of_operand(const Graph& graph, const Node& node, std::size_t index, const void* address,
                              std::span<void* const> results) const;
  [[noreturn]] void report(const StepView& step) const;

  bool variables_checked_ = false;
  std::vector<Record> records_;
};

}  // namespace weft
