#include "tests/fuzz/random_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "graph/base/random.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/case_graph.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "passes/float_type.h"

namespace weft::fuzz {
namespace {

constexpr std::int64_t most_drawn_elements = 60;

class Generator {
 public:
  Generator(Choices& choices, const RandomGraphOptions& options)
      : choices_(choices), options_(options), graph_("random") {}

  Graph run() && {
    differentiable_ = options_.differentiate && chance(60);
    for (int i = 0; i < 3; ++i) keep(graph_.input(fmt::format("x{}", i), options_.floats, any_shape(2, 2)));
    keep(graph_.input("x3", options_.floats, any_shape(0, 4)));
    if (options_.updates)
      for (int i = 0; i < 3; ++i) declare_state(i);
    for (int i = 0; i < options_.nodes && (i == 0 || choices_.left()); ++i) add_part();
    declare_outputs();
    if (differentiable_) differentiate();
    if (options_.updates) update_states();
    return std::move(graph_);
  }

 private:
  // ---- Drawing
  std::int64_t pick(std::int64_t low, std::int64_t high) { return choices_.pick(low, high); }
  bool chance(int percent) { return choices_.chance(percent); }
  Shape any_shape(std::int64_t least_rank, std::int64_t most_rank) {
    std::vector<std::int64_t> extents(static_cast<std::size_t>(pick(least_rank, most_rank)));
    for (std::int64_t& extent : extents) extent = pick(1, extents.size() > 2 ? 3 : 4);
    return Shape(std::span<const std::int64_t>(extents));
  }
  /// The later ones more often, so that graphs become deep.
  Value any() {
    const std::int64_t last = std::ssize(pool_) - 1;
    return pool_[static_cast<std::size_t>(chance(50) ? pick(std::max<std::int64_t>(0, last - 6), last)
                                                     : pick(0, last))];
  }
  std::int64_t any_axis(Value x) { return pick(0, static_cast<std::int64_t>(x.shape().rank()) - 1); }
  /// A value with at least one axis.
  Value with_axes() {
    const Value value = any();
    return value.shape().rank() > 0 ? value : reshape(value, {1});
  }
  Value matrix() {
    const Value value = any();
    const Shape& shape = value.shape();
    if (shape.rank() == 2) return value;
    if (shape.rank() == 0) return reshape(value, {1, 1});
    return reshape(value, {shape[0], shape.volume() / shape[0]});
  }
  /// A value of that shape: an old one where there is one, else a new one made of an old one's sum.
  Value of_shape(const Shape& shape) {
    std::vector<Value> fitting;
    for (const Value& value : pool_)
      if (value.shape() == shape) fitting.push_back(value);
    if (!fitting.empty() && chance(85)) return choices_.one_of(fitting);
    return broadcast(tanh(reduce_sum(any())), shape);
  }
  /// The shape, or one that broadcasts to it.
  Shape broadcasting(const Shape& shape) {
    if (chance(60)) return shape;
    std::vector<std::int64_t> extents;
    for (const std::int64_t extent : shape)
      if (!extents.empty() || chance(70)) extents.push_back(chance(30) ? 1 : extent);
    return Shape(std::span<const std::int64_t>(extents));
  }
  /// The value's elements moved into a range; now and then as they are, where values may be wild.
  Value within(Value x, double low, double high) {
    if (!options_.tame && chance(15)) return x;
    return number(low) + number(high - low) * sigmoid(x);
  }
  Value number(double content) { return graph_.constant(content, options_.floats); }
  Value weight(const Shape& shape) {
    const std::string name = fmt::format("weight{}{}", shape.to_string(), pick(0, 1));
    const auto [at, fresh] = weights_.try_emplace(name);
    if (fresh) {
      at->second = graph_.parameter(name, shape, Initializer::uniform(-0.7, 0.7), options_.floats);
      parameters_.push_back(at->second);
    }
    return at->second;
  }
  void keep(Value value) {
    if (value.shape().volume() <= most_drawn_elements) pool_.push_back(value);
  }
  /// Of an op that has no gradient: nothing that is differentiated may be made of it.
  void keep_flat(Value value) {
    if (differentiable_)
      flat_.push_back(value);
    else
      keep(value);
  }

  // ---- Integers
  /// i32 in [0, vocabulary).
  Value ids(const Shape& shape) {
    switch (pick(0, 3)) {
      case 0: {
        Tensor tensor({DType::i32, shape});
        for (std::int64_t i = 0; i < shape.volume(); ++i)
          tensor.set_number(i, static_cast<double>(pick(0, vocabulary - 1)));
        return graph_.constant(std::move(tensor));
      }
      case 1: {
        const Value x = of_shape(shape.inserted(shape.rank(), vocabulary));
        return argmax(x, -1);
      }
      default:
        return graph_.input(fmt::format("ids{}", inputs_++), DType::i32, shape);
    }
  }
  Value number_of_step() { return graph_.constant(static_cast<double>(pick(1, 9)), DType::i32); }
  Value step() { return chance(50) ? number_of_step() : ids({}); }
  Value flags(const Shape& shape) {
    switch (pick(0, 4)) {
      case 0:
        return less(of_shape(shape), of_shape(broadcasting(shape)));
      case 1:
        return equal(ids(shape), ids(broadcasting(shape)));
      case 2:
        return less(ids(shape), graph_.constant(1.0, DType::i32));
      case 3:
        return graph_.input(fmt::format("flags{}", inputs_++), DType::boolean, shape);
      default:
        return equal(less(ids(shape), ids(shape)), graph_.constant(chance(50) ? 1.0 : 0.0, DType::boolean));
    }
  }

