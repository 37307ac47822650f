#include "models/nmt/metrics/chrf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string_view>

#include "models/nmt/metrics/scored_sentences.h"
#include "models/nmt/text/blanks.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

constexpr std::size_t max_order = 6;
constexpr double beta_squared = 2 * 2;

/// For n-grams of one length.
struct OrderStatistics {
  std::size_t hypothesis = 0, reference = 0, matches = 0;
};

using Statistics = std::array<OrderStatistics, max_order>;

std::u32string without_blanks(std::string_view sentence) {
  std::u32string text = code_points(sentence);
  std::erase_if(text, is_blank);
  return text;
}

std::map<std::u32string_view, std::size_t> count_ngrams(std::u32string_view text, std::size_t order) {
  std::map<std::u32string_view, std::size_t> counts;
  for (std::size_t first = 0; first + order <= text.size(); ++first) ++counts[text.substr(first, order)];
  return counts;
}

std::size_t number_of_ngrams(std::u32string_view text, std::size_t order) {
  return text.size() < order ? 0 : text.size() - order + 1;
}

Statistics compare(std::u32string_view hypothesis, std::u32string_view reference) {
  Statistics statistics;
  for (std::size_t i = 0; i < max_order; ++i) {
    const std::size_t order = i + 1;
    const std::size_t in_reference = number_of_ngrams(reference, order);
    if (in_reference == 0) continue;  // nor are the hypothesis's counted, for which there is nothing to match
    const auto reference_counts = count_ngrams(reference, order);
    std::size_t matches = 0;
    for (const auto& [ngram, count] : count_ngrams(hypothesis, order)) {
      if (const auto found = reference_counts.find(ngram); found != reference_counts.end()) {
        matches += std::min(count, found->second);
      }
    }
    statistics[i] = {.hypothesis = number_of_ngrams(hypothesis, order), .reference = in_reference, .matches = matches};
  }
  return statistics;
}

/// F = (1 + beta^2) P R / (beta^2 P + R), from precision and recall averaged over the orders both sides have.
double f_score(const Statistics& statistics) {
  double precision = 0, recall = 0;
  std::size_t orders = 0;
  for (const OrderStatistics& order : statistics) {
    if (order.hypothesis == 0 || order.reference == 0) continue;
    precision += static_cast<double>(order.matches) / static_cast<double>(order.hypothesis);
    recall += static_cast<double>(order.matches) / static_cast<double>(order.reference);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= static_cast<double>(orders);
  recall /= static_cast<double>(orders);
  return 100 * (1 + beta_squared) * precision * recall / (beta_squared * precision + recall);
}

/// The statistics against the reference that the sentence is closest to; the first of several equally close.
Statistics compare_to_best(const std::string& hypothesis, const std::vector<std::string>& references) {
  const std::u32string text = without_blanks(hypothesis);
  Statistics best;
  double best_score = -1;
  for (const std::string& reference : references) {
    const Statistics statistics = compare(text, without_blanks(reference));
    if (const double score = f_score(statistics); score > best_score) {
      best = statistics;
      best_score = score;
    }
  }
  return best;
}

}  // namespace

double corpus_chrf(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references) {
  check_scored_sentences(hypotheses, references);
  Statistics sum;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const Statistics sentence = compare_to_best(hypotheses[i], references[i]);
    for (std::size_t order = 0; order < max_order; ++order) {
      sum[order].hypothesis += sentence[order].hypothesis;
      sum[order].reference += sentence[order].reference;
      sum[order].matches += sentence[order].matches;
    }
  }
  return f_score(sum);
}

std::string chrf_signature(std::span<const std::vector<std::string>> references) {
  return fmt::format("nrefs:{}|case:mixed|eff:yes|nc:{}|nw:0|space:no|version:{}", reference_count(references),
                     max_order, scores_version);
}

}  // namespace weft::nmt
