#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/pointwise.h"
#include "backends/onednn/parallel.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"

// The body of a fusion as a program of a register machine. The full values' elements are `rows` rows of `columns`; a
// tile is some whole rows, or a part of one. For each tile the instructions, one a node, run the loops that the nodes'
// own kernels run, over registers that stay in the cache. What an instruction makes lies in a register, or in the
// result's own memory when it is one; what it reads there too, or in an operand's memory.
//
//   %s = add(%x, %bias)         r0 = x[tile] + bias
//   %y = tanh(%s)               y[tile] = tanh(r0)
//
// Each element comes from the same operations as without fusion, so that bits do not change.

namespace weft::onednn {
namespace {

constexpr std::int64_t alignment = 64;
/// For all registers of one thread.
constexpr std::int64_t register_bytes = 2 * most_fused_row_bytes;

struct Tile {
  std::int64_t first_row = 0;
  std::int64_t rows = 1;
  std::int64_t first_column = 0;
  std::int64_t columns = 1;
};

/// Where elements lie, as an instruction reads or writes them.
struct Place {
  enum class Memory : std::uint8_t { operand, result, constant, registers };
  enum class Form : std::uint8_t {
    full,    ///< an element for each element
    row,     ///< one for each row
    scalar,  ///< one
    spread,  ///< an operand that is broadcast in another way: rows begin at `row_offset`
  };
  Memory memory = Memory::registers;
  Form form = Form::full;
  std::size_t index = 0;       ///< which operand or result
  const void* data = nullptr;  ///< of a constant
  std::int64_t offset = 0;     ///< of a register, in bytes
  std::int64_t size = 0;       ///< of an element, in bytes
  std::int64_t stride = 1;     ///< along a row
  struct Axis {
    std::int64_t extent = 1;
    std::int64_t stride = 0;
  };
  std::vector<Axis> rows = {};  ///< of spread: the axes that count rows, from the last one on

  std::int64_t row_offset(std::int64_t row) const {
    std::int64_t sum = 0;
    for (const Axis& axis : rows) {
      sum += row % axis.extent * axis.stride;
      row /= axis.extent;
    }
    return sum;
  }
};

struct Instruction {
  PointwiseLoop* pointwise = nullptr;  ///< or
  RowLoop* along_rows = nullptr;
  bool makes_rows = false;  ///< a pointwise one of row values
  bool is_flat = false;     ///< reads full values and scalars alone: the tile is one run of elements
  std::vector<Place> operands;
  std::array<std::int64_t, 3> strides{};
  Place result;
};

/// The run of one tile: where its places are in memory.
class TileRun {
 public:
  TileRun(const KernelBuffers& buffers, std::byte* registers, std::int64_t columns)
      : buffers_(buffers), registers_(registers), columns_(columns) {}

  void run(const Instruction& instruction, const Tile& tile) {
    tile_ = tile;
    if (instruction.along_rows != nullptr) {
      for (std::int64_t row = 0; row < tile.rows; ++row)
        instruction.along_rows(address(instruction.operands[0], row), address(instruction.result, row), tile.columns);
    } else if (instruction.makes_rows) {
      apply(instruction, 0, tile.rows);
    } else if (instruction.is_flat) {
      apply(instruction, 0, tile.rows * tile.columns);
    } else {
      for (std::int64_t row = 0; row < tile.rows; ++row) apply(instruction, row, tile.columns);
    }
  }

 private:
  void apply(const Instruction& instruction, std::int64_t row, std::int64_t count) {
    std::array<const void*, 3> operands;
    for (std::size_t i = 0; i < instruction.operands.size(); ++i) operands[i] = address(instruction.operands[i], row);
    instruction.pointwise(operands.data(), instruction.strides.data(), address(instruction.result, row), count);
  }

  std::byte* address(const Place& place, std::int64_t row) const {
    switch (place.memory) {
      case Place::Memory::registers:
        return registers_ + place.offset + (place.form == Place::Form::row ? row : row * tile_.columns) * place.size;
      case Place::Memory::result:
        return static_cast<std::byte*>(buffers_.results[place.index]) + element(place, row) * place.size;
      default: {
        const void* data = place.memory == Place::Memory::constant ? place.data : buffers_.operands[place.index];
        return static_cast<std::byte*>(const_cast<void*>(data)) + element(place, row) * place.size;
      }
    }
  }

  /// In the whole of an operand or result, counted in elements.
  std::int64_t element(const Place& place, std::int64_t row) const {
    const std::int64_t at = tile_.first_row + row;
    switch (place.form) {
      case Place::Form::full:
        return at * columns_ + tile_.first_column;
      case Place::Form::row:
        return at;
      case Place::Form::scalar:
        return 0;
      default:
        return place.row_offset(at) + place.stride * tile_.first_column;
    }
  }