  // ---- Parts
  void add_part() {
    using Maker = void (Generator::*)();
    static const std::vector<Maker> makers{&Generator::unary,
                                           &Generator::rounded,
                                           &Generator::binary,
                                           &Generator::binary,
                                           &Generator::neutral,
                                           &Generator::product,
                                           &Generator::product,
                                           &Generator::sum_of_products,
                                           &Generator::cut,
                                           &Generator::join,
                                           &Generator::cut_and_join,
                                           &Generator::reshaped,
                                           &Generator::transposed,
                                           &Generator::reduction,
                                           &Generator::choice,
                                           &Generator::lookup,
                                           &Generator::lookup,
                                           &Generator::padded,
                                           &Generator::recurrence,
                                           &Generator::feedback,
                                           &Generator::attention,
                                           &Generator::long_memory,
                                           &Generator::integers,
                                           &Generator::chances,
                                           &Generator::loss,
                                           &Generator::update_step,
                                           &Generator::norms,
                                           &Generator::batched_product,
                                           &Generator::op_case,
                                           &Generator::op_case,
                                           &Generator::op_case,
                                           &Generator::function,
                                           &Generator::pair,
                                           &Generator::counted,
                                           &Generator::normalised,
                                           &Generator::simple_loss,
                                           &Generator::conversion,
                                           &Generator::indexed,
                                           &Generator::stretched,
                                           &Generator::sum_of_pads,

                                           &Generator::attention_by_hand,
                                           &Generator::by_hand,
                                           &Generator::reduction_around_channels,
                                           &Generator::convolutions};
    (this->*choices_.one_of(makers))();
  }

  void unary() {
    const Value x = any();
    switch (pick(0, 10)) {
      case 0:
        return keep(tanh(x));
      case 1:
        return keep(sigmoid(x));
      case 2:
        return keep(neg(x));
      case 3:
        return keep(neg(neg(x)));
      case 4:
        return keep(exp(tanh(x)));
      case 5:
        return keep(log(within(x, 0.3, 4.0)));
      case 6:
        return keep(sqrt(within(x, 0.3, 4.0)));
      case 7:
        return keep(relu(x));
      case 8:
        return keep(tanh(log_softmax(matrix(), pick(0, 1))));
      case 9: {
        const Value axes = with_axes();
        return keep(softmax(axes, any_axis(axes)));
      }
      default:
        return keep(options_.tame ? tanh(x) : exp(x));
    }
  }

  void binary() {
    const Value a = any();
    const Value b = chance(20) ? a : chance(25) ? tanh(reduce_sum(any())) : of_shape(broadcasting(a.shape()));
    switch (pick(0, 4)) {
      case 0:
        return keep(tanh(add(a, b)));
      case 1:
        return keep(sub(b, tanh(a)));
      case 2:
        return keep(mul(tanh(a), tanh(b)));
      case 3:
        return keep(tanh(div(a, within(b, 0.5, 3.0))));
      default:
        return keep(tanh(div(a, exp(tanh(b)))));
    }
  }

  void function() {
    const Value x = any();
    switch (pick(0, 12)) {
      case 0:
        return keep(tanh(abs(x) + sign(x)));
      case 1:
        return keep(tanh(floor(x) + x));
      case 2:
        return keep(tanh(chance(50) ? round(x) : ceil(x)) * x);
      case 3:
        return keep(log1p(within(x, -0.7, 3.0)));
      case 4:
        return keep(tanh(expm1(tanh(x))));
      case 5:
        return keep(erf(x));
      case 6:
        return keep(chance(50) ? sin(x) : cos(x));
      case 7:
        return keep(tanh(softplus(x)));
      case 8:
        return keep(tanh(gelu(x, chance(50) ? GeluForm::erf : GeluForm::tanh)));
      case 9:
        return keep(tanh(silu(x) + leaky_relu(x)));
      case 10:
        return keep(tanh(elu(x)));
      case 11:
        return keep(rsqrt(within(x, 0.3, 4.0)));
      default:
        return keep(clamp(x, -0.5, 0.75));
    }
  }

  void pair() {
    const Value a = any();
    const Value b = chance(20) ? a : of_shape(broadcasting(a.shape()));
    switch (pick(0, 4)) {
      case 0:
        return keep(minimum(a, b));
      case 1:
        return keep(maximum(a, b));
      case 2:
        return keep(remainder(a + 0.3, within(b, 0.5, 3.0)));  // at 0, where values often lie, it jumps
      case 3:
        return keep(tanh(pow(within(a, 0.3, 3.0), tanh(b))));
      default:
        return keep(tanh(chance(30) ? pow(within(a, 0.3, 3.0), 0.5) : pow(a, static_cast<double>(pick(1, 4)))));
    }
  }

  /// Along an axis, or over some.
  void counted() {
    const Value x = with_axes();
    const std::int64_t axis = any_axis(x);
    switch (pick(0, 5)) {
      case 0:
        return keep(tanh(cumsum(x, axis, chance(50))));
      case 1:
        return keep(flip(x, axis));
      case 2:
        return keep(tanh(reduce_prod(tanh(x), {axis}, chance(50))));
      case 3:
        return keep(tanh(logsumexp(x, {axis}, chance(50))));
      case 4:
        return keep(reduce_min(x, {axis}, chance(50)));
      default:
        return keep(tanh(reduce_variance(x, {axis})));
    }
  }

