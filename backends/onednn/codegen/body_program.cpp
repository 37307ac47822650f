#include "backends/onednn/codegen/body_program.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <span>
#include <utility>

#include "backends/onednn/codegen/recorded.h"
#include "backends/onednn/dispatch.h"
#include "backends/onednn/loops/dropout.h"
#include "backends/onednn/loops/functions.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/forms.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"

namespace weft::onednn {

std::int64_t Stream::offset(std::int64_t row) const {
  std::int64_t sum = begin;
  for (const Axis& axis : rows) {
    sum += row % axis.extent * axis.stride;
    row /= axis.extent;
  }
  return sum;
}

std::int64_t Stream::even_rows(std::int64_t row) const {
  return rows.empty() ? std::numeric_limits<std::int64_t>::max() : rows[0].extent - row % rows[0].extent;
}

namespace {

using vmath::F32;
using vmath::I32;
using vmath::Mask;

/// What is recorded for a node: its operands' steps to its result's.
using Record = std::int32_t(std::span<const std::int32_t> operands);

std::int32_t of_mask(Mask mask, std::int32_t one) {
  return vmath::record(Operation::bit_and, mask.step, I32(one).step);
}
constexpr std::int32_t bits_of_one = std::bit_cast<std::int32_t>(1.0F);

template <typename Number>
auto unary_entry() {
  return [](auto function) -> Record* {
    return [](std::span<const std::int32_t> operands) { return decltype(function)::of(Number::of(operands[0])).step; };
  };
}
template <typename Number>
auto binary_entry() {
  return [](auto function) -> Record* {
    return [](std::span<const std::int32_t> operands) {
      return decltype(function)::of(Number::of(operands[0]), Number::of(operands[1])).step;
    };
  };
}
auto comparison_of_masks() {
  return [](auto function) -> Record* {
    return [](std::span<const std::int32_t> operands) {
      return decltype(function)::of(I32::of(of_mask({operands[0]}, 1)), I32::of(of_mask({operands[1]}, 1))).step;
    };
  };
}

using Records = std::map<const Op*, Record*>;

template <typename Number>
Records number_records() {
  Records records = vmath::table_of_unary_numbers(unary_entry<Number>());
  records.merge(vmath::table_of_binary_numbers(binary_entry<Number>()));
  records.merge(vmath::table_of_comparisons(binary_entry<Number>()));
  return records;
}

/// The function of a pointwise op, by the type of its operands.
Record* record_of(const Op& op, DType dtype) {
  static const Records of_floats = [] {
    Records records = number_records<F32>();
    records.merge(vmath::table_of_unary_floats(unary_entry<F32>()));
    records.emplace(&op::div, binary_entry<F32>()(vmath::Div{}));
    return records;
  }();
  static const Records of_integers = number_records<I32>();
  static const Records of_masks = vmath::table_of_comparisons(comparison_of_masks());
  if (dtype != DType::f32 && dtype != DType::i32 && dtype != DType::boolean) return nullptr;
  const Records& records = dtype == DType::f32 ? of_floats : dtype == DType::i32 ? of_integers : of_masks;
  const auto found = records.find(&op);
  return found == records.end() ? nullptr : found->second;
}

std::int32_t converted(std::int32_t x, DType from, DType to) {
  // In a register, a bf16 is the float that it stands for.
  if (from == DType::bf16) from = DType::f32;
  if (to == DType::bf16) return vmath::rounded_to_bf16(F32::of(converted(x, from, DType::f32))).step;
  if (from == to) return x;
  if (from == DType::boolean) return of_mask({x}, to == DType::f32 ? bits_of_one : 1);
  if (to == DType::boolean)
    return from == DType::f32 ? (F32::of(x) != 0.0F).step
                              : vmath::record(Operation::bit_xor, (I32::of(x) == 0).step, I32(-1).step);
  if (to == DType::f32) return to_float(I32::of(x)).step;
  return vmath::to_integer(F32::of(x)).step;
}

std::int32_t reduced(std::int32_t x, bool is_sum, DType dtype) {
  if (dtype == DType::i32) return vmath::record(is_sum ? Operation::row_integer_sum : Operation::row_integer_max, x);
  return vmath::record(is_sum ? Operation::row_sum : Operation::row_max, x);
}

/// As in softmax_row (loops/softmax.cpp).
struct SoftmaxSteps {
  std::int32_t kept;  ///< computed before the sum, read after it
  std::int32_t result;
};
SoftmaxSteps softmax(std::int32_t x, bool is_logarithm) {
  const F32 shifted = F32::of(x) - F32::of(reduced(x, false, DType::f32));
  const F32 e = vmath::exp(shifted);
  const F32 sum = F32::of(reduced(e.step, true, DType::f32));
  if (is_logarithm) return {shifted.step, (shifted - vmath::log(sum)).step};
  return {e.step, (e / sum).step};
}

class Builder {
 public:
  explicit Builder(const Graph& body)
      : body_(body), inputs_(body.leaves(leaf::input)), space_(fusion_space(body)), steps_(body.value_bound(), -1) {
    choose_columns();
  }