  const KernelBuffers& buffers_;
  std::byte* registers_;
  std::int64_t columns_;
  Tile tile_;
};

class Program {
 public:
  explicit Program(std::shared_ptr<const Graph> body)
      : body_(std::move(body)), space_(fusion_space(*body_)), places_(body_->value_bound()) {
    choose_columns();
    place_leaves();
    for (const NodeId id : topological_order(*body_))
      if (!is_leaf(*body_->node(id).op)) nodes_.push_back(&body_->node(id));
    place_results();
    choose_tile();
    for (const Node* node : nodes_) instructions_.push_back(instruction(*node));
    copy_repeated_outputs();
  }

  void run(const KernelBuffers& buffers) const {
    const std::int64_t across = (columns_ + tile_columns_ - 1) / tile_columns_;
    const std::int64_t down = (rows_ + tile_rows_ - 1) / tile_rows_;
    const auto work = tile_rows_ * tile_columns_ * static_cast<std::int64_t>(instructions_.size());
    parallel_for(across * down, work, [&](Range range) {
      alignas(alignment) std::byte registers[register_bytes];
      TileRun run(buffers, registers, columns_);
      for (std::int64_t i = range.first; i < range.last; ++i) {
        Tile tile{.first_row = i / across * tile_rows_, .first_column = i % across * tile_columns_};
        tile.rows = std::min(tile_rows_, rows_ - tile.first_row);
        tile.columns = std::min(tile_columns_, columns_ - tile.first_column);
        for (const Instruction& instruction : instructions_) run.run(instruction, tile);
      }
    });
  }

 private:
  const Shape& shape(ValueId value) const { return body_->type(value).shape; }

  /// As many columns as all operands step through evenly; a row where rows are reduced.
  void choose_columns() {
    std::size_t axes = space_.row_axes;
    if (axes == 0) {
      axes = space_.full.rank();
      while (axes > 1 && !all_step_evenly(axes)) --axes;
    }
    columns_ = space_.full.volume_between(space_.full.rank() - axes, space_.full.rank());
    rows_ = space_.full.volume() / columns_;
    column_axes_ = axes;
  }

  bool all_step_evenly(std::size_t axes) const {
    return std::ranges::all_of(
        leaves(), [&](const Node* leaf) { return steps_evenly(shape(leaf->results[0]), space_.full, axes); });
  }

  std::vector<const Node*> leaves() const {
    std::vector<const Node*> nodes;
    for (const NodeId id : body_->nodes())
      if (is_leaf(*body_->node(id).op)) nodes.push_back(&body_->node(id));
    return nodes;
  }

  void place_leaves() {
    std::size_t next_operand = 0;
    for (const Node* leaf : leaves()) {
      Place& place = places_[leaf->results[0].index];
      place.size = element_size(leaf->results[0]);
      if (leaf->op == &leaf::constant) {
        place.memory = Place::Memory::constant;
        place.data = constant_value(*leaf).bytes().data();
      } else {
        place.memory = Place::Memory::operand;
        place.index = next_operand++;
      }
    }
  }

  std::int64_t element_size(ValueId value) const {
    const DType dtype = body_->type(value).dtype;
    if (dtype != DType::f32 && dtype != DType::i32 && dtype != DType::boolean) no_kernel_for(dtype);
    return static_cast<std::int64_t>(size_of(dtype));
  }

  /// Outputs lie in the results' memory, other values in registers, of which each is free after its last use.
  void place_results() {
    std::vector<std::size_t> last_use(body_->value_bound(), 0);
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      for (const ValueId operand : nodes_[i]->operands) last_use[operand.index] = i;
    std::vector<bool> is_output(body_->value_bound(), false);
    const std::vector<Output>& outputs = body_->outputs();
    for (std::size_t i = outputs.size(); i-- > 0;) {
      Place& place = places_[outputs[i].value.index];
      place.memory = Place::Memory::result;
      place.index = i;
      is_output[outputs[i].value.index] = true;
    }
    std::array<std::vector<std::int64_t>, 2> free;  // by whether they hold row values
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const ValueId result = nodes_[i]->results[0];
      Place& place = places_[result.index];
      place.size = element_size(result);
      place.form = space_.is_full(shape(result)) ? Place::Form::full : Place::Form::row;
      const std::size_t kind = place.form == Place::Form::row ? 1 : 0;
      if (!is_output[result.index]) {
        if (free[kind].empty()) free[kind].push_back(register_count_[kind]++);
        place.offset = free[kind].back();
        free[kind].pop_back();
      }
      for (const ValueId value : distinct(nodes_[i]->operands)) {
        const Place& operand = places_[value.index];
        if (last_use[value.index] == i && operand.memory == Place::Memory::registers)
          free[operand.form == Place::Form::row ? 1 : 0].push_back(operand.offset);
      }
    }
  }

  static std::vector<ValueId> distinct(std::vector<ValueId> values) {
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }

  /// Few enough elements for all registers to stay in the first cache; then registers' numbers become their places.
  void choose_tile() {
    const std::int64_t elements = register_count_[0] <= 4 ? 1024 : register_count_[0] <= 8 ? 512 : 256;
    tile_columns_ = space_.row_axes > 0 ? columns_ : std::min(columns_, elements);
    tile_rows_ = std::clamp(elements / tile_columns_, std::int64_t{1}, rows_);
    std::array<std::int64_t, 2> bytes;
    for (;; tile_rows_ = (tile_rows_ + 1) / 2) {
      bytes = {rounded(4 * tile_rows_ * tile_columns_), rounded(4 * tile_rows_)};
      if (tile_rows_ == 1 || register_count_[0] * bytes[0] + register_count_[1] * bytes[1] <= register_bytes) break;
    }
    for (const Node* node : nodes_) {
      Place& place = places_[node->results[0].index];
      if (place.memory != Place::Memory::registers) continue;
      place.offset = place.form == Place::Form::row ? register_count_[0] * bytes[0] + place.offset * bytes[1]
                                                    : place.offset * bytes[0];
    }
  }

  static std::int64_t rounded(std::int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

  Instruction instruction(const Node& node) const {
    const Op& op = *node.op;
    const ValueId last = node.operands.back();
    const DType operand_type = body_->type(last).dtype;
    Instruction made;
    made.result = places_[node.results[0].index];
    made.makes_rows = made.result.form == Place::Form::row;
    for (const ValueId operand : node.operands) made.operands.push_back(read(operand, made.makes_rows));
    if (is_row_reduction(op) || is_row_function(op)) {
      made.operands[0].form = Place::Form::full;
      made.along_rows = is_row_function(op) ? row_function_loop(op) : row_reduction_loop(op, operand_type);
    } else {
      made.pointwise = pointwise_loop(op, operand_type, body_->type(node.results[0]).dtype);
    }
    if (made.along_rows == nullptr && made.pointwise == nullptr) no_kernel_for(operand_type);
    finish(made);
    return made;
  }

  /// A value as an operand of a full or row value.
  Place read(ValueId value, bool for_row) const {
    Place place = places_[value.index];
    const bool in_memory = place.memory == Place::Memory::operand || place.memory == Place::Memory::constant;
    if (!in_memory) return place;
    const Shape& operand = shape(value);
    if (operand.volume() == 1)
      place.form = Place::Form::scalar;
    else if (for_row)
      place.form = Place::Form::row;
    else if (space_.is_full(operand))
      place.form = Place::Form::full;
    else
      spread(place, operand);
    return place;
  }

  void spread(Place& place, const Shape& operand) const {
    place.form = Place::Form::spread;
    place.stride = 0;
    std::int64_t volume = 1;
    for (std::size_t back = 1; back <= space_.full.rank(); ++back) {
      const std::int64_t extent = space_.full.extents()[space_.full.rank() - back];
      const bool stretched = back > operand.rank() || operand.extents()[operand.rank() - back] == 1;
      if (back > column_axes_) {
        place.rows.push_back({extent, stretched ? 0 : volume});
      } else if (!stretched) {
        place.stride = 1;
      }
      if (!stretched) volume *= extent;
    }
  }

  static void finish(Instruction& instruction) {
    instruction.is_flat = true;
    for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
      const Place& operand = instruction.operands[i];
      const bool is_run = operand.form == Place::Form::full || operand.form == Place::Form::scalar;
      instruction.is_flat = instruction.is_flat && is_run;
      switch (operand.form) {
        case Place::Form::full:
          instruction.strides[i] = 1;
          break;
        case Place::Form::row:
          instruction.strides[i] = instruction.makes_rows ? 1 : 0;
          break;
        case Place::Form::scalar:
          instruction.strides[i] = 0;
          break;
        case Place::Form::spread:
          instruction.strides[i] = operand.stride;
          break;
      }
    }
  }

  /// A value that is several outputs is made in the memory of the first.
  void copy_repeated_outputs() {
    const std::vector<Output>& outputs = body_->outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Place& place = places_[outputs[i].value.index];
      if (place.index == i) continue;
      const DType dtype = body_->type(outputs[i].value).dtype;
      Instruction copy;
      copy.pointwise = pointwise_loop(op::broadcast, dtype, dtype);
      copy.makes_rows = place.form == Place::Form::row;
      copy.operands = {place};
      copy.result = place;
      copy.result.index = i;
      finish(copy);
      instructions_.push_back(copy);
    }
  }

  std::shared_ptr<const Graph> body_;
  FusionSpace space_;
  std::vector<Place> places_;
  std::vector<const Node*> nodes_;
  std::vector<Instruction> instructions_;
  std::int64_t rows_ = 1;
  std::int64_t columns_ = 1;
  std::size_t column_axes_ = 0;
  std::int64_t tile_rows_ = 1;
  std::int64_t tile_columns_ = 1;
  std::array<std::int64_t, 2> register_count_{};  ///< for full values, for row values
};

}  // namespace

Kernel fusion(const KernelSpec& spec) {
  const auto program = std::make_shared<const Program>(spec.node.attributes.get<std::shared_ptr<const Graph>>("body"));
  return {.run = [program](const KernelBuffers& buffers) { program->run(buffers); }, .kind = "fused"};
}

}  // namespace weft::onednn