  void normalised() {
    const Value x = with_axes();
    const Shape units{x.shape()[-1]};
    if (chance(50)) return keep(layer_norm(x, weight(units), weight(units), 0.1));
    keep(rms_norm(x, weight(units), 0.1));
  }

  void simple_loss() {
    const Value x = any();
    const Value y = of_shape(x.shape());
    switch (pick(0, 4)) {
      case 0:
        return keep(tanh(mse(x, y)));
      case 1:
        return keep(tanh(l1(x, y)));
      case 2:
        return keep(tanh(huber(x, y, 0.5)));
      case 3:
        return keep(tanh(binary_cross_entropy_with_logits(x, sigmoid(y))));
      default: {
        const Shape rows = any_shape(0, 2);
        const Value logits = of_shape(rows.inserted(rows.rank(), vocabulary));
        CrossEntropyOptions options{.label_smoothing = chance(50) ? 0.0 : 0.1};
        if (chance(50)) options.ignore_index = static_cast<std::int32_t>(pick(0, vocabulary));
        return keep(tanh(cross_entropy(logits, ids(rows), options)));
      }
    }
  }

  /// Through other element types and back.
  void conversion() {
    const Value x = any();
    switch (pick(0, 3)) {
      case 0:
        return keep(tanh(cast(cast(x, DType::i32), options_.floats)) * x);
      case 1:
        return keep(cast(cast(x, DType::boolean), options_.floats) * tanh(x));
      case 2:
        return keep(cast(logical_and(flags(x.shape()), logical_not(flags(x.shape()))), options_.floats));
      default: {
        const Value rows = ids(any_shape(0, 1));
        const Value hot = one_hot(rows, vocabulary, options_.floats);
        return keep(chance(50) ? hot : tanh(cast(abs(-rows), options_.floats) * 0.5));
      }
    }
  }

  void neutral() {
    const Value x = any();
    const Value ones = chance(50) ? number(1.0) : broadcast(number(1.0), x.shape());
    const Value zeros = chance(50) ? number(0.0) : broadcast(number(0.0), x.shape());
    switch (pick(0, 5)) {
      case 0:
        return keep(x + zeros);
      case 1:
        return keep(ones * x);
      case 2:
        return keep(x / ones);
      case 3:
        return keep(x * zeros);
      case 4:
        return keep(x - zeros);
      default:
        return keep(broadcast(x, x.shape()));
    }
  }

  void product() {
    const Value x = matrix();
    const std::int64_t in = x.shape()[1];
    const std::int64_t out = pick(1, 4);
    switch (pick(0, 4)) {
      case 0:
        return keep(tanh(matmul(x, weight({in, out}))));
      case 1:
        return keep(tanh(matmul(x, weight({out, in}), false, true)));
      case 2:
        return keep(tanh(matmul(transpose(weight({in, out}), {1, 0}), x, false, true)));
      case 3:
        return keep_flat(tanh(int8_dense(x, weight({in, out}), chance(50) ? weight({out}) : Value{})));
      default: {
        const Value of_any_rank = with_axes();
        const std::int64_t last = of_any_rank.shape()[-1];
        return keep(tanh(dense(of_any_rank, weight({last, out}), weight({out}))));
      }
    }
  }

  /// Some nodes in bf16, products among them.
  void rounded() {
    const Value x = cast(matrix(), DType::bf16);
    const Value y = cast(of_shape(x.shape()), DType::bf16);
    const auto keep_rounded = [&](Value value) { keep(cast(value, options_.floats)); };
    switch (pick(0, 5)) {
      case 0:
        return keep_rounded(tanh(x));
      case 1:
        return keep_rounded(x * y + sigmoid(transpose(transpose(y, {1, 0}), {1, 0})));
      case 2:
        return keep_rounded(concat({reduce_sum(x, {1}), slice(reduce_max(y, {1}), 0, 0, 1)}, 0));
      case 3:
        return keep_rounded(tanh(matmul(x, y, false, true)));
      case 4: {
        const std::int64_t in = x.shape()[1];
        const std::int64_t out = pick(1, 4);
        if (options_.floats != DType::f32) return keep_rounded(x);
        if (chance(50)) return keep(tanh(dense(x, weight({in, out}), weight({out}))));
        return keep(tanh(chance(50) ? matmul(x, weight({in, out})) : matmul(x, weight({out, in}), false, true)));
      }
      default:
        return keep_rounded(softmax(x));
    }
  }

  void batched_product() {
    const std::int64_t batch = pick(1, 3);
    const std::int64_t rows = pick(1, 3);
    const std::int64_t inner = pick(1, 3);
    const std::int64_t columns = pick(1, 3);
    const bool transpose_a = chance(50);
    const bool transpose_b = chance(50);
    const Value a = of_shape(transpose_a ? Shape{batch, inner, rows} : Shape{batch, rows, inner});
    const Value b = of_shape(transpose_b ? Shape{batch, columns, inner} : Shape{batch, inner, columns});
    keep(tanh(matmul(a, b, transpose_a, transpose_b)));
    if (chance(20) && rows == inner) keep(tanh(matmul(a, a, true, false)));
  }

