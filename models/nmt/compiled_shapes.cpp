#include "models/nmt/compiled_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace weft::nmt {

CompiledShapes::CompiledShapes(const ModelConfig& model, std::shared_ptr<Variables> variables, Precision precision)
    : model_(model) {
  options_.variables = std::move(variables);
  options_.arena = std::make_shared<Arena>();
  if (precision != Precision::f32) {
    options_.extra_passes = {fmt::format("{}-weights", to_string(precision))};
    options_.disabled_passes = {"fuse-embedding"};  // its products would keep their float32 weights
  }
}

template <typename MakeGraph>
Executable& CompiledShapes::find(ByShape& shapes, std::int64_t rows, std::int64_t length, const MakeGraph& make) {
  const auto at = shapes.find({rows, length});
  if (at != shapes.end()) return at->second;
  Executable executable = compile(make(), onednn_backend(), options_);
  executable.profile_runs(profiled_);
  return shapes.emplace(std::pair{rows, length}, std::move(executable)).first->second;
}

Executable& CompiledShapes::encoder(std::int64_t rows, std::int64_t length) {
  return find(encoders_, rows, length, [&] { return encoder_graph(model_, rows, length); });
}

Executable& CompiledShapes::greedy_step(std::int64_t rows, std::int64_t length) {
  return find(greedy_steps_, rows, length, [&] { return decoder_step_graph(model_, rows, length); });
}

Executable& CompiledShapes::step(std::int64_t rows, std::int64_t length) {
  return find(steps_, rows, length,
              [&] { return decoder_step_graph(model_, rows, length, StepResult::log_probabilities); });
}

void CompiledShapes::profile_runs(bool on) {
  profiled_ = on;
  for (auto* shapes : {&encoders_, &greedy_steps_, &steps_})
    for (auto& [shape, executable] : *shapes) executable.profile_runs(on);
}

void CompiledShapes::add_to(ProfileByKind& profile) const {
  for (const auto* shapes : {&encoders_, &greedy_steps_, &steps_})
    for (const auto& [shape, executable] : *shapes) profile.add(executable.profile());
}

std::int64_t compiled_rows(std::int64_t rows, std::int64_t most) {
  return std::min(most, static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(rows))));
}

TensorView first_rows(Tensor& tensor, std::int64_t rows) {
  return {{tensor.dtype(), tensor.shape().with(0, rows)}, tensor.bytes().data()};
}

void copy_row(Tensor& to, std::int64_t to_row, const Tensor& from, std::int64_t from_row) {
  const auto bytes = from.bytes().size() / static_cast<std::size_t>(from.shape()[0]);
  std::memcpy(to.bytes().data() + static_cast<std::size_t>(to_row) * bytes,
              from.bytes().data() + static_cast<std::size_t>(from_row) * bytes, bytes);
}

bool has_output(const Executable& executable, std::string_view name) {
  return std::ranges::find(executable.graph().outputs(), name, &Output::name) != executable.graph().outputs().end();
}

}  // namespace weft::nmt
