#include "graph/base/error.h"
#include "ops/helpers.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "ops/update/update_op.h"

namespace weft {

void RmsProp::update(Values parameters, Values gradients, const LearningRate& learning_rate,
                     const RmsPropOptions& options) {
  const Value rate = checked(parameters, gradients, learning_rate, options.weight_decay);
  require(options.rho >= 0.0 && options.rho < 1.0, "optimiser '{}': rho is {}: a number in [0, 1) is needed", name(),
          options.rho);
  require(options.momentum >= 0.0 && options.momentum < 1.0,
          "optimiser '{}': momentum is {}: a number in [0, 1) is needed", name(), options.momentum);
  require(options.epsilon >= 0.0, "optimiser '{}': epsilon is {}: a number from 0 is needed", name(), options.epsilon);
  const Graph::Scope scope = graph().absolute_scope(name());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value parameter = parameters[i];
    const Value last = state_of(parameter, "mean_square");
    const Value mean_square = lerp(last, square(gradients[i]), constant_like(rate, 1.0 - options.rho));
    graph().update(last, mean_square);
    Value step = gradients[i] / (sqrt(mean_square) + options.epsilon);
    if (options.momentum > 0.0) {
      const Value velocity = state_of(parameter, "velocity");
      step = velocity * options.momentum + step;
      graph().update(velocity, step);
    }
    graph().update(parameter, decayed(parameter, rate, options.weight_decay) - rate * step);
  }
}

}  // namespace weft
