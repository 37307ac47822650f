#include "backends/onednn/codegen/recording.h"

#include <algorithm>

#include "graph/base/error.h"

namespace weft::onednn {
namespace {

thread_local Recording* recording_of_thread = nullptr;

}  // namespace

std::size_t operand_count(Operation operation) {
  switch (operation) {
    case Operation::constant:
    case Operation::load:
    case Operation::load_half:
    case Operation::load_byte:
    case Operation::load_row:
    case Operation::load_row_half:
    case Operation::load_row_byte:
    case Operation::count:
      return 0;
    case Operation::row_sum:
    case Operation::row_max:
    case Operation::row_integer_sum:
    case Operation::row_integer_max:
    case Operation::square_root:
    case Operation::floor:
    case Operation::round:
    case Operation::shift_left:
    case Operation::shift_right:
    case Operation::to_float:
    case Operation::cut:
    case Operation::count_on:
    case Operation::long_shift_right:
      return 1;
    case Operation::fma:
    case Operation::select:
    case Operation::long_less:
      return 3;
    default:
      return 2;
  }
}

bool is_load(Operation operation) {
  return operation == Operation::load || operation == Operation::load_half || operation == Operation::load_byte;
}
bool is_row_load(Operation operation) {
  return operation == Operation::load_row || operation == Operation::load_row_half ||
         operation == Operation::load_row_byte;
}
bool has_pointer(Operation operation) {
  return is_load(operation) || is_row_load(operation) || operation == Operation::count;
}
bool is_reduction(Operation operation) {
  return operation == Operation::row_sum || operation == Operation::row_max ||
         operation == Operation::row_integer_sum || operation == Operation::row_integer_max;
}

std::int32_t Recording::add(const Step& step) {
  const auto [at, is_new] = index_.try_emplace(step, static_cast<std::int32_t>(steps_.size()));
  if (!is_new) return at->second;
  Stage stage;
  for (std::size_t i = 0; i < operand_count(step.operation); ++i) {
    const Stage& operand = this->stage(step.operands[i]);
    stage.pass = std::max(stage.pass, operand.pass);
    stage.is_row = stage.is_row && operand.is_row;
  }
  if (is_load(step.operation) || step.operation == Operation::count) stage.is_row = false;
  if (is_reduction(step.operation)) stage = {stage.pass + 1, true};
  steps_.push_back(step);
  stages_.push_back(stage);
  return at->second;
}

Recording::Scope::Scope(Recording& recording) : before_(recording_of_thread) { recording_of_thread = &recording; }
Recording::Scope::~Scope() { recording_of_thread = before_; }

Recording& Recording::current() {
  check_invariant(recording_of_thread != nullptr, "numbers that are recorded need a recording");
  return *recording_of_thread;
}

}  // namespace weft::onednn
