#include <cmath>

#include "graph/base/error.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "ops/update/update_op.h"

namespace weft {

void Adagrad::update(Values parameters, Values gradients, const LearningRate& learning_rate,
                     const AdagradOptions& options) {
  const Value rate = checked(parameters, gradients, learning_rate, options.weight_decay);
  require(options.initial_sum >= 0.0 && std::isfinite(options.initial_sum),
          "optimiser '{}': initial_sum is {}: a finite number from 0 is needed", name(), options.initial_sum);
  require(options.epsilon >= 0.0, "optimiser '{}': epsilon is {}: a number from 0 is needed", name(), options.epsilon);
  const Graph::Scope scope = graph().absolute_scope(name());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value parameter = parameters[i];
    const Value last = state_of(parameter, "sum", Initializer::constant(options.initial_sum));
    const Value sum = last + square(gradients[i]);
    graph().update(last, sum);
    const Value step = rate * gradients[i] / (sqrt(sum) + options.epsilon);
    graph().update(parameter, decayed(parameter, rate, options.weight_decay) - step);
  }
}

}  // namespace weft
