#include "models/nmt/search/network_decoder.h"

#include <algorithm>
#include <map>
#include <string>

#include "graph/base/error.h"
#include "models/nmt/search/encoded_rows.h"

namespace weft::nmt {
namespace {

constexpr std::size_t none = StepDecoder::no_parent;

/// What the encoder makes of the open sentences, each in a place of its own.
class EncodedSentences {
 public:
  EncodedSentences(CompiledShapes& shapes, std::int64_t length, std::int64_t places)
      : shapes_(shapes),
        length_(length),
        places_(places),
        kept_(*shapes.encoder(compiled_rows(places, places), length)),
        made_(*shapes.encoder(compiled_rows(places, places), length)) {
    for (std::int64_t place = places; place > 0; --place) free_.push_back(place - 1);
  }

  /// By place.
  std::span<const EncodedRows::Value> values() const { return kept_.values(); }

  void read(std::span<const std::size_t> sentences, std::span<const std::span<const std::int32_t>> sources) {
    check_invariant(sentences.size() <= free_.size(), "too many sentences are open");
    std::vector<std::span<const std::int32_t>> read;
    for (const std::size_t sentence : sentences) read.push_back(sources[sentence]);
    made_.encode(*shapes_.encoder(compiled_rows(std::ssize(sentences), places_), length_), read);
    std::int64_t row = 0;
    for (const std::size_t sentence : sentences) {
      const std::int64_t place = free_.back();
      free_.pop_back();
      place_of_[sentence] = place;
      kept_.copy_row(place, made_, row++);
    }
  }
  void forget(std::size_t sentence) {
    free_.push_back(place_of_.at(sentence));
    place_of_.erase(sentence);
  }
  std::int64_t place(std::size_t sentence) const { return place_of_.at(sentence); }

 private:
  CompiledShapes& shapes_;
  std::int64_t length_;
  std::int64_t places_;
  EncodedRows kept_;                              ///< by place
  EncodedRows made_;                              ///< by the row of the encoder
  std::map<std::size_t, std::int64_t> place_of_;  ///< by sentence
  std::vector<std::int64_t> free_;
};

class NetworkDecoder : public StepDecoder {
 public:
  NetworkDecoder(CompiledShapes& shapes, std::span<const std::span<const std::int32_t>> sources, std::int64_t length,
                 std::int64_t max_open, std::int64_t max_rows)
      : shapes_(shapes),
        sources_(sources),
        length_(length),
        max_rows_(max_rows),
        encoded_(shapes, length_, max_open),
        tokens_({DType::i32, {max_rows}}),
        lengths_(Tensor::full(tokens_.type(), static_cast<double>(length))),
        sentence_in_(static_cast<std::size_t>(max_rows), none) {
    for (std::size_t value = 0; value < encoded_.values().size(); ++value) {
      const auto& [name, kept] = encoded_.values()[value];
      const TensorType type{kept.dtype(), kept.shape().with(0, max_rows)};
      if (is_state(name)) {
        states_.push_back({value, name, Tensor(type), Tensor(type)});
      } else {
        constants_.push_back({value, name, Tensor(type)});
      }
    }
  }

  void open(std::span<const std::size_t> sentences) override { encoded_.read(sentences, sources_); }

  void close(std::size_t sentence) override {
    encoded_.forget(sentence);
    std::ranges::replace(sentence_in_, sentence, none);
  }

  void step(std::span<const Row> rows) override {
    const std::int64_t compiled = compiled_rows(std::ssize(rows), max_rows_);
    const std::vector<std::int64_t> before = std::move(place_);
    place(rows, compiled);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      tokens_.as<std::int32_t>()[static_cast<std::size_t>(place_[i])] = rows[i].token;
      for (State& state : states_) {
        if (rows[i].parent == no_parent) {
          copy_row(state.now, place_[i], encoded_.values()[state.value].rows, encoded_.place(rows[i].sentence));
        } else {
          copy_row(state.now, place_[i], state.next, before[rows[i].parent]);
        }
      }
    }
    bind(shapes_.step(compiled, length_), compiled);
    step_->run();
  }

