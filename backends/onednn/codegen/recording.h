#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

// Code for one element, recorded by running a function on numbers that write down what is done with them:
//
//   Recording recording;
//   const Recording::Scope scope(recording);
//   const vmath::F32 y = vmath::tanh(vmath::F32::load(0));     // appends a step for each operation
//
// Values are 32 bits wide: float, integers, or masks of all ones or none. Where 64 are needed, one value holds half of a
// vector's elements, and another the others.

namespace weft::onednn {

enum class Operation : std::uint8_t {
  constant,   ///< the immediate's bits: those of two elements of 32
  load,       ///< the element of a pointer, the immediate
  load_half,  ///< ... of two bytes: the upper half of a float
  load_byte,  ///< ... of one byte, zero-extended
  load_row,   ///< one element of a pointer for the whole row; below likewise
  load_row_half,
  load_row_byte,
  count,    ///< from the counter of a pointer, the immediate, as CounterRandom counts; 64 bits, of the first half
  row_sum,  ///< of a row, in the order of fold_lanes (loops/vectorise.h)
  row_max,
  row_integer_sum,
  row_integer_max,
  add,
  subtract,
  multiply,
  divide,
  fma,      ///< a b + c
  minimum,  ///< b where a < b is false
  maximum,  ///< b where a > b is false
  square_root,
  floor,
  round,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,   ///< by the immediate
  shift_right,  ///< likewise; the sign comes in
  integer_add,
  integer_subtract,
  integer_multiply,
  integer_minimum,
  integer_maximum,
  to_float,
  cut,
  less,  ///< masks, here and below
  less_equal,
  equal,
  unequal,  ///< true when a NaN is there
  integer_equal,
  integer_greater,
  select,            ///< b where the mask a is set, else c
  count_on,          ///< the counters of the other half
  long_multiply,     ///< of 64 bits
  long_shift_right,  ///< by the immediate; zeros come in
  long_less,         ///< where a and b, a half each, are less than the even number c, unsigned; a mask of 32 bits
};

struct Step {
  Operation operation = Operation::constant;
  std::array<std::int32_t, 3> operands{-1, -1, -1};  ///< indices of steps before it
  std::int64_t immediate = 0;

  auto operator<=>(const Step&) const = default;
};

/// 32 bits as a constant has them.
constexpr std::uint64_t twice(std::int32_t bits) {
  return std::uint64_t{static_cast<std::uint32_t>(bits)} * 0x1'0000'0001ULL;
}

/// Where in the run of a row a value is made. A row is run in passes; a pass reads what reductions made in those before.
struct Stage {
  std::int32_t pass = 0;
  bool is_row = true;  ///< one value for the row, made before the pass; else one for each element
};

class Recording {
 public:
  /// Appends a step and returns its index; that of an equal one if there is one.
  std::int32_t add(const Step& step);
  const std::vector<Step>& steps() const { return steps_; }
  const Step& step(std::int32_t index) const { return steps_[static_cast<std::size_t>(index)]; }
  const Stage& stage(std::int32_t index) const { return stages_[static_cast<std::size_t>(index)]; }

  /// While it lives, numbers of this thread are recorded there.
  class Scope {
   public:
    explicit Scope(Recording& recording);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Recording* before_;
  };
  static Recording& current();

 private:
  std::vector<Step> steps_;
  std::vector<Stage> stages_;
  std::map<Step, std::int32_t> index_;
};

/// How many operands the operation has.
std::size_t operand_count(Operation operation);
bool is_load(Operation operation);
bool is_row_load(Operation operation);
/// Whether the immediate is a pointer.
bool has_pointer(Operation operation);
bool is_reduction(Operation operation);

}  // namespace weft::onednn
