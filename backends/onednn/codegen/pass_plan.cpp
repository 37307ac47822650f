#include "backends/onednn/codegen/pass_plan.h"

#include <algorithm>

namespace weft::onednn {
namespace {

using Index = std::int32_t;

class Planner {
 public:
  explicit Planner(const VectorProgram& program)
      : program_(program),
        recording_(program.recording),
        wanted_(program.recording.steps().size(), false),
        kept_(program.recording.steps().size(), -1) {}

  PassPlan plan() {
    Index last = 0;
    for (const Store& store : program_.stores) last = std::max(last, stage(store.step).pass);
    plan_.passes.resize(at(last) + 1);
    for (const Store& store : program_.stores) want(store.step);
    find_crossings();
    for (Index pass = 0; pass <= last; ++pass) plan_pass(pass);
    for (Index index = 0; index < static_cast<Index>(program_.stores.size()); ++index) {
      const Store& store = program_.stores[at(index)];
      if (store.is_row) plan_.passes[at(stage(store.step).pass)].before.push_back({Item::Kind::store, index, 0});
    }
    return std::move(plan_);
  }

 private:
  const Step& step(Index index) const { return recording_.step(index); }
  const Stage& stage(Index index) const { return recording_.stage(index); }
  static std::size_t at(Index index) { return static_cast<std::size_t>(index); }

  void want(Index index) {
    if (wanted_[at(index)]) return;
    wanted_[at(index)] = true;
    for (std::size_t i = 0; i < operand_count(step(index).operation); ++i) want(step(index).operands[i]);
  }

  /// Whether to compute a value again costs no more than to load it.
  bool is_cheap(Index index) const {
    const Step& of = step(index);
    if (is_load(of.operation) || std::ranges::find(program_.worth_keeping, index) == program_.worth_keeping.end())
      return true;
    if (of.operation == Operation::divide || of.operation == Operation::square_root) return false;
    for (std::size_t i = 0; i < operand_count(of.operation); ++i)
      if (!stage(of.operands[i]).is_row && !is_load(step(of.operands[i]).operation)) return false;
    return true;
  }

  /// The pass of the loop that reads a step's operands.
  Index reader_pass(Index index) const {
    return is_reduction(step(index).operation) ? stage(index).pass - 1 : stage(index).pass;
  }

  /// The memory for what passes read of earlier ones.
  void find_crossings() {
    kept_.assign(recording_.steps().size(), -1);
    for (Index index = static_cast<Index>(recording_.steps().size()); index-- > 0;) {
      if (!wanted_[at(index)]) continue;
      for (std::size_t i = 0; i < operand_count(step(index).operation); ++i)
        cross(step(index).operands[i], reader_pass(index));
    }
  }
  void cross(Index operand, Index reader) {
    if (stage(operand).is_row || stage(operand).pass >= reader || kept_[at(operand)] >= 0) return;
    if (is_cheap(operand)) {
      for (std::size_t i = 0; i < operand_count(step(operand).operation); ++i) cross(step(operand).operands[i], reader);
      return;
    }
    for (const Store& store : program_.stores)
      if (store.step == operand && store.size == 4) {
        kept_[at(operand)] = store.pointer;
        return;
      }
    kept_[at(operand)] = static_cast<Index>(program_.row_steps.size() + plan_.row_buffers++);
  }

  void plan_pass(Index pass) {
    std::vector<bool> seen(recording_.steps().size(), false);
    PassPlan::Pass& planned = plan_.passes[at(pass)];
    for (Index index = 0; index < static_cast<Index>(recording_.steps().size()); ++index) {
      if (!wanted_[at(index)]) continue;
      if (stage(index).pass == pass) stage(index).is_row ? plan_row_value(index, planned) : keep(index, planned, seen);
      if (is_reduction(step(index).operation) && reader_pass(index) == pass) {
        bring(step(index).operands[0], pass, planned.items, seen);
        planned.items.push_back({Item::Kind::reduce, index, 0});
      }
      if (stage(index).pass == pass) store(index, planned, seen);
    }
  }

  void plan_row_value(Index index, PassPlan::Pass& planned) const {
    if (is_reduction(step(index).operation))
      planned.reductions.push_back(index);
    else if (step(index).operation != Operation::constant)
      planned.before.push_back({Item::Kind::compute, index, 0});
  }

  void keep(Index index, PassPlan::Pass& planned, std::vector<bool>& seen) const {
    if (kept_[at(index)] < static_cast<Index>(program_.row_steps.size())) return;  // not in a buffer
    bring(index, stage(index).pass, planned.items, seen);
    planned.items.push_back({Item::Kind::keep, index, kept_[at(index)]});
  }

  void store(Index index, PassPlan::Pass& planned, std::vector<bool>& seen) const {
    for (Index store = 0; store < static_cast<Index>(program_.stores.size()); ++store) {
      const Store& to = program_.stores[at(store)];
      if (to.step != index || to.is_row) continue;
      bring(index, stage(index).pass, planned.items, seen);
      planned.items.push_back({Item::Kind::store, store, 0});
    }
  }

  /// Appends what makes a value in a pass.
  void bring(Index index, Index pass, std::vector<Item>& items, std::vector<bool>& seen) const {
    if (stage(index).is_row || seen[at(index)]) return;
    seen[at(index)] = true;
    if (stage(index).pass < pass && kept_[at(index)] >= 0) {
      items.push_back({Item::Kind::fetch, index, kept_[at(index)]});
      return;
    }
    for (std::size_t i = 0; i < operand_count(step(index).operation); ++i)
      bring(step(index).operands[i], pass, items, seen);
    items.push_back({Item::Kind::compute, index, 0});
  }

  const VectorProgram& program_;
  const Recording& recording_;
  std::vector<bool> wanted_;  ///< by step: whether a store needs it
  std::vector<Index> kept_;   ///< by step: the pointer that later passes read it from
  PassPlan plan_;
};

}  // namespace

PassPlan plan_passes(const VectorProgram& program) { return Planner(program).plan(); }

}  // namespace weft::onednn