  BodyProgram build() {
    const Recording::Scope scope(made_.program.recording);
    for (const NodeId id : topological_order(body_)) {
      const Node& node = body_.node(id);
      if (is_leaf(*node.op) || node.op == &op::concat) continue;
      steps_[node.results[0].index] = record(node);
      made_.program.worth_keeping.push_back(steps_[node.results[0].index]);
      ++made_.nodes;
      made_.needs_whole_rows = made_.needs_whole_rows || is_row_reduction(*node.op) || is_row_function(*node.op);
    }
    store_outputs();
    return std::move(made_);
  }

 private:
  const Shape& shape(ValueId value) const { return body_.type(value).shape; }

  void choose_columns() {
    axes_ = space_.row_axes;
    if (axes_ == 0) {
      axes_ = space_.full.rank();
      while (axes_ > 1 && !all_step_evenly(axes_)) --axes_;
    }
    made_.columns = space_.full.volume_between(space_.full.rank() - axes_, space_.full.rank());
    made_.rows = space_.full.volume() / made_.columns;
  }

  /// Whether rows of the last `axes` are runs of memory in all that is read and written.
  bool all_step_evenly(std::size_t axes) const {
    return std::ranges::all_of(body_.nodes(), [&](NodeId id) {
      const Node& node = body_.node(id);
      if (is_leaf(*node.op)) return true;
      if (is_at_end(*node.op)) return axes <= run_axes_of(body_, node);
      return std::ranges::all_of(node.operands, [&](ValueId operand) {
        return !is_leaf(*body_.node(body_.producer(operand)).op) || steps_evenly(shape(operand), space_.full, axes);
      });
    });
  }

  std::int32_t record(const Node& node) {
    const Op& op = *node.op;
    if (&op == &op::slice) return read_slice(node);
    if (&op == &op::dropout) return drop(node);
    const bool reads_rows = is_row_reduction(op) || is_row_function(op) || space_.is_full(shape(node.results[0]));
    std::vector<std::int32_t> operands;
    for (const ValueId operand : node.operands) operands.push_back(read(operand, reads_rows));
    const DType type = body_.type(node.operands.back()).dtype;
    if (&op == &op::broadcast || &op == &op::reshape) return operands[0];
    if (&op == &op::cast) return converted(operands[0], type, body_.type(node.results[0]).dtype);
    if (&op == &op::select) return vmath::record(Operation::select, operands[0], operands[1], operands[2]);
    if ((is_row_reduction(op) || is_row_function(op)) && type == DType::bf16) no_kernel_for(type);
    if (is_row_reduction(op)) return reduced(operands[0], &op == &op::reduce_sum, type);
    if (is_row_function(op)) {
      const SoftmaxSteps steps = softmax(operands[0], &op == &op::log_softmax);
      made_.program.worth_keeping.push_back(steps.kept);
      return steps.result;
    }
    Record* function = record_of(op, type);
    if (function == nullptr) no_kernel_for(type);
    return function(operands);
  }

