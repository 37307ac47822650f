#include "models/nmt/search/compiled_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "backends/onednn/onednn_backend.h"
#include "models/nmt/text/vocabulary.h"

namespace weft::nmt {

CompiledShapes::CompiledShapes(const ModelConfig& model, std::shared_ptr<Variables> variables,
                               TranslationPrecision precision, std::shared_ptr<ProgramCache> cache)
    : model_(model), binding_{std::move(variables), std::make_shared<Arena>()}, programs_(std::move(cache)) {
  if (precision == TranslationPrecision::bf16) options_.precision = Precision::bf16;
  if (precision == TranslationPrecision::int8) options_.extra_passes = {"int8-weights"};
  // Its products would not have their weights rounded once for all runs.
  if (precision != TranslationPrecision::f32) options_.disabled_passes = {"fuse-embedding"};
}

Graph CompiledShapes::graph(Kind kind, std::int64_t rows, std::int64_t length) const {
  if (kind == Kind::encoder) return encoder_graph(model_, rows, length);
  return decoder_step_graph(model_, rows, length,
                            kind == Kind::step ? StepResult::log_probabilities : StepResult::next_token);
}

CompiledShapes::Program CompiledShapes::find(Kind kind, std::int64_t rows, std::int64_t length) {
  return programs_.find({static_cast<std::int64_t>(kind), rows, length}, [&] {
    return Execution(compile(graph(kind, rows, length), onednn_backend(), options_), binding_);
  });
}

CompiledShapes::Program CompiledShapes::encoder(std::int64_t rows, std::int64_t length) {
  return find(Kind::encoder, rows, length);
}

CompiledShapes::Program CompiledShapes::greedy_step(std::int64_t rows, std::int64_t length) {
  return find(Kind::greedy_step, rows, length);
}

CompiledShapes::Program CompiledShapes::step(std::int64_t rows, std::int64_t length) {
  return find(Kind::step, rows, length);
}

void CompiledShapes::profile_runs(bool on) { programs_.profile_runs(on); }

void CompiledShapes::add_to(ProfileByKind& profile) const {
  programs_.visit_profiles([&](const Profiler& profiler) { profile.add(profiler.steps()); });
}

std::int64_t compiled_rows(std::int64_t rows, std::int64_t most) {
  return std::min(most, static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(rows))));
}

std::int64_t compiled_length(std::int64_t length) {
  constexpr std::int64_t exact = 32;
  if (length <= exact) return length;
  const auto next_power = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(length)));
  const std::int64_t step = next_power / 16;  // there are eight from half of it on
  return (length + step - 1) / step * step;
}

bool ignores_padding(const ModelConfig& model) { return model.variant == Variant::masked; }

void feed_sources(Execution& encoder, std::span<const std::span<const std::int32_t>> sources) {
  const TensorView ids = encoder.input("source");
  const auto length = static_cast<std::size_t>(ids.type.shape[1]);
  const std::span<std::int32_t> lengths = encoder.input("source_lengths").as<std::int32_t>();
  std::ranges::fill(lengths, static_cast<std::int32_t>(length));
  for (std::size_t row = 0; row < sources.size(); ++row) {
    const std::span<std::int32_t> places = ids.as<std::int32_t>().subspan(row * length, length);
    const auto end = std::ranges::copy(sources[row], places.begin()).out;
    std::fill(end, places.end(), Vocabulary::padding);
    lengths[row] = static_cast<std::int32_t>(sources[row].size());
  }
}

TensorView first_rows(Tensor& tensor, std::int64_t rows) {
  return {{tensor.dtype(), tensor.shape().with(0, rows)}, tensor.bytes().data()};
}

void copy_row(Tensor& to, std::int64_t to_row, const Tensor& from, std::int64_t from_row) {
  const auto bytes = from.bytes().size() / static_cast<std::size_t>(from.shape()[0]);
  std::memcpy(to.bytes().data() + static_cast<std::size_t>(to_row) * bytes,
              from.bytes().data() + static_cast<std::size_t>(from_row) * bytes, bytes);
}

}  // namespace weft::nmt
