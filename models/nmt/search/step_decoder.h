#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace weft::nmt {

/// What a decoder says about the token that comes next. The views stay good until its next step.
struct NextToken {
  /// [vocabulary]: the larger, the likelier. Where the log probabilities of two tokens round to the same float, these
  /// may still tell them apart: so that the best token is the one that greedy search takes.
  std::span<const float> order;
  std::span<const float> log_probabilities;  ///< [vocabulary], natural
  std::span<const float> attention;          ///< [source tokens]; empty if the decoder does not attend to any
};

/// Translations of some sentences in the making, as a search sees them: it knows nothing of the model. A row is the
/// beginning of a translation. What is said about a row must not depend on the rows beside it.
class StepDecoder {
 public:
  static constexpr std::size_t no_parent = static_cast<std::size_t>(-1);

  struct Row {
    std::size_t sentence = 0;
    std::size_t parent = no_parent;  ///< the row of the step before that it goes on from; no_parent: the start
    std::int32_t token = 0;          ///< that the decoder reads next; <start> at the start
  };

  virtual ~StepDecoder() = default;

  /// Reads sentences, so that their rows may start.
  virtual void open(std::span<const std::size_t> sentences) = 0;
  /// There will be no more rows of the sentence.
  virtual void close(std::size_t sentence) = 0;
  /// Goes one token further with these rows, and forgets the others.
  virtual void step(std::span<const Row> rows) = 0;
  /// What comes after a row of the last step.
  virtual NextToken next(std::size_t row) const = 0;
};

}  // namespace weft::nmt
