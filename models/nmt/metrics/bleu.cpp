#include "models/nmt/metrics/bleu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "models/nmt/metrics/scored_sentences.h"

namespace weft::nmt {
namespace {

using Words = std::vector<std::string>;
using NgramCounts = std::map<Words, std::size_t>;

NgramCounts count_ngrams(const Words& words, std::size_t order) {
  NgramCounts counts;
  for (auto first = words.begin(); words.end() - first >= static_cast<std::ptrdiff_t>(order); ++first) {
    ++counts[Words(first, first + static_cast<std::ptrdiff_t>(order))];
  }
  return counts;
}

/// The length of the reference nearest to `length`; of two equally near, the shorter.
std::size_t nearest_length(const std::vector<Words>& references, std::size_t length) {
  const auto distance = [length](const Words& reference) {
    return std::max(reference.size(), length) - std::min(reference.size(), length);
  };
  const auto nearest = std::min_element(references.begin(), references.end(), [&](const Words& a, const Words& b) {
    return std::pair(distance(a), a.size()) < std::pair(distance(b), b.size());
  });
  return nearest->size();
}

/// How often an n-gram may match: as often as in the reference that holds most of them.
std::size_t most_occurrences(const std::vector<NgramCounts>& references, const Words& ngram) {
  std::size_t most = 0;
  for (const NgramCounts& reference : references) {
    if (const auto found = reference.find(ngram); found != reference.end()) most = std::max(most, found->second);
  }
  return most;
}

BleuCounts count_sentence(const Words& hypothesis, const std::vector<Words>& references) {
  BleuCounts counts;
  counts.hypothesis_length = hypothesis.size();
  counts.reference_length = nearest_length(references, hypothesis.size());
  for (std::size_t i = 0; i < Bleu::max_order; ++i) {
    std::vector<NgramCounts> reference_counts;
    for (const Words& reference : references) reference_counts.push_back(count_ngrams(reference, i + 1));
    for (const auto& [ngram, count] : count_ngrams(hypothesis, i + 1)) {
      counts.total[i] += count;
      counts.matches[i] += std::min(count, most_occurrences(reference_counts, ngram));
    }
  }
  return counts;
}

/// Precisions of all orders in percent; 0 from the first order on that is longer than every hypothesis.
std::array<double, Bleu::max_order> smoothed_precisions(const BleuCounts& sum) {
  std::array<double, Bleu::max_order> precisions{};
  double smoothed_match = 1;
  for (std::size_t i = 0; i < Bleu::max_order && sum.total[i] > 0; ++i) {
    double matches = static_cast<double>(sum.matches[i]);
    if (sum.matches[i] == 0) matches = smoothed_match /= 2;
    precisions[i] = 100 * matches / static_cast<double>(sum.total[i]);
  }
  return precisions;
}

/// 1 for a translation at least as long as its reference, exp(1 - r/c) for a shorter one.
double brevity_penalty(std::size_t hypothesis_length, std::size_t reference_length) {
  if (hypothesis_length >= reference_length) return 1;
  if (hypothesis_length == 0) return 0;
  return std::exp(1 - static_cast<double>(reference_length) / static_cast<double>(hypothesis_length));
}

/// 0 if one of them is 0.
double geometric_mean(const std::array<double, Bleu::max_order>& values) {
  double sum_of_logarithms = 0;
  for (const double value : values) sum_of_logarithms += std::log(value);
  return std::exp(sum_of_logarithms / static_cast<double>(values.size()));
}

}  // namespace

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
  for (std::size_t i = 0; i < Bleu::max_order; ++i) {
    matches[i] += other.matches[i];
    total[i] += other.total[i];
  }
  hypothesis_length += other.hypothesis_length;
  reference_length += other.reference_length;
  return *this;
}

std::vector<BleuCounts> bleu_counts(std::span<const std::string> hypotheses,
                                    std::span<const std::vector<std::string>> references, BleuTokenizer tokenizer) {
  check_scored_sentences(hypotheses, references);
  std::vector<BleuCounts> counts;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    std::vector<Words> reference_words;
    for (const std::string& reference : references[i]) reference_words.push_back(bleu_words(reference, tokenizer));
    counts.push_back(count_sentence(bleu_words(hypotheses[i], tokenizer), reference_words));
  }
  return counts;
}

Bleu bleu_of(const BleuCounts& sum) {
  Bleu bleu;
  bleu.hypothesis_length = sum.hypothesis_length;
  bleu.reference_length = sum.reference_length;
  bleu.brevity_penalty = brevity_penalty(bleu.hypothesis_length, bleu.reference_length);
  const bool any_match = std::any_of(sum.matches.begin(), sum.matches.end(), [](auto n) { return n > 0; });
  if (any_match) {  // else smoothing would reward what has nothing in common with the reference
    bleu.precisions = smoothed_precisions(sum);
    bleu.score = bleu.brevity_penalty * geometric_mean(bleu.precisions);
  }
  return bleu;
}

Bleu corpus_bleu(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references,
                 BleuTokenizer tokenizer) {
  BleuCounts sum;
  for (const BleuCounts& counts : bleu_counts(hypotheses, references, tokenizer)) sum += counts;
  return bleu_of(sum);
}

std::string bleu_signature(std::span<const std::vector<std::string>> references, BleuTokenizer tokenizer) {
  return fmt::format("nrefs:{}|case:mixed|eff:no|tok:{}|smooth:exp|version:{}", reference_count(references),
                     to_string(tokenizer), scores_version);
}

}  // namespace weft::nmt
