#include "backends/runtime/execution_observer.h"

namespace weft {

void ExecutionObserver::start(const Execution&) {}

void ExecutionObserver::before(const StepView&) {}

void ExecutionObserver::after(const StepView&) {}

}  // namespace weft