  /// Batches that broadcast.
  void stretched() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t inner = pick(1, 3);
    const std::int64_t columns = pick(1, 3);
    const bool transpose_a = chance(50);
    const bool transpose_b = chance(50);
    const Shape batch = any_shape(0, 2);
    const auto matrices = [&](std::int64_t first, std::int64_t second) {
      const Shape of_batch = broadcasting(batch);
      return of_shape(of_batch.inserted(of_batch.rank(), first).inserted(of_batch.rank() + 1, second));
    };
    const Value a = transpose_a ? matrices(inner, rows) : matrices(rows, inner);
    const Value b = transpose_b ? matrices(columns, inner) : matrices(inner, columns);
    keep(tanh(matmul(a, b, transpose_a, transpose_b)));
  }

  /// Elements looked up, or added where indices say. The indices are below `vocabulary`, as the axis' extent is.
  void indexed() {
    const Shape outer = any_shape(0, 1);
    const Shape inner = any_shape(0, 1);
    const auto around = [&](const Shape& middle) {
      Shape shape = outer;
      for (const std::int64_t extent : middle) shape = shape.inserted(shape.rank(), extent);
      for (const std::int64_t extent : inner) shape = shape.inserted(shape.rank(), extent);
      return shape;
    };
    const auto axis = static_cast<std::int64_t>(outer.rank());
    const std::int64_t batch_axes = chance(30) ? axis : 0;
    const Shape places = any_shape(0, 1);
    Shape shape_of_indices = places;
    for (std::int64_t i = 0; i < batch_axes; ++i)
      shape_of_indices = shape_of_indices.inserted(static_cast<std::size_t>(i), outer[i]);
    switch (pick(0, 3)) {
      case 0:
        return keep(gather(of_shape(around({vocabulary})), ids(shape_of_indices), axis, batch_axes));
      case 1:
        return keep(tanh(scatter_add(of_shape(around(places)), ids(shape_of_indices), axis, vocabulary, batch_axes)));
      case 2: {
        const Value x = of_shape(around({vocabulary}));
        return keep(take_along_axis(x, ids(around({pick(1, 3)})), axis));
      }
      default: {
        const Value x = with_axes();
        const std::int64_t along = any_axis(x);
        const TopK top = top_k(x, pick(1, x.shape()[along]), along);
        return keep(chance(60) ? top.values : top.values * tanh(cast(top.indices, options_.floats)));
      }
    }
  }

  void sum_of_products() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t left = pick(1, 3);
    const std::int64_t right = pick(1, 3);
    Value shared = of_shape({rows, left});
    Value sum;
    for (std::int64_t term = 0; term < 3; ++term) {
      if (chance(50)) shared = of_shape({rows, left});
      const Value next = chance(70) ? matmul(shared, of_shape({rows, right}), true) : of_shape({left, right});
      sum = sum ? (chance(50) ? sum + next : next + sum) : next;
    }
    keep(tanh(sum));
    const Value x = matrix();
    keep(tanh(reduce_sum(x, {0}) + reduce_sum(tanh(x), {0})));
  }

  /// Parts of a value, padded to its size: apart, with a gap between them, in one place, overlapping.
  void sum_of_pads() {
    const Shape shape{pick(2, 4), pick(1, 3)};
    Value sum;
    for (std::int64_t terms = pick(2, 4); terms > 0; --terms) {
      const std::int64_t axis = chance(80) ? 0 : 1;
      const std::int64_t begin = pick(0, shape[axis] - 1);
      const std::int64_t end = pick(begin + 1, shape[axis]);
      const Value part = of_shape(shape.with(static_cast<std::size_t>(axis), end - begin));
      const Value next = chance(90) ? pad(part, axis, begin, shape[axis] - end) : of_shape(shape);
      sum = sum ? sum + next : next;
    }
    keep(tanh(sum));
  }

  void cut() {
    const Value x = with_axes();
    const std::int64_t axis = any_axis(x);
    const std::int64_t begin = pick(0, x.shape()[axis] - 1);
    keep(slice(x, axis, begin, pick(begin + 1, x.shape()[axis]), chance(60) ? 1 : pick(2, 3)));
  }

  void join() {
    const Value x = with_axes();
    const std::int64_t axis = any_axis(x);
    std::vector<Value> parts{x};
    for (std::int64_t i = pick(0, 2); i > 0; --i)
      parts.push_back(of_shape(x.shape().with(static_cast<std::size_t>(axis), pick(1, 3))));
    if (chance(30)) parts.push_back(parts.front());
    keep(chance(30)
             ? stack(std::vector<Value>{x, of_shape(x.shape())}, pick(0, static_cast<std::int64_t>(x.shape().rank())))
             : concat(parts, axis));
  }

  /// Slices of one value, joined again: in order (a view), or out of order, or in part.
  void cut_and_join() {
    const Value x = of_shape({pick(2, 4), pick(1, 3)});
    const std::int64_t at = pick(1, x.shape()[0] - 1);
    std::vector<Value> parts{slice(x, 0, 0, at), slice(x, 0, at, x.shape()[0])};
    if (chance(30)) std::swap(parts[0], parts[1]);
    if (chance(30)) parts.push_back(tanh(parts[0]));
    keep(concat(parts, 0));
    keep(slice(concat(parts, 0), 0, 0, pick(1, 2)));
  }

