#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weft::nmt {

/// A translation that a search has found.
struct Hypothesis {
  std::vector<std::int32_t> tokens;      ///< without <start>; the last one is <end> if it was reached
  std::vector<float> log_probabilities;  ///< of each token
  std::vector<float> attention;          ///< [tokens, source tokens], or empty
  bool ended = false;                    ///< <end> was reached
  double log_probability = 0;            ///< the sum
  double score = 0;                      ///< by which translations are ranked
};

/// How translations of different lengths are compared (Wu et al., "Google's Neural Machine Translation System",
/// arXiv:1609.08144, equation 14):
///
///   score(Y, X) = log P(Y | X) / lp(Y) + cp(X, Y)
///   lp(Y) = ((5 + |Y|) / (5 + 1))^A                                |Y|: tokens, <end> counted
///   cp(X, Y) = B * sum over source words i of log(min(1, sum over tokens j of the attention of j to i))
///
/// <start> and <end> of the source are no words. A word that got less than least_coverage counts as if it had got that:
/// else one that got none would make the score infinite.
struct ScoreOptions {
  double length_penalty = 0;    ///< A, not negative; 0: no normalisation, which favours short translations
  double coverage_penalty = 0;  ///< B, not negative; 0: none
};

inline constexpr double least_coverage = 1e-6;

/// The score, where `coverage` [source tokens] is the sum over tokens of their attention; it may be empty when the
/// coverage penalty is 0.
double hypothesis_score(double log_probability, std::size_t tokens, std::span<const float> coverage,
                        const ScoreOptions& options);

/// Sets the hypothesis's score. Throws Error when a coverage penalty is asked for and there is no attention.
void score(Hypothesis& hypothesis, const ScoreOptions& options);

/// Appends a token to a hypothesis.
void append(Hypothesis& hypothesis, std::int32_t token, float log_probability, std::span<const float> attention);

}  // namespace weft::nmt
