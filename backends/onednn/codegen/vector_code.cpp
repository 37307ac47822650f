#include "backends/onednn/codegen/vector_code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <limits>
#include <map>

#include "backends/onednn/codegen/instructions.h"
#include "backends/onednn/codegen/pass_plan.h"
#include "backends/onednn/loops/vectorise.h"
#include "graph/base/error.h"
#include "graph/base/random.h"

// For each row:
//   for each pass (pass_plan.h):
//     the partial results of the reductions that it needs are combined
//     the values of the row that it reads are computed, each to all elements of a slot of the stack
//     a loop over vectors of elements does the pass's items; what is left over is done under a mask, or one by one
//   the pointers move to the next row
//
// Within a pass, values lie in vector registers; when these do not suffice, the value whose next use is farthest goes to
// the stack.

namespace weft::onednn {
namespace {

using Index = std::int32_t;

constexpr int bytes_of_slot = 64;
constexpr std::uint8_t bits_of_half = 16;
constexpr int bytes_of_partials = 4 * static_cast<int>(lanes);

/// What a reduction begins with.
std::int32_t neutral(Operation operation) {
  if (operation == Operation::row_max) return std::bit_cast<std::int32_t>(-std::numeric_limits<float>::infinity());
  return operation == Operation::row_integer_max ? std::numeric_limits<std::int32_t>::lowest() : 0;
}

}  // namespace

class VectorCode::Emitter : public Instructions {
 public:
  Emitter(const VectorProgram& program, InstructionSet instructions)
      : Instructions(instructions),
        program_(program),
        recording_(program.recording),
        plan_(plan_passes(program)),
        places_(recording_.steps().size()),
        slots_(recording_.steps().size(), -1),
        partials_(recording_.steps().size(), -1) {
    emit();
    emit_constants();
    ready(Xbyak::CodeGenerator::PROTECT_RE);
    row_buffers_ = plan_.row_buffers;
    // The code is all that is kept.
    plan_ = {};
    std::vector<Place>().swap(places_);
    literals_.clear();
  }

  std::size_t row_buffers() const { return row_buffers_; }

 private:
  struct Place {
    int reg = -1;
    int spill = -1;                ///< offset in the frame
    std::deque<std::size_t> uses;  ///< items ahead
  };

  const Step& step(Index index) const { return recording_.step(index); }
  const Stage& stage(Index index) const { return recording_.stage(index); }
  static std::size_t at(Index index) { return static_cast<std::size_t>(index); }

  int take_frame(int bytes) {
    frame_ += bytes;
    return frame_ - bytes;
  }

  // ---- The code around the items.

  void emit() {
    const std::array saved{rbx, rbp, r12, r13, r14, r15};
    for (const Xbyak::Reg64& reg : saved) push(reg);
    mov(rax, rsp);
    Xbyak::Label frame;
    // The frame's size is known when all is emitted: spills come.
    sub(rsp, qword[rip + frame]);
    and_(rsp, static_cast<std::uint32_t>(-bytes_of_slot));
    mov(ptr[rsp], rax);
    Xbyak::Label next_row;
    L(next_row);
    for (const PassPlan::Pass& pass : plan_.passes) emit_pass(pass);
    for (std::size_t pointer = 0; pointer < program_.row_steps.size(); ++pointer) {
      if (program_.row_steps[pointer] == 0) continue;
      mov(rax, static_cast<std::uint64_t>(program_.row_steps[pointer]));
      add(address_of(static_cast<Index>(pointer)), rax);
    }
    dec(rows);
    jnz(next_row, T_NEAR);
    mov(rsp, ptr[rsp]);
    for (auto reg = saved.rbegin(); reg != saved.rend(); ++reg) pop(*reg);
    vzeroupper();
    ret();
    align(8);
    L(frame);
    dq(static_cast<std::uint64_t>(frame_ + 2 * bytes_of_slot));
  }

  void emit_pass(const PassPlan::Pass& pass) {
    for (const Index index : pass.reductions) combine(index);
    use(Width::vector);
    if (!pass.before.empty()) {
      assign_pointers(pass.before);
      emit_items(pass.before, true);
    }
    if (pass.items.empty()) return;
    for (const Item& item : pass.items)
      if (item.kind == Item::Kind::reduce) begin_reduction(item.index);
    assign_pointers(pass.items);
    emit_loop(pass.items);
  }