  void reshaped() {
    const Value x = any();
    const std::int64_t volume = x.shape().volume();
    switch (pick(0, 3)) {
      case 0:
        return keep(reshape(x, {volume, 1}));
      case 1:
        return keep(reshape(reshape(x, {volume}), {1, volume}));
      case 2:
        return keep(volume % 2 == 0 ? reshape(x, {1, 2, volume / 2, 1}) : reshape(x, {volume, 1, 1, 1}));
      default:
        return keep(reshape(x, {1, 1, volume}));
    }
  }

  void transposed() {
    const Value x = any();
    std::vector<std::int64_t> permutation;
    for (std::size_t axis = 0; axis < x.shape().rank(); ++axis) permutation.push_back(static_cast<std::int64_t>(axis));
    for (std::size_t last = permutation.size(); last > 1; --last)
      std::swap(permutation[last - 1],
                permutation[static_cast<std::size_t>(pick(0, static_cast<std::int64_t>(last) - 1))]);
    const Value once = transpose(x, permutation);
    keep(chance(30) ? transpose(once, permutation) : once);
  }

  void reduction() {
    const Value x = with_axes();
    std::vector<std::int64_t> axes;
    for (std::size_t axis = 0; axis < x.shape().rank(); ++axis)
      if (chance(50)) axes.push_back(static_cast<std::int64_t>(axis));
    const bool keep_dims = chance(50);
    switch (pick(0, 3)) {
      case 0:
        return keep(tanh(reduce_sum(x, axes, keep_dims)));
      case 1:
        return keep(reduce_mean(x, axes, keep_dims));
      case 2:
        return keep(tanh(reduce_sum(x)));
      default:
        return keep(reduce_max(x, axes, keep_dims));
    }
  }

  /// Convolutions with what lies between them in networks for images.
  void convolutions() {
    const std::int64_t batch = pick(1, 2);
    const Shape shape =
        chance(30) ? Shape{batch, pick(1, 3), pick(3, 5)} : Shape{batch, pick(1, 3), pick(2, 3), pick(2, 3)};
    Value x = of_shape(shape);
    for (std::int64_t i = pick(1, 3); i > 0; --i) {
      std::vector<std::int64_t> filter(shape.rank(), 3);
      filter[0] = pick(1, 3);
      filter[1] = x.shape()[1];
      x = between_convolutions(tanh(conv(x, weight(Shape(std::span<const std::int64_t>(filter))), {.padding = 1})));
    }
    keep(x);
    std::vector<std::int64_t> axes;
    for (std::int64_t axis = 0; axis < std::ssize(shape.extents()); ++axis)
      if (chance(50)) axes.push_back(axis);
    keep(tanh(reduce_sum(x, axes, chance(50))));
  }
  Value between_convolutions(Value x) {
    const std::int64_t channels = x.shape()[1];
    const Shape of_channels = x.shape().rank() == 3 ? Shape{channels, 1} : Shape{channels, 1, 1};
    switch (pick(0, 7)) {
      case 0:
        return relu(x);
      case 1:
        return x + weight(of_channels);
      case 2:
        return max_pool(x, 2, {.strides = 1, .padding = 1});
      case 3:
        return average_pool(x, 3, {.strides = 1, .padding = 1}, chance(50));
      case 4:
        return channels > 2 ? slice(x, 1, 1, channels) : concat({x, neg(x)}, 1);
      case 5:
        return x - reduce_max(x, {pick(0, 2)}, true);
      case 6:
        return x * of_shape(broadcasting(x.shape()));
      default:
        return tanh(x + x);
    }
  }

  /// Over the first and the last axis, as a batch norm's.
  void reduction_around_channels() {
    const Value x = sigmoid(of_shape({pick(1, 3), pick(1, 3), pick(1, 3)}));
    const bool keep_dims = chance(50);
    keep(chance(70) ? tanh(reduce_sum(x, {0, 2}, keep_dims)) : reduce_max(x, {0, 2}, keep_dims));
  }

  void choice() {
    const Value a = any();
    const Value b = of_shape(broadcasting(a.shape()));
    if (chance(30)) return keep(select(graph_.constant(chance(50) ? 1.0 : 0.0, DType::boolean), a, b));
    if (chance(20)) return keep(select(less(a, b), a, a));
    if (chance(40)) return keep(select(flags(broadcasting(a.shape())), a, b));
    keep(select(less(a, b), a, b));
  }

  void lookup() {
    const Value rows = ids(any_shape(0, 2));
    const std::int64_t in = pick(1, 3);
    const Value table = weight({vocabulary, in});
    if (chance(15)) {
      const Value gradient = of_shape(rows.shape().inserted(rows.shape().rank(), in));
      return keep(tanh(embedding_gradient(gradient, rows, vocabulary + pick(0, 1))));
    }
    const Value embedded = embedding(table, rows);
    if (chance(25)) return keep(embedded);
    const std::int64_t out = pick(1, 3);
    const Value kernel = weight({in, out});
    if (chance(20)) return keep(tanh(embedding_dense(table, rows, kernel, weight({out}))));
    if (chance(10)) {
      const Value cotangent = of_shape(rows.shape().inserted(rows.shape().rank(), out));
      const EmbeddingDenseGradient gradient = embedding_dense_gradient(table, rows, kernel, cotangent);
      keep(tanh(gradient.table));
      return keep(tanh(gradient.kernel));
    }
    keep(tanh(dense(embedded, kernel, weight({out}))));
  }

