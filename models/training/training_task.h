#pragma once

#include <cstdint>
#include <functional>

#include "backends/runtime/execution.h"
#include "backends/runtime/program_cache.h"
#include "graph/graph.h"

namespace weft {

/// A batch of an epoch. Whatever is made of it is a function of these two numbers alone: so that a training that goes on
/// sees the same batches.
struct BatchNumber {
  std::int64_t epoch = 0;  ///< from 0
  std::int64_t batch = 0;  ///< in the epoch, from 0
};

/// What is trained, and on which batches.
struct TrainingTask {
  /// Tells batches of different shapes apart, by up to three numbers.
  using Shape = ProgramsByShape::Shape;

  /// The whole step for batches of a shape: the loss, its gradients, the updates of the parameters. It declares the
  /// same parameters and states for each shape. Its output "loss" is a float32 scalar. The inputs are `fill`'s but for
  /// "learning_rate" and "average_weight", float32 scalars, if they are there: the schedule's rate, and how far the
  /// moving average of the weights goes (TrainerOptions::average). The outputs "gradient_norm" and "learning_rate",
  /// float32 scalars, are reported if they are there: the second is of a graph with a schedule of its own.
  std::function<Graph(const Shape& shape)> graph;
  /// How many batches an epoch has.
  std::int64_t batches = 1;
  /// The shape of a batch; without it, all have the same: zeros.
  std::function<Shape(const BatchNumber& number)> shape = {};
  /// How many rows or words the loss of a batch is a mean over: its weight in the epoch's loss; without it, 1.
  std::function<std::int64_t(const BatchNumber& number)> tokens = {};
  /// Fills the inputs of a step from the batch.
  std::function<void(const BatchNumber& number, Execution& step)> fill;
  /// What the loss of a batch is divided by, where that is not its tokens: reports have the mean over these all the same.
  std::function<std::int64_t(const BatchNumber& number)> divisor = {};

  /// So many batches make one update; those left at the end of an epoch make one, too. With more than 1, `graph` leaves
  /// what it has of the gradients in states (accumulation.h), and `update` is the graph of the update behind the last of
  /// them, whose inputs and outputs are those named above but for the loss.
  std::int64_t accumulate = 1;
  std::function<Graph()> update = {};

  Shape shape_of(const BatchNumber& number) const { return shape ? shape(number) : Shape{}; }
  std::int64_t tokens_of(const BatchNumber& number) const { return tokens ? tokens(number) : 1; }
  /// What a step's loss is of each token.
  double per_token(const BatchNumber& number, double loss) const {
    return divisor ? loss * static_cast<double>(divisor(number)) / static_cast<double>(tokens_of(number)) : loss;
  }
};

}  // namespace weft
