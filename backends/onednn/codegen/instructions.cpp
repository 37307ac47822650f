#include "backends/onednn/codegen/instructions.h"

#include <xbyak/xbyak_util.h>

#include "graph/base/error.h"

namespace weft::onednn {
namespace {

constexpr std::uint8_t less = 1;
constexpr std::uint8_t unordered = 3;
constexpr int last_of_avx2 = 15;

Xbyak::Xmm spare_mask(const Xbyak::Xmm& like) {
  return {like.isYMM() ? Xbyak::Operand::YMM : Xbyak::Operand::XMM, last_of_avx2};
}

}  // namespace

std::optional<InstructionSet> instruction_set() {
  static const std::optional<InstructionSet> found = []() -> std::optional<InstructionSet> {
    using Xbyak::util::Cpu;
    const Cpu cpu;
    if (!cpu.has(Cpu::tAVX2) || !cpu.has(Cpu::tFMA) || !cpu.has(Cpu::tBMI2)) return std::nullopt;
    try {
      Xbyak::CodeGenerator trial(64);
      trial.ret();
      trial.setProtectModeRE();
    } catch (const Xbyak::Error&) {
      return std::nullopt;
    }
    const bool is_wide =
        cpu.has(Cpu::tAVX512F) && cpu.has(Cpu::tAVX512DQ) && cpu.has(Cpu::tAVX512BW) && cpu.has(Cpu::tAVX512VL);
    return is_wide ? InstructionSet::avx512 : InstructionSet::avx2;
  }();
  return found;
}

bool commutes(Operation operation) {
  switch (operation) {
    case Operation::add:
    case Operation::multiply:
    case Operation::bit_and:
    case Operation::bit_or:
    case Operation::bit_xor:
    case Operation::integer_add:
    case Operation::integer_multiply:
    case Operation::integer_minimum:
    case Operation::integer_maximum:
    case Operation::equal:
    case Operation::unequal:
    case Operation::integer_equal:
      return true;
    default:
      return false;
  }
}

Instructions::Instructions(InstructionSet instructions)
    : CodeGenerator(16 * 1024, Xbyak::AutoGrow), is_avx512_(instructions == InstructionSet::avx512) {}

Instructions::Register Instructions::number(int reg) const {
  if (mode_ == Width::one) return {Operand::XMM, reg};
  return full(reg);
}
Instructions::Register Instructions::full(int reg) const { return {is_avx512_ ? Operand::ZMM : Operand::YMM, reg}; }

void Instructions::binary(Operation operation, const Register& y, const Register& a, const Operand& b) {
  switch (operation) {
    case Operation::add:
      return vaddps(y, a, b);
    case Operation::subtract:
      return vsubps(y, a, b);
    case Operation::multiply:
      return vmulps(y, a, b);
    case Operation::divide:
      return vdivps(y, a, b);
    case Operation::minimum:
      return vminps(y, a, b);
    case Operation::maximum:
      return vmaxps(y, a, b);
    case Operation::bit_and:
      return y.isZMM() ? vpandd(y, a, b) : vpand(y, a, b);
    case Operation::bit_or:
      return y.isZMM() ? vpord(y, a, b) : vpor(y, a, b);
    case Operation::bit_xor:
      return y.isZMM() ? vpxord(y, a, b) : vpxor(y, a, b);
    case Operation::integer_add:
      return vpaddd(y, a, b);
    case Operation::integer_subtract:
      return vpsubd(y, a, b);
    case Operation::integer_multiply:
      return vpmulld(y, a, b);
    case Operation::integer_minimum:
      return vpminsd(y, a, b);
    case Operation::integer_maximum:
      return vpmaxsd(y, a, b);
    case Operation::less:
      return compare(y, a, b, 17);  // ordered, quiet
    case Operation::less_equal:
      return compare(y, a, b, 18);
    case Operation::equal:
      return compare(y, a, b, 0);
    case Operation::unequal:
      return compare(y, a, b, 4);
    case Operation::integer_equal:
      if (!y.isZMM()) return vpcmpeqd(y, a, b);
      vpcmpeqd(k2, a, b);
      return vpmovm2d(y, k2);
    case Operation::integer_greater:
      if (!y.isZMM()) return vpcmpgtd(y, a, b);
      vpcmpgtd(k2, a, b);
      return vpmovm2d(y, k2);
    default:
      check_invariant(false, "no operation of two operands");
  }
}

void Instructions::compare(const Register& y, const Register& a, const Operand& b, std::uint8_t predicate) {
  if (!y.isZMM()) return vcmpps(y, a, b, predicate);
  vcmpps(k2, a, b, predicate);
  vpmovm2d(y, k2);
}

void Instructions::unary(Operation operation, const Register& y, const Register& x, std::uint8_t places) {
  switch (operation) {
    case Operation::square_root:
      return vsqrtps(y, x);
    case Operation::floor:
      return y.isZMM() ? vrndscaleps(y, x, 1) : vroundps(y, x, 1);
    case Operation::round:
      return y.isZMM() ? vrndscaleps(y, x, 0) : vroundps(y, x, 0);
    case Operation::shift_left:
      return vpslld(y, x, places);
    case Operation::shift_right:
      return vpsrad(y, x, places);
    case Operation::to_float:
      return vcvtdq2ps(y, x);
    case Operation::cut:
      return vcvttps2dq(y, x);
    case Operation::long_shift_right:
      return vpsrlq(y, x, places);
    default:
      check_invariant(false, "no operation of one operand");
  }
}

void Instructions::multiply_long(const Register& y, const Register& a, const Register& b, const Register& spare) {
  if (y.isZMM()) return vpmullq(y, a, b);
  // The halves, crosswise, are the upper half of the product's upper half.
  constexpr std::uint8_t half = 32;
  const Register other = spare_mask(y);
  vpsrlq(spare, a, half);
  vpmuludq(spare, spare, b);
  vpsrlq(other, b, half);
  vpmuludq(other, other, a);
  vpaddq(spare, spare, other);
  vpsllq(spare, spare, half);
  vpmuludq(y, a, b);
  vpaddq(y, y, spare);
}

void Instructions::less_long(const Register& y, const Register& a, const Register& b, const Register& limit,
                             const Register& spare) {
  if (y.isZMM()) {
    vpcmpuq(k2, a, limit, less);
    vpcmpuq(k3, b, limit, less);
    kunpckbw(k2, k3, k2);
    return vpmovm2d(y, k2);
  }
  // Comparisons are signed: the lowest bit, which does not count, goes.
  const Register half_limit = spare_mask(y);
  vpsrlq(half_limit, limit, 1);
  vpsrlq(spare, a, 1);
  vpcmpgtq(spare, half_limit, spare);
  vpsrlq(y, b, 1);
  vpcmpgtq(y, half_limit, y);
  vshufps(y, spare, y, 0b10'00'10'00);
}

void Instructions::reduce_two(Operation operation, const Register& y, const Register& a, const Register& b,
                              const Register& spare) {
  switch (operation) {
    case Operation::row_sum:
      vaddps(y, a, b);
      break;
    case Operation::row_integer_sum:
      vpaddd(y, a, b);
      break;
    case Operation::row_integer_max:
      vpmaxsd(y, a, b);
      break;
    default:  // a NaN of a stays, that of b is taken
      if (a.isZMM()) {
        vcmpps(k2, a, a, unordered);
        vmaxps(spare, a, b);
        vmovaps(spare | k2, a);
        vmovaps(y, spare);
      } else {
        vmaxps(spare, a, b);
        vmovaps(spare_mask(a), a);
        vcmpps(spare_mask(a), a, a, unordered);
        vblendvps(y, spare, a, spare_mask(a));
      }
      break;
  }
}
void Instructions::load(const Register& to, const Address& from) {
  switch (mode_) {
    case Width::vector:
      return vmovups(to, from);
    case Width::masked:
      return vmovups(to | k1 | Xbyak::util::T_z, from);
    case Width::one:
      return vmovss(to, from);
  }
}

void Instructions::load_halves(const Register& to, const Xbyak::RegExp& from) {
  constexpr std::uint8_t half = 16;
  switch (mode_) {
    case Width::vector:
      vpmovzxwd(to, ptr[from]);
      return vpslld(to, to, half);
    case Width::masked:
      vpmovzxwd(to | k1 | Xbyak::util::T_z, ptr[from]);
      return vpslld(to, to, half);
    case Width::one:
      movzx(eax, word[from]);
      shl(eax, half);
      return vmovd(to, eax);
  }
}

void Instructions::load_bytes(const Register& to, const Xbyak::RegExp& from) {
  switch (mode_) {
    case Width::vector:
      return vpmovzxbd(to, ptr[from]);
    case Width::masked:
      return vpmovzxbd(to | k1 | Xbyak::util::T_z, ptr[from]);
    case Width::one:
      movzx(eax, byte[from]);
      return vmovd(to, eax);
  }
}

void Instructions::save(const Register& from, const Address& to) {
  switch (mode_) {
    case Width::vector:
      return vmovups(to, from);
    case Width::masked:
      return vmovups(to | k1, from);
    case Width::one:
      return vmovss(to, from);
  }
}

void Instructions::save_halves(const Register& from, const Register& spare, const Xbyak::RegExp& to) {
  constexpr std::uint8_t half = 16;
  if (mode_ == Width::one) {
    vmovd(ebp, from);
    shr(ebp, half);
    return mov(word[to], bp);
  }
  vpsrld(spare, from, half);
  if (mode_ == Width::masked) {
    vpmovdw(ptr[to] | k1, Xbyak::Zmm(spare.getIdx()));
  } else if (is_avx512_) {
    vpmovdw(ptr[to], Xbyak::Zmm(spare.getIdx()));
  } else {
    const Xbyak::Xmm low(spare.getIdx());
    const Xbyak::Xmm high(last_of_avx2);
    vextracti128(high, Xbyak::Ymm(spare.getIdx()), 1);
    vpackusdw(low, low, high);
    vmovdqu(ptr[to], low);
  }
}

void Instructions::save_bytes(const Register& mask, const Register& spare, const Xbyak::RegExp& to) {
  if (mode_ == Width::one) {
    vmovd(ebp, mask);
    and_(ebp, 1);
    return mov(byte[to], bpl);
  }
  vpsrld(spare, mask, 31);
  if (mode_ == Width::masked) {
    vpmovdb(ptr[to] | k1, Xbyak::Zmm(spare.getIdx()));
  } else if (is_avx512_) {
    vpmovdb(ptr[to], Xbyak::Zmm(spare.getIdx()));
  } else {
    const Xbyak::Xmm low(spare.getIdx());
    const Xbyak::Xmm high(last_of_avx2);
    vextracti128(high, Xbyak::Ymm(spare.getIdx()), 1);
    vpackssdw(low, low, high);
    vpacksswb(low, low, low);
    vmovq(ptr[to], low);
  }
}

}  // namespace weft::onednn