  /// The step of a value, as an operand of a full or of a row value.
  std::int32_t read(ValueId value, bool for_full) {
    const Node& producer = body_.node(body_.producer(value));
    const DType dtype = body_.type(value).dtype;
    if (!is_leaf(*producer.op)) return steps_[value.index];
    if (producer.op == &leaf::constant && shape(value).volume() == 1) return known(constant_value(producer), dtype);
    Stream stream = stream_of(value, producer);
    for_full ? spread(stream, shape(value)) : along_rows(stream, shape(value));
    return load(stream, pointer_of(stream, value, for_full), dtype);
  }

  std::int32_t read_slice(const Node& slice) {
    const ValueId whole = slice.operands[0];
    const SliceForm form = slice_form(slice);
    Stream stream = stream_of(whole, body_.node(body_.producer(whole)));
    spread(stream, shape(whole));
    stream.column_stride = 1;
    stream.begin =
        form.begin * shape(whole).volume_between(static_cast<std::size_t>(form.axis) + 1, shape(whole).rank());
    return load(stream, pointer_of(stream, slice.results[0], true), body_.type(whole).dtype);
  }

  std::int32_t drop(const Node& dropout) {
    const DType type = body_.type(dropout.operands[0]).dtype;
    if (type != DType::f32) no_kernel_for(type);
    const F32 x = F32::of(read(dropout.operands[0], true));
    const DropoutRate rate(dropout.attributes.get<double>("rate"));
    return vmath::dropped(x, split_mix(vmath::U64::counters(counter_of(dropout))), rate).step;
  }

  /// The pointer that counts the draws.
  std::int32_t counter_of(const Node& dropout) {
    const ValueId step = dropout.operands[1];
    Stream stream = stream_of(step, body_.node(body_.producer(step)));
    stream.column_stride = 1;
    stream.draws.emplace(dropout.attributes, NodeDraws::Steps::keyed);
    add_axis(stream, {made_.rows, made_.columns});
    const std::int32_t pointer = add_pointer(stream);
    made_.program.row_steps.back() =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(made_.columns) * CounterRandom::increment);
    return pointer;
  }

  static std::int32_t load(const Stream& stream, std::int32_t pointer, DType dtype) {
    const bool is_row = stream.column_stride == 0;
    const auto loaded = [&](Operation of_elements, Operation of_rows) {
      return vmath::record(is_row ? of_rows : of_elements, -1, -1, -1, pointer);
    };
    if (dtype == DType::bf16) return loaded(Operation::load_half, Operation::load_row_half);
    if (dtype != DType::boolean) return loaded(Operation::load, Operation::load_row);
    return (I32::of(loaded(Operation::load_byte, Operation::load_row_byte)) > 0).step;
  }

  static std::int32_t known(const Tensor& number, DType dtype) {
    if (dtype == DType::f32 || dtype == DType::bf16) return F32(static_cast<float>(number.number(0))).step;
    if (dtype == DType::i32) return I32(number.as<std::int32_t>()[0]).step;
    if (dtype != DType::boolean) no_kernel_for(dtype);
    return I32(number.item() != 0.0 ? -1 : 0).step;
  }

  Stream stream_of(ValueId value, const Node& leaf) const {
    Stream stream;
    stream.size = size(value);
    if (leaf.op == &leaf::constant) {
      stream.memory = Stream::Memory::constant;
      stream.data = constant_value(leaf).bytes().data();
    } else {
      stream.index = static_cast<std::size_t>(std::ranges::find(inputs_, body_.producer(value)) - inputs_.begin());
    }
    return stream;
  }

