#include "models/nmt/search/greedy_search.h"

#include <algorithm>
#include <string>

#include "models/nmt/search/encoded_rows.h"

namespace weft::nmt {
namespace {

/// Each sentence that is translated has a row, whose states every step replaces in place. Those that wait are encoded, a
/// batch at a time, before the rows that they will take are free.
class GreedySearch {
 public:
  GreedySearch(CompiledShapes& shapes, std::span<const std::span<const std::int32_t>> sources,
               std::span<const SearchLimits> limits, std::int64_t length, std::int64_t batch)
      : shapes_(shapes),
        sources_(sources),
        limits_(limits),
        batch_(batch),
        length_(length),
        found_(sources.size()),
        capacity_(std::min(batch, std::ssize(sources))),
        slots_(static_cast<std::size_t>(capacity_)),
        rows_(*shapes.encoder(compiled_rows(capacity_, batch), length_)),
        encoded_(*shapes.encoder(compiled_rows(capacity_, batch), length_)),
        tokens_({DType::i32, {compiled_rows(capacity_, batch)}}),
        lengths_(Tensor::full(tokens_.type(), static_cast<double>(length))) {}

  std::vector<Hypothesis> run(const std::function<void(std::size_t)>& on_done) {
    for (fill(); open_ > 0; fill()) {
      shrink();
      const std::int64_t before = open_;
      step();
      if (open_ < before && on_done) on_done(static_cast<std::size_t>(before - open_));
    }
    return std::move(found_);
  }

 private:
  static constexpr std::size_t no_sentence = static_cast<std::size_t>(-1);
  struct Slot {
    std::size_t sentence = no_sentence;
    std::int64_t steps = 0;
  };

  /// Gives sentences to the free rows.
  void fill() {
    while (open_ < capacity_) {
      if (next_encoded_ == encoded_sentences_.size()) {
        if (waiting_ == sources_.size()) return;
        encode();
      }
      if (open_ == 0) {  // All rows are free: the encoded ones take their place as they are.
        std::swap(rows_, encoded_);
        for (std::size_t row = 0; row < slots_.size(); ++row)
          slots_[row] = {row < encoded_sentences_.size() ? encoded_sentences_[row] : no_sentence, 0};
        std::ranges::fill(tokens_.as<std::int32_t>(), limits_.front().start_token);
        open_ = std::ssize(encoded_sentences_);
        next_encoded_ = encoded_sentences_.size();
        continue;
      }
      const auto slot = std::ranges::find(slots_, no_sentence, &Slot::sentence);
      const auto row = static_cast<std::int64_t>(slot - slots_.begin());
      rows_.copy_row(row, encoded_, static_cast<std::int64_t>(next_encoded_));
      tokens_.as<std::int32_t>()[static_cast<std::size_t>(row)] = limits_.front().start_token;
      *slot = {encoded_sentences_[next_encoded_++], 0};
      ++open_;
    }
  }

  void encode() {
    const std::size_t last = std::min(sources_.size(), waiting_ + slots_.size());
    const std::int64_t rows = compiled_rows(static_cast<std::int64_t>(last - waiting_), batch_);
    const CompiledShapes::Program encoder = shapes_.encoder(rows, length_);
    encoded_.encode(*encoder, sources_.subspan(waiting_, last - waiting_));
    encoded_sentences_.clear();
    for (; waiting_ < last; ++waiting_) encoded_sentences_.push_back(waiting_);
    next_encoded_ = 0;
  }

  /// When fewer rows would do, moves those behind them into free ones.
  void shrink() {
    const std::int64_t rows = compiled_rows(open_, batch_);
    auto free = slots_.begin();
    for (auto slot = slots_.begin() + std::min(rows, capacity_); slot != slots_.end(); ++slot) {
      if (slot->sentence == no_sentence) continue;
      free = std::ranges::find(free, slots_.end(), no_sentence, &Slot::sentence);
      const auto to = free - slots_.begin();
      const auto from = slot - slots_.begin();
      rows_.copy_row(to, rows_, from);
      const std::span<std::int32_t> tokens = tokens_.as<std::int32_t>();
      tokens[static_cast<std::size_t>(to)] = tokens[static_cast<std::size_t>(from)];
      std::swap(*free, *slot);
    }
    bind(shapes_.greedy_step(rows, length_), rows);
  }

