#pragma once

#include <xbyak/xbyak.h>

#include <cstdint>

#include "backends/onednn/codegen/recording.h"
#include "backends/onednn/codegen/vector_code.h"

namespace weft::onednn {

/// How many elements at a time, and which.
enum class Width : std::uint8_t {
  vector,
  masked,  ///< the last ones of a row, AVX-512: those that are set in k1
  one,     ///< the same, AVX2
};

/// Whether the operands of an operation of two may change places.
bool commutes(Operation operation);

/// An operation by the instructions of each set. k2, k3, eax and ebp are overwritten, and with AVX2 the last register.
class Instructions : public Xbyak::CodeGenerator {
 protected:
  using Address = Xbyak::Address;
  using Register = Xbyak::Xmm;
  using Operand = Xbyak::Operand;

  explicit Instructions(InstructionSet instructions);

  bool is_avx512() const { return is_avx512_; }
  /// Elements of a vector.
  std::uint32_t width() const { return is_avx512_ ? 16 : 8; }
  /// Registers for values.
  std::size_t register_count() const { return is_avx512_ ? 32 : 15; }

  void use(Width width) { mode_ = width; }
  /// The register of that number, as wide as is in use.
  Register number(int reg) const;
  /// The same, a vector wide.
  Register full(int reg) const;

  void binary(Operation operation, const Register& y, const Register& a, const Operand& b);
  void unary(Operation operation, const Register& y, const Register& x, std::uint8_t places);
  /// y = a b, of 64 bits; with AVX2 `spare` is overwritten. y may be a or b.
  void multiply_long(const Register& y, const Register& a, const Register& b, const Register& spare);
  /// Operation::long_less; likewise.
  void less_long(const Register& y, const Register& a, const Register& b, const Register& limit, const Register& spare);
  /// Which element of a vector the element of that number of the first half of values of 64 bits is; those of the other
  /// half come `to_other_half` later.
  std::uint64_t in_first_half(std::uint64_t number) const {
    return is_avx512_ ? number : number / 2 * 4 + number % 2;  // as vshufps joins them
  }
  std::uint64_t to_other_half() const { return is_avx512_ ? 8 : 2; }
  /// y = a op b for a reduction; `spare` is overwritten.
  void reduce_two(Operation operation, const Register& y, const Register& a, const Register& b, const Register& spare);

  /// Elements of 4 bytes, of two (the upper halves of floats), and of one, from and to memory.
  void load(const Register& to, const Address& from);
  void load_halves(const Register& to, const Xbyak::RegExp& from);
  void load_bytes(const Register& to, const Xbyak::RegExp& from);
  void save(const Register& from, const Address& to);
  /// `spare` is overwritten.
  void save_halves(const Register& from, const Register& spare, const Xbyak::RegExp& to);
  /// A mask's elements as bytes of 0 and 1; `spare` is overwritten.
  void save_bytes(const Register& mask, const Register& spare, const Xbyak::RegExp& to);

 private:
  void compare(const Register& y, const Register& a, const Operand& b, std::uint8_t predicate);

  bool is_avx512_;
  Width mode_ = Width::vector;
};

}  // namespace weft::onednn
