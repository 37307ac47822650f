#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "backends/runtime/execution_observer.h"
#include "backends/runtime/program.h"

namespace weft {

/// Fills memory with what no computation makes and none gets over unnoticed: NaN as f32 and as f64, 2146950829 as i32,
/// no bool. A rest of less than four bytes, too.
void poison(std::span<std::byte> memory);

/// Fills the working memory before each run, and every region of it after its last use, so that a kernel that reads
/// what it must not makes itself known. Runs are slower.
class Poison final : public ExecutionObserver {
 public:
  explicit Poison(const Program& program);

  void start(const Execution& execution) override;
  void before(const StepView& step) override;

 private:
  /// A region that nobody uses any more once so many steps of a run are done.
  struct DeadRegion {
    std::size_t steps = 0;
    std::size_t offset = 0;
    std::size_t bytes = 0;
  };

  std::vector<DeadRegion> dead_;  // in the order in which they die
  std::size_t next_ = 0;
  std::span<std::byte> memory_;  // of the run
};

}  // namespace weft