  void emit_loop(const std::vector<Item>& items) {
    Xbyak::Label loop;
    Xbyak::Label rest;
    Xbyak::Label end;
    xor_(column, column);
    cmp(columns, width());
    jl(rest, T_NEAR);
    align(16);
    L(loop);
    use(Width::vector);
    emit_items(items, false);
    add(column, width());
    lea(rax, ptr[column + width()]);
    cmp(rax, columns);
    jle(loop, T_NEAR);
    L(rest);
    cmp(column, columns);
    jge(end, T_NEAR);
    if (is_avx512()) {
      mov(rax, columns);
      sub(rax, column);
      mov(lane.cvt32(), ~0U);
      bzhi(eax, lane.cvt32(), eax);
      kmovw(k1, eax);
      use(Width::masked);
      emit_items(items, false);
    } else {
      Xbyak::Label one;
      use(Width::one);
      L(one);
      emit_items(items, false);
      inc(column);
      cmp(column, columns);
      jl(one, T_NEAR);
    }
    L(end);
  }

  /// The pointers that the items use most go to registers.
  void assign_pointers(const std::vector<Item>& items) {
    pointer_registers_.clear();
    for (const Item& item : items) {
      const std::optional<Index> pointer = pointer_of(item);
      if (!pointer || pointer_registers_.contains(*pointer) || pointer_registers_.size() == free_registers_.size())
        continue;
      const Xbyak::Reg64& reg = free_registers_[pointer_registers_.size()];
      mov(reg, address_of(*pointer));
      pointer_registers_.emplace(*pointer, reg);
    }
  }

  static Index pointer_of(const Step& of) { return static_cast<Index>(of.immediate); }
  std::optional<Index> pointer_of(const Item& item) const {
    switch (item.kind) {
      case Item::Kind::fetch:
      case Item::Kind::keep:
        return item.pointer;
      case Item::Kind::store:
        return program_.stores[at(item.index)].pointer;
      case Item::Kind::compute: {
        if (has_pointer(step(item.index).operation)) return pointer_of(step(item.index));
        return std::nullopt;
      }
      default:
        return std::nullopt;
    }
  }

  // ---- Reductions.

  void begin_reduction(Index index) {
    partials_[at(index)] = take_frame(bytes_of_partials);
    use(Width::vector);
    vmovups(full(0), ptr[rip + literal(twice(neutral(step(index).operation)))]);
    for (int offset = 0; offset < bytes_of_partials; offset += 4 * static_cast<int>(width()))
      vmovups(frame(partials_[at(index)] + offset), full(0));
  }