  NextToken next(std::size_t row) const override {
    const auto part = [&](std::string_view name) -> std::span<const float> {
      const auto result = std::ranges::find(results_, name, &Result::name);
      if (result == results_.end()) return {};
      const auto size = static_cast<std::size_t>(result->rows.shape()[1]);
      return result->rows.as<float>().subspan(static_cast<std::size_t>(place_[row]) * size, size);
    };
    std::span<const float> attention = part("attention_weights");
    if (!attention.empty()) attention = attention.first(sources_[sentence_of(row)].size());
    return {part("logits"), part("log_probabilities"), attention};
  }

 private:
  struct Constant {
    std::size_t value;  ///< index in encoded_.values(), here and below
    std::string name;
    Tensor rows;
  };
  struct State {
    std::size_t value;
    std::string name;
    Tensor now;
    Tensor next;
  };

  /// What a step says of each row. It is here, so that programs, of which there are many, hold nothing of that size.
  struct Result {
    std::string name;
    Tensor rows;
  };

  std::size_t sentence_of(std::size_t row) const { return sentence_in_[static_cast<std::size_t>(place_[row])]; }

  /// Finds a place among the first `compiled` for each row: where its sentence is already, if there is one left.
  void place(std::span<const Row> rows, std::int64_t compiled) {
    place_.assign(rows.size(), -1);
    std::multimap<std::size_t, std::int64_t> places_of;
    std::vector<bool> taken(static_cast<std::size_t>(compiled), false);
    for (std::int64_t place = 0; place < compiled; ++place)
      places_of.emplace(sentence_in_[static_cast<std::size_t>(place)], place);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto found = places_of.find(rows[i].sentence);
      if (found == places_of.end()) continue;
      place_[i] = found->second;
      taken[static_cast<std::size_t>(found->second)] = true;
      places_of.erase(found);
    }
    std::size_t next_free = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (place_[i] >= 0) continue;
      while (taken[next_free]) ++next_free;
      taken[next_free] = true;
      place_[i] = static_cast<std::int64_t>(next_free);
      sentence_in_[next_free] = rows[i].sentence;
      lengths_.as<std::int32_t>()[next_free] = static_cast<std::int32_t>(sources_[rows[i].sentence].size());
      for (Constant& constant : constants_)
        copy_row(constant.rows, place_[i], encoded_.values()[constant.value].rows, encoded_.place(rows[i].sentence));
    }
  }

  void bind(CompiledShapes::Program step, std::int64_t rows) {
    if (step_ == step) return;
    if (results_.empty()) make_results(*step);
    for (Result& result : results_) step->bind_output(result.name, first_rows(result.rows, rows));
    for (Constant& constant : constants_) step->bind_input(constant.name, first_rows(constant.rows, rows));
    for (State& state : states_) {
      step->bind_input(state.name, first_rows(state.now, rows));
      step->bind_output("next_" + state.name, first_rows(state.next, rows));
    }
    step->bind_input("token", first_rows(tokens_, rows));
    step->bind_input("source_lengths", first_rows(lengths_, rows));
    step_ = std::move(step);
  }

  void make_results(const Execution& step) {
    for (const Output& output : step.graph().outputs()) {
      const TensorType& type = step.graph().type(output.value);
      if (!output.name.starts_with("next_"))
        results_.push_back({output.name, Tensor({type.dtype, type.shape.with(0, max_rows_)})});
    }
  }

  CompiledShapes& shapes_;
  std::span<const std::span<const std::int32_t>> sources_;
  std::int64_t length_;
  std::int64_t max_rows_;
  EncodedSentences encoded_;
  std::vector<Constant> constants_;
  std::vector<State> states_;
  std::vector<Result> results_;
  Tensor tokens_;
  Tensor lengths_;                        ///< of the sources of the step's places
  std::vector<std::size_t> sentence_in_;  ///< whose constants each place of the step holds
  std::vector<std::int64_t> place_;       ///< of each row of the last step
  CompiledShapes::Program step_;
};

}  // namespace

std::unique_ptr<StepDecoder> network_decoder(CompiledShapes& shapes,
                                             std::span<const std::span<const std::int32_t>> sources,
                                             std::int64_t length, std::int64_t max_open, std::int64_t max_rows) {
  return std::make_unique<NetworkDecoder>(shapes, sources, length, max_open, max_rows);
}

}  // namespace weft::nmt