  /// The token and the state that a step makes are where the next one reads them.
  void bind(CompiledShapes::Program step, std::int64_t rows) {
    const std::byte* const memory = rows_.values().front().rows.bytes().data();
    if (step_ == step && bound_to_ == memory) return;
    for (auto& [name, values] : rows_.values()) {
      step->bind_input(name, first_rows(values, rows));
      if (is_state(name)) step->bind_output("next_" + name, first_rows(values, rows));
    }
    step->bind_input("token", first_rows(tokens_, rows));
    step->bind_output("next_token", first_rows(tokens_, rows));
    step->bind_input("source_lengths", first_rows(lengths_, rows));
    step_ = std::move(step);
    bound_to_ = memory;
  }

  void step() {
    const std::span<std::int32_t> lengths = lengths_.as<std::int32_t>();
    for (std::size_t row = 0; row < slots_.size(); ++row)
      if (const std::size_t sentence = slots_[row].sentence; sentence != no_sentence)
        lengths[row] = static_cast<std::int32_t>(sources_[sentence].size());
    step_->run();
    const std::span<const std::int32_t> tokens = tokens_.as<std::int32_t>();
    const std::span<const float> weights = step_->graph().has_output("attention_weights")
                                               ? step_->output("attention_weights").as<float>()
                                               : std::span<const float>();
    for (std::size_t row = 0; row < slots_.size(); ++row) {
      Slot& slot = slots_[row];
      if (slot.sentence == no_sentence) continue;
      const auto width = static_cast<std::size_t>(length_);
      const auto attended = weights.empty() ? weights : weights.subspan(row * width, sources_[slot.sentence].size());
      if (take(slot, tokens[row], attended)) continue;
      slot.sentence = no_sentence;
      --open_;
    }
  }

  /// Appends a token to the slot's translation. Returns whether there is more to come.
  bool take(Slot& slot, std::int32_t token, std::span<const float> attended) {
    const SearchLimits& limits = limits_[slot.sentence];
    const bool end = token == limits.end_token;
    if (!end && slot.steps == limits.max_tokens) return false;
    Hypothesis& hypothesis = found_[slot.sentence];
    hypothesis.tokens.push_back(token);
    hypothesis.attention.insert(hypothesis.attention.end(), attended.begin(), attended.end());
    hypothesis.ended = end;
    ++slot.steps;
    return !end;
  }

  CompiledShapes& shapes_;
  std::span<const std::span<const std::int32_t>> sources_;
  std::span<const SearchLimits> limits_;  ///< of each source
  std::int64_t batch_;
  std::int64_t length_;  ///< that the programs are compiled for
  std::vector<Hypothesis> found_;
  std::size_t waiting_ = 0;  ///< the first source that has not been encoded
  std::int64_t capacity_;
  std::vector<Slot> slots_;
  std::int64_t open_ = 0;  ///< slots with a sentence
  EncodedRows rows_;
  EncodedRows encoded_;
  std::vector<std::size_t> encoded_sentences_;  ///< of the rows of encoded_
  std::size_t next_encoded_ = 0;
  Tensor tokens_;
  Tensor lengths_;  ///< of the sources of the rows
  CompiledShapes::Program step_;
  const std::byte* bound_to_ = nullptr;
};

}  // namespace

std::vector<Hypothesis> greedy_search(CompiledShapes& shapes, std::span<const std::span<const std::int32_t>> sources,
                                      std::span<const SearchLimits> limits, std::int64_t length, std::int64_t batch,
                                      const std::function<void(std::size_t)>& on_done) {
  return GreedySearch(shapes, sources, limits, length, batch).run(on_done);
}

}  // namespace weft::nmt