  /// The tree of combine_lanes (loops/vectorise.h); the result goes to all elements of the step's slot.
  void combine(Index index) {
    slots_[at(index)] = take_frame(bytes_of_slot);
    const Operation operation = step(index).operation;
    const auto y = [](int number) { return Xbyak::Ymm(number); };
    const auto x = [](int number) { return Xbyak::Xmm(number); };
    for (int i = 0; i < 4; ++i) vmovups(y(i), frame(partials_[at(index)] + 32 * i));
    reduce_two(operation, y(0), y(0), y(2), y(4));
    reduce_two(operation, y(1), y(1), y(3), y(4));
    reduce_two(operation, y(0), y(0), y(1), y(4));
    vextractf128(x(1), y(0), 1);
    reduce_two(operation, x(0), x(0), x(1), x(4));
    vpshufd(x(1), x(0), 0b11'10'11'10);
    reduce_two(operation, x(0), x(0), x(1), x(4));
    vpshufd(x(1), x(0), 0b01'01'01'01);
    reduce_two(operation, x(0), x(0), x(1), x(4));
    vbroadcastss(full(0), x(0));
    vmovups(frame(slots_[at(index)]), full(0));
  }

  void reduce(Index index) {
    const Operation operation = step(index).operation;
    const Register operand = read(step(index).operands[0]);
    const int first = take();
    const int second = take();
    const Register sum = number(first);
    mov(lane, column);
    and_(lane, static_cast<std::uint32_t>(lanes - 1));
    const Address partials = ptr[rsp + lane * 4 + frame_place(partials_[at(index)])];
    load(sum, partials);
    reduce_two(operation, sum, sum, operand, number(second));
    save(sum, partials);
    give(first);
    give(second);
  }

  // ---- Registers.

  void emit_items(const std::vector<Item>& items, bool to_slots) {
    for (Place& place : places_) place = {};
    holder_.fill(-1);
    pinned_.fill(false);
    for (std::size_t i = 0; i < items.size(); ++i)
      for (const Index operand : operands_of(items[i])) places_[at(operand)].uses.push_back(i);
    for (const Item& item : items) {
      emit_item(item);
      if (to_slots && item.kind == Item::Kind::compute) {
        slots_[at(item.index)] = take_frame(bytes_of_slot);
        vmovups(frame(slots_[at(item.index)]), full(places_[at(item.index)].reg));
        release(item.index);
      }
    }
  }

  std::vector<Index> operands_of(const Item& item) const {
    switch (item.kind) {
      case Item::Kind::compute: {
        const Step& of = step(item.index);
        return {of.operands.begin(), of.operands.begin() + static_cast<std::ptrdiff_t>(operand_count(of.operation))};
      }
      case Item::Kind::keep:
        return {item.index};
      case Item::Kind::store:
        return {program_.stores[at(item.index)].step};
      case Item::Kind::reduce:
        return {step(item.index).operands[0]};
      default:
        return {};
    }
  }

  void emit_item(const Item& item) {
    switch (item.kind) {
      case Item::Kind::compute:
        compute(item.index);
        break;
      case Item::Kind::fetch:
        hold(item.index, take());
        load(number(places_[at(item.index)].reg), element(item.pointer, 4));
        break;
      case Item::Kind::keep:
        save(read(item.index), element(item.pointer, 4));
        break;
      case Item::Kind::store:
        store(program_.stores[at(item.index)]);
        break;
      case Item::Kind::reduce:
        reduce(item.index);
        break;
    }
    if (item.kind != Item::Kind::fetch) use_up(operands_of(item));
    pinned_.fill(false);
  }

  /// After an item: its operands' uses are past.
  void use_up(const std::vector<Index>& operands) {
    for (const Index operand : operands) {
      std::deque<std::size_t>& uses = places_[at(operand)].uses;
      if (!uses.empty()) uses.pop_front();
      if (uses.empty()) release(operand);
    }
  }

  void release(Index index) {
    Place& place = places_[at(index)];
    if (place.reg >= 0) holder_[static_cast<std::size_t>(place.reg)] = -1;
    if (place.spill >= 0) free_spills_.push_back(place.spill);
    place.reg = -1;
    place.spill = -1;
  }

  void hold(Index index, int reg) {
    places_[at(index)].reg = reg;
    holder_[static_cast<std::size_t>(reg)] = index;
  }

  /// A register for what is made now; of those in use the one that is needed last.
  int take() {
    const std::size_t count = register_count();
    std::size_t best = count;
    std::size_t farthest = 0;
    for (std::size_t reg = 0; reg < count; ++reg) {
      if (pinned_[reg]) continue;
      if (holder_[reg] < 0) {
        best = reg;
        break;
      }
      const std::deque<std::size_t>& uses = places_[at(holder_[reg])].uses;
      const std::size_t next = uses.empty() ? std::numeric_limits<std::size_t>::max() : uses.front();
      if (best == count || next > farthest) {
        best = reg;
        farthest = next;
      }
    }
    check_invariant(best < count, "an operation has more operands than there are registers");
    if (holder_[best] >= 0) spill(holder_[best]);
    pinned_[best] = true;
    return static_cast<int>(best);
  }
  void give(int reg) { pinned_[static_cast<std::size_t>(reg)] = false; }

  void spill(Index index) {
    Place& place = places_[at(index)];
    if (place.spill < 0) {
      if (free_spills_.empty()) free_spills_.push_back(take_frame(bytes_of_slot));
      place.spill = free_spills_.back();
      free_spills_.pop_back();
      vmovups(frame(place.spill), full(place.reg));
    }
    holder_[static_cast<std::size_t>(place.reg)] = -1;
    place.reg = -1;
  }

  /// A value's register, where it stays while the item is emitted.
  Register read(Index index) {
    Place& place = places_[at(index)];
    if (place.reg < 0) {
      const int reg = take();
      vmovups(full(reg), memory(index));
      hold(index, reg);
    }
    pinned_[static_cast<std::size_t>(place.reg)] = true;
    return number(place.reg);
  }

  bool is_in_register(Index index) const { return places_[at(index)].reg >= 0; }
  void pin(Index index) {
    if (is_in_register(index)) pinned_[static_cast<std::size_t>(places_[at(index)].reg)] = true;
  }

  /// Where a value that is in no register lies.
  Address memory(Index index) {
    if (step(index).operation == Operation::constant) return literal_of(step(index));
    const int spill = places_[at(index)].spill;
    return frame(spill >= 0 ? spill : slots_[at(index)]);
  }

  /// Calls `with` with the register or the memory of a value.
  template <typename With>
  void with_operand(Index index, With with) {
    if (is_in_register(index))
      with(static_cast<const Operand&>(number(places_[at(index)].reg)));
    else
      with(static_cast<const Operand&>(memory(index)));
  }

  /// Whether the item that is emitted is the last to read the value, and its register may be overwritten.
  bool ends_here(Index index, const Step& of) const {
    if (!is_in_register(index)) return false;
    const auto reads = static_cast<std::size_t>(std::count(
        of.operands.begin(), of.operands.begin() + static_cast<std::ptrdiff_t>(operand_count(of.operation)), index));
    return places_[at(index)].uses.size() <= reads;
  }

  /// Gives the result the register of one of the operands that end here, or another.
  Register result(Index index, const Step& of) {
    for (std::size_t i = 0; i < operand_count(of.operation); ++i)
      if (ends_here(of.operands[i], of)) return overwrite(index, of.operands[i]);
    const int reg = take();
    hold(index, reg);
    return number(reg);
  }
  Register overwrite(Index index, Index operand) {
    const int reg = places_[at(operand)].reg;
    // No more is read of the operand than this item reads: from the register, as long as it is not written.
    places_[at(operand)].reg = -1;
    hold(index, reg);
    return number(reg);
  }

  // ---- Instructions.

  void compute(Index index) {
    const Step& of = step(index);
    for (std::size_t i = 0; i < operand_count(of.operation); ++i) pin(of.operands[i]);
    switch (of.operation) {
      case Operation::load:
        hold(index, take());
        load(number(places_[at(index)].reg), element(pointer_of(of), 4));
        break;
      case Operation::load_half:
        hold(index, take());
        load_halves(number(places_[at(index)].reg), element_address(pointer_of(of), 2));
        break;
      case Operation::load_byte:
        hold(index, take());
        load_bytes(number(places_[at(index)].reg), element_address(pointer_of(of), 1));
        break;
      case Operation::load_row:
        hold(index, take());
        vbroadcastss(number(places_[at(index)].reg), ptr[base(pointer_of(of))]);
        break;
      case Operation::load_row_half:
      case Operation::load_row_byte: {
        hold(index, take());
        const Register to = number(places_[at(index)].reg);
        if (of.operation == Operation::load_row_half) {
          movzx(eax, word[base(pointer_of(of))]);
          shl(eax, bits_of_half);
        } else {
          movzx(eax, byte[base(pointer_of(of))]);
        }
        vmovd(Xbyak::Xmm(to.getIdx()), eax);
        vpbroadcastd(to, Xbyak::Xmm(to.getIdx()));
        break;
      }
      case Operation::count:
        hold(index, take());
        count_from(pointer_of(of), number(places_[at(index)].reg));
        break;
      case Operation::count_on:
        count_on(index, of);
        break;
      case Operation::long_multiply:
      case Operation::long_less:
        compute_long(index, of);
        break;
      case Operation::fma:
        multiply_add(index, of);
        break;
      case Operation::select:
        select(index, of);
        break;
      default:
        operand_count(of.operation) == 1 ? compute_unary(index, of) : compute_binary(index, of);
        break;
    }
  }

  void count_from(Index pointer, const Register& to) {
    mov(lane, CounterRandom::increment);
    imul(lane, column);
    add(lane, base(pointer));
    vmovq(Xbyak::Xmm(to.getIdx()), lane);
    vpbroadcastq(to, Xbyak::Xmm(to.getIdx()));
    vpaddq(to, to, ptr[rip + counts_]);
  }
  void count_on(Index index, const Step& of) {
    const Register half = read(of.operands[0]);
    vpaddq(result(index, of), half, ptr[rip + literal(to_other_half() * CounterRandom::increment)]);
  }

  void compute_long(Index index, const Step& of) {
    const Register a = read(of.operands[0]);
    const Register b = read(of.operands[1]);
    const int spare = take();
    if (of.operation == Operation::long_multiply) {
      multiply_long(result(index, of), a, b, number(spare));
    } else {
      const Register limit = read(of.operands[2]);
      less_long(result(index, of), a, b, limit, number(spare));
    }
    give(spare);
  }

  void compute_binary(Index index, const Step& of) {
    Index first = of.operands[0];
    Index second = of.operands[1];
    if (commutes(of.operation) && !is_in_register(first) && is_in_register(second)) std::swap(first, second);
    const Register a = read(first);
    if (is_in_register(second)) {
      const Register b = number(places_[at(second)].reg);
      binary(of.operation, result(index, of), a, b);
    } else {
      const Address b = memory(second);
      binary(of.operation, result(index, of), a, b);
    }
  }

  void compute_unary(Index index, const Step& of) {
    const Register x = read(of.operands[0]);
    const Register y = result(index, of);
    unary(of.operation, y, x, static_cast<std::uint8_t>(of.immediate));
  }

  /// The instruction overwrites one of its operands: one that ends here, or a copy.
  void multiply_add(Index index, const Step& of) {
    Index a = of.operands[0];
    Index b = of.operands[1];
    const Index c = of.operands[2];
    if (ends_here(c, of) && c != a && c != b) {
      if (!is_in_register(a) && is_in_register(b)) std::swap(a, b);
      const Register factor = read(a);
      const Register y = number(places_[at(c)].reg);
      with_operand(b, [&](const Operand& other) { vfmadd231ps(y, factor, other); });
      overwrite(index, c);
      return;
    }
    if (!ends_here(a, of) && ends_here(b, of)) std::swap(a, b);
    if (!ends_here(a, of) && !is_in_register(b) && is_in_register(a)) std::swap(a, b);
    const Register factor = read(b);
    const bool is_free = ends_here(a, of) && a != b && a != c;
    const Register y = is_free ? number(places_[at(a)].reg) : number(take());
    if (!is_free) with_operand(a, [&](const Operand& from) { vmovups(y, from); });
    with_operand(c, [&](const Operand& other) { vfmadd213ps(y, factor, other); });
    is_free ? static_cast<void>(overwrite(index, a)) : hold(index, y.getIdx());
  }

  void select(Index index, const Step& of) {
    const Index mask = of.operands[0];
    const Index a = of.operands[1];
    const Index b = of.operands[2];
    if (!number(0).isZMM()) {
      const Register condition = read(mask);
      const Register otherwise = read(b);
      if (is_in_register(a)) {
        const Register chosen = number(places_[at(a)].reg);
        vblendvps(result(index, of), otherwise, chosen, condition);
      } else {
        const Address chosen = memory(a);
        vblendvps(result(index, of), otherwise, chosen, condition);
      }
      return;
    }
    const Register chosen = read(a);
    const bool is_free = ends_here(mask, of) && mask != a && mask != b;
    const Register y = is_free ? number(places_[at(mask)].reg) : number(take());
    if (!is_free) with_operand(mask, [&](const Operand& from) { vmovups(y, from); });
    with_operand(b, [&](const Operand& otherwise) { vpternlogd(y, chosen, otherwise, 0xCA); });
    is_free ? static_cast<void>(overwrite(index, mask)) : hold(index, y.getIdx());
  }

  void store(const Store& to) {
    const Register value = read(to.step);
    if (to.is_row) {
      const Xbyak::Xmm first(value.getIdx());
      if (to.size == 1) {
        vmovd(ebp, first);  // base() may overwrite eax
        and_(ebp, 1);
        mov(byte[base(to.pointer)], bpl);
      } else if (to.size == 2) {
        vmovd(ebp, first);
        shr(ebp, bits_of_half);
        mov(word[base(to.pointer)], bp);
      } else {
        vmovd(dword[base(to.pointer)], first);
      }
    } else if (to.size == 4) {
      save(value, element(to.pointer, 4));
    } else {
      const int spare = take();
      const Xbyak::RegExp address = element_address(to.pointer, static_cast<int>(to.size));
      to.size == 2 ? save_halves(value, number(spare), address) : save_bytes(value, number(spare), address);
      give(spare);
    }
  }

  // ---- Names of registers and memory.

  static std::size_t frame_place(int offset) { return static_cast<std::size_t>(frame_base + offset); }
  Address frame(int offset) const { return ptr[rsp + frame_place(offset)]; }

  /// Where a pointer lies.
  Address address_of(Index pointer) const { return qword[pointers + 8 * at(pointer)]; }

  /// The register that holds a pointer; rax is overwritten if none does.
  Xbyak::Reg64 base(Index pointer) {
    const auto found = pointer_registers_.find(pointer);
    if (found != pointer_registers_.end()) return found->second;
    mov(rax, address_of(pointer));
    return rax;
  }
  Xbyak::RegExp element_address(Index pointer, int size) { return base(pointer) + column * size; }
  Address element(Index pointer, int size) { return ptr[element_address(pointer, size)]; }

  Xbyak::Label& literal(std::uint64_t bits) { return literals_[bits]; }
  Address literal_of(const Step& constant) {
    return ptr[rip + literal(static_cast<std::uint64_t>(constant.immediate))];
  }

  void emit_constants() {
    align(bytes_of_slot);
    for (auto& [bits, label] : literals_) {
      L(label);
      for (int i = 0; i < bytes_of_slot / 8; ++i) dq(bits);
    }
    L(counts_);
    for (std::uint64_t i = 0; i < bytes_of_slot / 8; ++i) dq(in_first_half(i) * CounterRandom::increment);
  }

  /// The frame begins with the caller's stack pointer.
  static constexpr int frame_base = bytes_of_slot;

  const VectorProgram& program_;
  const Recording& recording_;
  PassPlan plan_;
  std::size_t row_buffers_ = 0;

  std::vector<Place> places_;  ///< by step
  std::vector<int> slots_;     ///< by step: offset in the frame of a row's value
  std::vector<int> partials_;  ///< by step: the same of a reduction's partial results
  int frame_ = 0;

  std::array<Index, 32> holder_{};  ///< by register: the step whose value it has
  std::array<bool, 32> pinned_{};
  std::vector<int> free_spills_;
  std::map<Index, Xbyak::Reg64> pointer_registers_;
  std::map<std::uint64_t, Xbyak::Label> literals_;
  Xbyak::Label counts_;  ///< how far a half vector's counters lie from the first one

  const Xbyak::Reg64 pointers = rdi;
  const Xbyak::Reg64 rows = rsi;
  const Xbyak::Reg64 columns = rdx;
  const Xbyak::Reg64 column = rcx;
  const Xbyak::Reg64 lane = rbp;
  const std::array<Xbyak::Reg64, 9> free_registers_{r8, r9, r10, r11, r12, r13, r14, r15, rbx};
};

VectorCode::VectorCode(const VectorProgram& program, InstructionSet instructions) {
  try {
    emitter_ = std::make_unique<Emitter>(program, instructions);
  } catch (const Xbyak::Error& error) {
    fail("no code can be generated for a fusion: {}", error.what());
  }
  row_buffers_ = emitter_->row_buffers();
  entry_ = emitter_->getCode<void (*)(void**, std::int64_t, std::int64_t)>();
}
VectorCode::~VectorCode() = default;

}  // namespace weft::onednn
