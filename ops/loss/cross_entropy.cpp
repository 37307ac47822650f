#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {
namespace {

void check(Value logits, Value ids, const CrossEntropyOptions& options) {
  require(static_cast<bool>(logits), "cross_entropy: the logits are a null value");
  require(is_float(logits.dtype()), "cross_entropy: the logits are {}: a floating-point type is needed", logits.type());
  require_dtype("cross_entropy", ids, DType::i32);
  const Shape& shape = logits.shape();
  require(shape.rank() > 0 && shape.without(shape.rank() - 1) == ids.shape(),
          "cross_entropy: the logits need one row a target: logits {}, targets {}", logits.type(), ids.type());
  require(options.label_smoothing >= 0.0 && options.label_smoothing < 1.0,
          "cross_entropy: the label smoothing {} is not in [0, 1)", options.label_smoothing);
  const TensorType of_classes{logits.dtype(), Shape{shape[-1]}};
  require(!options.class_weights || options.class_weights.type() == of_classes,
          "cross_entropy: the class weights are {}: {} is needed",
          options.class_weights ? options.class_weights.type() : of_classes, of_classes);
}

}  // namespace

Value cross_entropy(Value logits, Value ids, const CrossEntropyOptions& options) {
  check(logits, ids, options);
  const std::int64_t classes = logits.shape()[-1];
  const Value zero = constant_like(logits, 0.0);
  const Value one = constant_like(logits, 1.0);
  // Targets that do not count are class 0 with weight 0, and their losses are not looked at: they may be infinite.
  Value counts;
  if (options.ignore_index) {
    counts = not_equal(ids, constant_like(ids, *options.ignore_index));
    ids = select(counts, ids, constant_like(ids, 0.0));
  }
  const auto counted = [&](Value x) { return counts ? select(counts, x, zero) : x; };
  const Value weights =
      counted(options.class_weights ? gather(options.class_weights, ids) : broadcast(one, ids.shape()));
  const Value log_p = log_softmax(logits);
  const Value of_target = squeeze(take_along_axis(log_p, expand_dims(ids, -1), -1), {-1});
  Value sum = reduce_sum(counted(of_target) * weights * -(1.0 - options.label_smoothing));
  if (options.label_smoothing > 0.0) {
    const Value of_all = reduce_sum(options.class_weights ? log_p * options.class_weights : log_p, {-1});
    sum = sum - reduce_sum(counted(of_all)) * (options.label_smoothing / static_cast<double>(classes));
  }
  const Value weight = reduce_sum(weights);
  return sum / select(equal(weight, zero), one, weight);
}

}  // namespace weft
