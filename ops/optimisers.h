#pragma once

// What trains a model: optimisers, which let a graph hold its whole training step, and learning rates that change with
// the steps.
//
//   Adam adam(graph);
//   const Value rate = 1e-3 * linear_warmup(adam.step(), 400) * cosine_decay(adam.step(), 10'000);
//   adam.update(parameters, clip_by_global_norm(gradients(loss, parameters), 1.0), rate, {.weight_decay = 0.01});

#include <cstdint>
#include <string>
#include <string_view>

#include "graph/graph.h"

namespace weft {

/// A number, or a scalar of the graph (an input, a state, a schedule) of the parameters' element type.
class LearningRate {
 public:
  LearningRate(double number) : number_(number) {}
  LearningRate(Value value) : value_(value), is_number_(false) {}
  /// As a value of that graph; a null one where that is what was given.
  Value in(Graph& graph, DType dtype) const { return is_number_ ? graph.constant(number_, dtype) : value_; }

 private:
  double number_ = 0.0;
  Value value_;
  bool is_number_ = true;
};

/// What all optimisers have: a name, below which their states lie, and a count of the updates. Several optimisers of one
/// graph, or of graphs that share variables and train different parameters, need names of their own.
///
/// Each has update(parameters, gradients, learning_rate, options), which declares the states of these parameters, and
/// what both become in a run. Groups of parameters with options of their own take an update() each: together they are
/// one update, and are counted once. A matrix loses the share `weight_decay` of itself, times the learning rate, at each
/// update (decoupled decay: Loshchilov and Hutter, arXiv:1711.05101); biases and other vectors lose nothing. Throws Error
/// when a parameter is updated already, and when types or options do not fit.
class Optimiser {
 public:
  const std::string& name() const { return name_; }
  /// Which update this is, from 1: an i32 scalar, that the state "<name>/step" counts. Throws Error when another
  /// optimiser of that name counts in this graph.
  Value step();

 protected:
  /// The graph must stay where it is while the optimiser lives.
  Optimiser(Graph& graph, std::string_view name) : graph_(&graph), name_(name) {}

  Graph& graph() const { return *graph_; }
  /// The learning rate, when all is as it must be.
  Value checked(Values parameters, Values gradients, const LearningRate& learning_rate, double weight_decay) const;
  /// The state "<name>/<parameter>/<what>", of the parameter's type.
  Value state_of(Value parameter, std::string_view what, const Initializer& initializer = Initializer::zeros()) const;

 private:
  Graph* graph_;
  std::string name_;
  Value step_;
};

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;      ///< added to the corrected root
  double weight_decay = 0.0;  ///< with it, this is AdamW
};
/// Adam: Algorithm 1 of Kingma and Ba (arXiv:1412.6980). Its states are the moments "<name>/<parameter>/m" and "/v", and
/// "<name>/step".
class Adam : public Optimiser {
 public:
  explicit Adam(Graph& graph, std::string_view name = "adam") : Optimiser(graph, name) {}
  void update(Values parameters, Values gradients, const LearningRate& learning_rate, const AdamOptions& options = {});
};

struct SgdOptions {
  double momentum = 0.0;  ///< the decay of the velocity, in [0, 1)
  bool nesterov = false;  ///< the step looks ahead by the momentum, which must not be 0
  double weight_decay = 0.0;
};
/// Gradient descent: velocity' = momentum velocity + g, parameter' = parameter - learning_rate velocity'; with nesterov,
/// parameter' = parameter - learning_rate (g + momentum velocity'). Its states are "<name>/<parameter>/velocity"; without
/// momentum, there are none.
class Sgd : public Optimiser {
 public:
  explicit Sgd(Graph& graph, std::string_view name = "sgd") : Optimiser(graph, name) {}
  void update(Values parameters, Values gradients, const LearningRate& learning_rate, const SgdOptions& options = {});
};

struct RmsPropOptions {
  double rho = 0.9;       ///< the decay of the mean square, in [0, 1)
  double momentum = 0.0;  ///< the decay of the velocity, in [0, 1)
  double epsilon = 1e-7;  ///< added to the root
  double weight_decay = 0.0;
};
/// RMSprop (Tieleman and Hinton, 2012): mean_square' = rho mean_square + (1 - rho) g^2, velocity' = momentum velocity
/// + g / (sqrt(mean_square') + epsilon), parameter' = parameter - learning_rate velocity'. Its states are
/// "<name>/<parameter>/mean_square", and "/velocity" where momentum is not 0.
class RmsProp : public Optimiser {
 public:
  explicit RmsProp(Graph& graph, std::string_view name = "rmsprop") : Optimiser(graph, name) {}
  void update(Values parameters, Values gradients, const LearningRate& learning_rate,
              const RmsPropOptions& options = {});
};

struct AdagradOptions {
  double initial_sum = 0.1;  ///< of the squares
  double epsilon = 1e-7;     ///< added to the root
  double weight_decay = 0.0;
};
/// Adagrad (Duchi et al., JMLR 12, 2011): sum' = sum + g^2, parameter' = parameter - learning_rate g / (sqrt(sum')
/// + epsilon). Its states are "<name>/<parameter>/sum".
class Adagrad : public Optimiser {
 public:
  explicit Adagrad(Graph& graph, std::string_view name = "adagrad") : Optimiser(graph, name) {}
  void update(Values parameters, Values gradients, const LearningRate& learning_rate,
              const AdagradOptions& options = {});
};

// ---- Learning rates: factors, to be multiplied with each other and with the highest rate. Each is a f32 scalar made of
// a step, an i32 scalar that is 1 at the first update, as Optimiser::step() is; before that, it is what it is at 1. A
// decay that begins after a warm-up is one of `step - 400.0`. Exact for 2^24 steps.
/// step / steps, up to 1.
Value linear_warmup(Value step, std::int64_t steps);
/// From 1 to `least`, which it has after `steps` updates, in a line.
Value linear_decay(Value step, std::int64_t steps, double least = 0.0);
/// From 1 to `least`, which it has after `steps` updates, along half a cosine (Loshchilov and Hutter, arXiv:1608.03983).
Value cosine_decay(Value step, std::int64_t steps, double least = 0.0);
/// rate^(t / steps) after t updates.
Value exponential_decay(Value step, std::int64_t steps, double rate);
/// Times `rate` after every `steps` updates.
Value step_decay(Value step, std::int64_t steps, double rate);
/// sqrt(steps / step) from step `steps` on, before that 1: behind a linear_warmup of as many steps, the schedule of the
/// Transformer (Vaswani et al., arXiv:1706.03762, 5.3).
Value inverse_square_root(Value step, std::int64_t steps);

}  // namespace weft