  void padded() {
    const Value x = with_axes();
    const std::int64_t axis = any_axis(x);
    if (chance(20)) return keep(pad(x, axis, pick(0, 1), pick(0, 2), PadMode::edge));
    if (chance(20)) return keep(pad(x, axis, 0, pick(0, x.shape()[axis] - 1), PadMode::reflect));
    keep(pad(x, axis, pick(0, 1), pick(0, 2)));
  }

  void recurrence() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t in = pick(1, 3);
    const std::int64_t units = pick(1, 3);
    const GruWeights weights{weight({in, 3 * units}), weight({units, 3 * units}), weight({3 * units}),
                             weight({3 * units})};
    Value h = chance(70) ? broadcast(number(0.0), {rows, units}) : of_shape({rows, units});
    std::vector<Value> states;
    for (int step = 0; step < 3; ++step) {
      h = gru_cell(of_shape({rows, in}), h, weights);
      states.push_back(h);
    }
    keep(stack(states, pick(0, 1)));
    keep(h);
  }

  void long_memory() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t in = pick(1, 3);
    const std::int64_t units = pick(1, 3);
    const LstmWeights weights{weight({in, 4 * units}), weight({units, 4 * units}), weight({4 * units})};
    const Value first = chance(70) ? broadcast(number(0.0), {rows, units}) : of_shape({rows, units});
    LstmState state{first, chance(50) ? first : of_shape({rows, units})};
    for (int step = 0; step < 2; ++step) {
      state = lstm_cell(of_shape({rows, in}), state, weights);
      keep(state.h);
    }
    if (chance(30)) state = lstm_gates(of_shape({rows, 4 * units}), state.c);
    keep(state.c);
  }

  /// Layers that read the last one beside something else.
  void feedback() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t in = pick(1, 3);
    const std::int64_t units = pick(1, 3);
    const Value kernel = weight({units + in, units});
    const Value bias = weight({units});
    Value h = of_shape({rows, units});
    for (int step = 0; step < 3; ++step) {
      const Value parts[] = {h, of_shape({rows, in})};
      h = tanh(dense(concat(parts, 1), kernel, bias));
    }
    keep(h);
  }

  void attention() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t time = pick(1, 3);
    const std::int64_t units = pick(1, 3);
    const AdditiveAttentionWeights weights{weight({units, 2}), weight({2}),    weight({units, 2}),
                                           weight({2}),        weight({2, 1}), weight({1})};
    const Value values = reshape(of_shape({rows, time * units}), {rows, time, units});
    Value lengths;
    if (chance(50)) lengths = graph_.constant(Tensor::full({DType::i32, {rows}}, static_cast<double>(time)));
    if (chance(20)) lengths = ids({rows});
    Value query = of_shape({rows, units});
    for (int step = 0; step < 2; ++step) {
      const Attention attended = additive_attention(query, values, weights, lengths);
      query = tanh(attended.context);
      keep(attended.weights);
    }
    if (chance(30)) keep(tanh(additive_scores(query, values, weight({units, 1}), weight({1}))));
    keep(query);
  }

  /// The op, or one of the ways to write it by hand. `low`: all elements of x may be very low.
  Value softmax_of(Value x, std::int64_t axis, bool low) {
    if (chance(40)) return softmax(x, axis);
    if (low || chance(70)) x = x - reduce_max(x, {axis}, true);
    const Value e = exp(x);
    return chance(70) ? e / reduce_sum(e, {axis}, true) : e / expand_dims(reduce_sum(e, {axis}), axis);
  }

  void by_hand() {
    const Value x = with_axes();
    const std::int64_t axis = any_axis(x);
    if (chance(20)) return keep((chance(50) ? number(1.0) : x) / (number(1.0) + exp(-x)));
    if (chance(20)) {
      const Value shifted = chance(50) ? tanh(x) : tanh(x) - reduce_max(tanh(x), {axis}, true);
      return keep(shifted -
                  (chance(50) ? log(reduce_sum(exp(shifted), {axis}, true)) : logsumexp(shifted, {axis}, true)));
    }
    const Value y = softmax_of(tanh(x), axis, false);
    if (chance(20)) keep(y);
    keep(chance(40) ? log(y) : y);
  }

  /// With a scale, masks and dropout, each or none.
  void attention_by_hand() {
    const Shape batch = any_shape(0, 2);
    const std::int64_t queries = pick(1, 4);
    const std::int64_t keys = pick(1, 4);
    const std::int64_t units = pick(1, 3);
    const auto matrices = [&](std::int64_t rows, std::int64_t columns) {
      return of_shape(batch.inserted(batch.rank(), rows).inserted(batch.rank() + 1, columns));
    };
    const bool transpose_b = chance(70);
    Value scores = matmul(matrices(queries, units), transpose_b ? matrices(keys, units) : matrices(units, keys), false,
                          transpose_b);
    if (chance(60)) scores = chance(50) ? scores * 0.5 : scores / sqrt(number(2.0));
    const Shape shape = scores.shape();
    if (chance(20)) scores = scores + of_shape(broadcasting(shape));
    if (chance(40)) scores = select(flags(broadcasting(shape)), scores, number(-1e9));
    if (chance(40)) {
      const Value past = less_equal(iota(graph_, keys), reshape(iota(graph_, queries), {-1, 1}));
      scores = select(past, scores, number(chance(50) ? -1e9 : -std::numeric_limits<double>::infinity()));
    }
    Value weights = softmax_of(scores, -1, true);
    if (chance(30)) weights = dropout(weights, step(), {.rate = 0.4, .stream = "weights"});
    if (chance(10)) keep(weights);
    keep(matmul(weights, matrices(keys, units)));
  }

  void integers() {
    const Value a = ids(any_shape(0, 3));
    const Value b = chance(20) ? a : ids(broadcasting(a.shape()));
    Value c = chance(30) ? a + b : chance(40) ? a * b : chance(50) ? a - b : select(equal(a, b), a, b);
    if (chance(20)) c = chance(50) ? minimum(c, b) : maximum(c, -b);
    if (c.shape().rank() > 0) {
      const std::int64_t axis = any_axis(c);
      if (chance(30))
        c = reduce_sum(c, {axis});
      else if (chance(30))
        c = concat(std::vector<Value>{c, c, c}, axis);
      else if (chance(30))
        c = slice(c, axis, 0, 1);
      else if (chance(30))
        c = pad(c, axis, 1, 0);
      else if (chance(30))
        c = argmax(c, axis);
      else if (chance(30))
        c = cumsum(c, axis);
      else if (chance(30))
        c = reduce_min(c, {axis});
    }
    integers_.push_back(c);
    const Value x = of_shape(c.shape());
    keep(select(less(c, graph_.constant(1.0, DType::i32)), x, tanh(x)));
  }

  void chances() {
    const Value x = any();
    const std::string stream = chance(50) ? "dice" : "cards";
    if (chance(50))
      return keep(
          dropout(x, step(),
                  {.rate = chance(20) ? 0.0 : 0.4, .seed = static_cast<std::uint64_t>(pick(0, 2)), .stream = stream}));
    keep_flat(random_uniform(step(), number(-1.0), number(1.0), x.shape(), pick(0, 2), stream));
  }

  void loss() {
    const std::int64_t classes = pick(vocabulary, 4);
    const Shape rows = any_shape(1, 2);
    const Value targets = ids(rows);
    const Value logits = of_shape(rows.inserted(rows.rank(), classes));
    const LossNormalisation normalisation = chance(50) ? LossNormalisation::batch_mean : LossNormalisation::token_mean;
    keep(tanh(masked_cross_entropy(logits, targets, normalisation, chance(50) ? 0.0 : 0.1,
                                   rows.rank() > 1 ? pick(0, 1) : 0)));
  }

  /// An update as a node of its own, with operands that may be one value.
  void update_step() {
    const Value parameter = any();
    const Value gradient = chance(20) ? parameter : of_shape(parameter.shape());
    const Value slow = chance(20) ? gradient : of_shape(parameter.shape());
    switch (pick(0, 2)) {
      case 0:
        return keep(lerp(parameter, slow, chance(50) ? number(0.25) : within(reduce_sum(any()), 0.0, 1.0)));
      case 1: {
        const auto next = graph_.add(op::sgd, std::vector<Value>{parameter, gradient, slow, number(0.125)},
                                     {{"momentum", chance(50) ? 0.5 : 0.0}});
        keep_flat(next[0]);
        return keep_flat(next[1]);
      }
      default: {
        // Steps count from 1: at 0 the moments are divided by zero.
        const Value count = options_.tame ? number_of_step() : step();
        std::vector<Value> operands{parameter, gradient, slow, within(slow, 0.1, 2.0), count, number(0.125)};
        if (chance(50)) operands.push_back(number(0.5));
        const auto next = graph_.add(op::adam, operands, {{"beta1", 0.5}, {"beta2", 0.75}, {"epsilon", 0.25}});
        for (const Value& value : next) keep_flat(value);
      }
    }
  }

  void norms() {
    std::vector<Value> values{any()};
    for (std::int64_t i = pick(0, 2); i > 0; --i) values.push_back(any());
    if (chance(50)) return keep(tanh(global_norm(values)));
    for (const Value& value : clip_by_global_norm(values, 0.5)) keep(value);
  }

  /// A case of any op, on values of the pool.
  void op_case() {
    static const std::vector<const Op*> ops = [] {
      std::vector<const Op*> with_cases;
      for (const Op* op : all_ops().ops())
        if (!op->cases.empty()) with_cases.push_back(op);
      return with_cases;
    }();
    const Op& op = *choices_.one_of(ops);
    const OpCase& op_case = choices_.one_of(op.cases);
    const Graph model = with_float_type(case_graph(op, op_case), options_.floats);
    std::map<ValueId, Value> values;
    for (const NodeId id : topological_order(model)) {
      const Node& node = model.node(id);
      if (node.op == &leaf::constant) {
        values[node.results[0]] = graph_.constant(*node.attributes.get<std::shared_ptr<const Tensor>>("value"));
      } else if (is_leaf(*node.op)) {
        const TensorType& type = model.type(node.results[0]);
        values[node.results[0]] =
            is_float(type.dtype) ? within(of_shape(type.shape), op_case.low, op_case.high) : ids(type.shape);
      } else {
        std::vector<Value> operands;
        for (const ValueId operand : node.operands) operands.push_back(values.at(operand));
        const std::vector<Value> results = graph_.add(*node.op, operands, node.attributes);
        for (std::size_t i = 0; i < results.size(); ++i) values[node.results[i]] = results[i];
      }
    }
    const bool has_gradient = op.gradient != nullptr || op.decompose != nullptr;
    for (const Output& output : model.outputs()) {
      const Value result = values.at(output.value);
      if (!is_float(result.dtype()))
        integers_.push_back(result);
      else if (has_gradient)
        keep(tanh(result));
      else
        keep_flat(tanh(result));
    }
  }

  // ---- Ends
  void declare_outputs() {
    for (int i = 0; i < 4; ++i) {
      outputs_.push_back(any());
      graph_.output(fmt::format("y{}", i), outputs_.back());
    }
    graph_.output("first", pool_.front());
    for (std::size_t i = 0; i < flat_.size(); ++i) graph_.output(fmt::format("flat{}", i), flat_[i]);
    for (std::size_t i = 0; i < integers_.size(); ++i)
      if (integers_[i].dtype() != DType::boolean)
        graph_.output(fmt::format("integer{}", i), integers_[i]);
      else
        graph_.output(fmt::format("flag{}", i), integers_[i]);
  }

  void differentiate() {
    if (parameters_.empty()) return;
    Value loss = number(0.0);
    for (const Value& output : outputs_) loss = loss + reduce_sum(tanh(output));
    const std::vector<Value> grads = gradients(loss, parameters_);
    graph_.output("loss", loss);
    switch (options_.updates ? pick(0, 3) : 0) {
      case 1:
        // A gradient that is 0 but for rounding must not become a step: it would be rounding divided by its own size.
        return Adam(graph_).update(parameters_, clip_by_global_norm(grads, 0.5), number(0.01),
                                   {.epsilon = options_.tame ? 0.1 : 1e-7});
      case 2:
        Sgd(graph_).update(parameters_, grads, number(0.1), {.momentum = 0.9});
        if (chance(30)) moving_average(parameters_, number(0.25));
        return;
      default:
        for (std::size_t i = 0; i < grads.size(); ++i) graph_.output(fmt::format("gradient{}", i), grads[i]);
    }
  }

  void declare_state(int index) {
    const Value state =
        graph_.state(fmt::format("state{}", index), {options_.floats, {2, 3}}, Initializer::uniform(-1, 1));
    states_.push_back(state);
    keep(state);
  }

  Value any_state() { return choices_.one_of(states_); }

  void update_states() {
    if (chance(30)) {  // a rotation: every state takes the old content of the next one
      for (std::size_t i = 0; i < states_.size(); ++i) graph_.update(states_[i], states_[(i + 1) % states_.size()]);
      return;
    }
    if (chance(30)) {  // in place, or nearly: operands may be the same state
      const auto next = graph_.add(op::sgd, std::vector<Value>{states_[0], any_state(), any_state(), number(0.125)},
                                   {{"momentum", 0.5}});
      graph_.update(states_[0], next[0]);
      graph_.update(states_[1], next[1]);
      graph_.update(states_[2], lerp(states_[2], any_state(), number(0.25)));
      return;
    }
    for (const Value& state : states_) {
      switch (pick(0, 4)) {
        case 0:
          graph_.update(state, of_shape({2, 3}));
          break;
        case 1:
          graph_.update(state, tanh(state + of_shape({2, 3})));
          break;
        case 2:
          graph_.update(state, sigmoid(of_shape({2, 3})));
          break;
        case 3:
          graph_.update(state, tanh(mul(of_shape({2, 3}), state)));
          break;
        default:  // nothing, or it begins anew
          if (state == states_[0]) graph_.update(state, broadcast(number(0.0), {2, 3}));
          break;
      }
    }
  }

  Choices& choices_;
  RandomGraphOptions options_;
  Graph graph_;
  bool differentiable_ = false;
  std::vector<Value> pool_;      ///< floats that more is made of
  std::vector<Value> flat_;      ///< floats that nothing is made of: they have no gradient
  std::vector<Value> integers_;  ///< i32 and bool
  std::map<std::string, Value> weights_;
  std::vector<Value> parameters_;
  std::vector<Value> states_;
  std::vector<Value> outputs_;
  int inputs_ = 0;
};

}  // namespace

Graph random_graph(Choices& choices, const RandomGraphOptions& options) { return Generator(choices, options).run(); }

Graph random_graph(std::uint64_t seed, const RandomGraphOptions& options) {
  Choices choices(seed);
  return random_graph(choices, options);
}

TensorMap random_inputs(const Graph& graph, std::uint64_t seed) {
  TensorMap inputs;
  for (const NodeId id : graph.leaves(leaf::input)) {
    const Node& node = graph.node(id);
    const CounterRandom random(seed, node.name);
    Tensor tensor(graph.type(node.results[0]));
    for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) {
      const auto index = static_cast<std::uint64_t>(i);
      const std::uint64_t kinds = tensor.dtype() == DType::boolean ? 2 : static_cast<std::uint64_t>(vocabulary);
      tensor.set_number(i, is_float(tensor.dtype()) ? random.uniform(index, -1.0, 1.0)
                                                    : static_cast<double>(random.bits(index) % kinds));
    }
    inputs.emplace(node.name, std::move(tensor));
  }
  return inputs;
}

}  // namespace weft::fuzz
