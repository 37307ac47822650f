#include <algorithm>

#include "graph/base/error.h"
#include "ops/helpers.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "ops/update/update_op.h"

namespace weft {

Value Optimiser::step() {
  if (step_) return step_;
  require(!graph_->find(fmt::format("{}/step", name_)),
          "graph '{}' has an optimiser '{}' already: give each a name of its own", graph_->name(), name_);
  const Graph::Scope scope = graph_->absolute_scope(name_);
  const Value last_step = graph_->state("step", {DType::i32, Shape{}}, Initializer::zeros(), {});
  step_ = last_step + 1.0;
  graph_->update(last_step, step_);
  return step_;
}

Value Optimiser::checked(Values parameters, Values gradients, const LearningRate& learning_rate,
                         double weight_decay) const {
  require(!parameters.empty() && parameters.size() == gradients.size(),
          "optimiser '{}': {} parameters and {} gradients are given: one gradient for each parameter is needed", name_,
          parameters.size(), gradients.size());
  require(weight_decay >= 0.0, "optimiser '{}': weight_decay is {}: a number from 0 is needed", name_, weight_decay);
  require(static_cast<bool>(parameters[0]), "optimiser '{}': the parameter 0 is a null value", name_);
  const Value rate = learning_rate.in(*graph_, parameters[0].dtype());
  require(static_cast<bool>(rate), "optimiser '{}': the learning rate is a null value", name_);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    require(parameters[i] && gradients[i], "optimiser '{}': the {} {} is a null value", name_,
            parameters[i] ? "gradient" : "parameter", i);
    require(&parameters[i].graph() == graph_, "optimiser '{}': '{}' is of graph '{}', the optimiser of graph '{}'",
            name_, parameters[i].name(), parameters[i].graph().name(), graph_->name());
    require(graph_->node(parameters[i].producer()).op == &leaf::parameter,
            "optimiser '{}': '{}' is no parameter: only parameters are trained", name_, parameters[i].name());
    require(gradients[i].type() == parameters[i].type(), "optimiser '{}': the gradient of '{}' is {}, the parameter {}",
            name_, parameters[i].name(), gradients[i].type(), parameters[i].type());
    require(rate.type() == TensorType{parameters[i].dtype(), Shape{}},
            "optimiser '{}': the learning rate is {}: {}[] is needed, as '{}' is {}", name_, rate.type(),
            to_string(parameters[i].dtype()), parameters[i].name(), parameters[i].type());
    require(std::ranges::find(graph_->updates(), parameters[i].id(), &Update::variable) == graph_->updates().end(),
            "optimiser '{}': '{}' has an update already: it is of one optimiser and one group", name_,
            parameters[i].name());
  }
  return rate;
}

Value Optimiser::state_of(Value parameter, std::string_view what, const Initializer& initializer) const {
  return graph_->state(fmt::format("{}/{}", parameter.name(), what), parameter.type(), initializer, {});
}

}  // namespace weft
