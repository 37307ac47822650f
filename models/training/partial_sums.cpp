#include "models/training/partial_sums.h"

#include <algorithm>
#include <bit>

#include "backends/runtime/communicator.h"
#include "graph/base/error.h"

namespace weft {
namespace {

void add_tensor(Tensor& to, const Tensor& x) {
  if (to.dtype() == DType::f32)
    add_elements(to.as<float>(), x.as<float>());
  else
    add_elements(to.as<double>(), x.as<double>());
}

}  // namespace

std::vector<Tensor>& PartialSums::level(std::size_t number) {
  while (levels_.size() <= number) {
    std::vector<Tensor>& sums = levels_.emplace_back();
    for (const std::string& state : states_) sums.emplace_back(variables_->get(state).type());
  }
  return levels_[number];
}

void PartialSums::add_to_states(const std::vector<Tensor>& sums) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    Variables::Entry& entry = variables_->entry(states_[i]);
    add_tensor(entry.tensor, sums[i]);
    ++entry.version;
  }
}

void PartialSums::prepare(std::int64_t number) {
  if (number == 0 || number % 2 != 0) return;
  const auto full = static_cast<std::size_t>(std::countr_zero(static_cast<std::uint64_t>(number))) - 1;
  for (std::size_t i = 0; i < full; ++i) add_to_states(level(i));
  std::vector<Tensor>& sums = level(full);
  for (std::size_t i = 0; i < states_.size(); ++i)
    std::ranges::copy(variables_->get(states_[i]).bytes(), sums[i].bytes().begin());
  clear();
}

void PartialSums::finish(std::int64_t count) {
  const auto pairs = static_cast<std::uint64_t>(count > 0 ? (count - 1) / 2 : 0);  // that prepare() put on the stack
  for (std::size_t i = 0; (pairs >> i) != 0; ++i)
    if ((pairs >> i & 1) != 0) add_to_states(level(i));
}

void PartialSums::clear() {
  for (const std::string& state : states_) {
    Variables::Entry& entry = variables_->entry(state);
    std::ranges::fill(entry.tensor.bytes(), std::byte{0});
    ++entry.version;
  }
}

}  // namespace weft