  std::int64_t size(ValueId value) const {
    const DType dtype = body_.type(value).dtype;
    if (dtype == DType::f64) no_kernel_for(dtype);
    return static_cast<std::int64_t>(size_of(dtype));
  }

  /// How an operand of a full value, or a part of it or of a result, lies over it.
  void spread(Stream& stream, const Shape& operand) const {
    std::int64_t volume = 1;
    for (std::size_t back = 1; back <= space_.full.rank(); ++back) {
      const std::int64_t extent = space_.full.extents()[space_.full.rank() - back];
      const std::int64_t of_operand = back > operand.rank() ? 1 : operand.extents()[operand.rank() - back];
      if (back > axes_)
        add_axis(stream, {extent, of_operand == 1 ? 0 : volume});
      else if (of_operand != 1)
        stream.column_stride = 1;
      volume *= of_operand;
    }
  }

  /// Neighbouring axes along which elements lie equally far apart are one.
  static void add_axis(Stream& stream, const Stream::Axis& axis) {
    if (axis.extent == 1) return;
    if (!stream.rows.empty() && axis.stride == stream.rows.back().stride * stream.rows.back().extent)
      stream.rows.back().extent *= axis.extent;
    else
      stream.rows.push_back(axis);
  }

  /// An element for each row, or one for all.
  void along_rows(Stream& stream, const Shape& operand) const {
    add_axis(stream, {made_.rows, operand.volume() == 1 ? 0 : 1});
  }

  std::int32_t pointer_of(const Stream& stream, ValueId value, bool for_full) {
    const auto [found, is_new] =
        pointers_.try_emplace({value.index, for_full}, static_cast<std::int32_t>(made_.streams.size()));
    if (is_new) add_pointer(stream);
    return found->second;
  }

  std::int32_t add_pointer(const Stream& stream) {
    made_.streams.push_back(stream);
    made_.program.row_steps.push_back(stream.rows.empty() ? 0 : stream.rows[0].stride * stream.size);
    return static_cast<std::int32_t>(made_.streams.size()) - 1;
  }

  void store_outputs() {
    const std::vector<Output>& outputs = body_.outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const ValueId value = outputs[i].value;
      Stream stream;
      stream.memory = Stream::Memory::result;
      stream.index = i;
      stream.size = size(value);
      const Node& producer = body_.node(body_.producer(value));
      if (producer.op == &op::concat) {
        store_parts(producer, stream);
        continue;
      }
      const bool is_full = space_.is_full(shape(value));
      stream.column_stride = is_full ? 1 : 0;
      add_axis(stream, {made_.rows, is_full ? made_.columns : 1});
      store(steps_[value.index], stream, !is_full);
    }
  }

  /// The parts of a concat, each in its place.
  void store_parts(const Node& concat, Stream stream) {
    const Shape& whole = shape(concat.results[0]);
    spread(stream, whole);
    stream.column_stride = 1;
    for (const ValueId part : concat.operands) {
      store(read(part, true), stream, false);
      stream.begin += shape(part).volume_between(static_cast<std::size_t>(axis_of(concat)), whole.rank());
    }
  }

  void store(std::int32_t step, const Stream& stream, bool is_row) {
    made_.program.stores.push_back(
        {.step = step, .pointer = add_pointer(stream), .size = stream.size, .is_row = is_row});
  }

  const Graph& body_;
  std::vector<NodeId> inputs_;
  FusionSpace space_;
  std::vector<std::int32_t> steps_;  ///< by value
  std::size_t axes_ = 0;             ///< the last ones, that make up a row
  BodyProgram made_;
  std::map<std::pair<std::uint32_t, bool>, std::int32_t> pointers_;  ///< by value, and whether a full one reads it
};

}  // namespace

BodyProgram body_program(const Graph& body) { return Builder(body).build(); }

}  // namespace weft::onednn
