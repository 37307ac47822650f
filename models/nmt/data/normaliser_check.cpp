#include "models/nmt/data/normaliser_check.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <unordered_map>

#include "graph/base/joined.h"
#include "graph/base/quote.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

constexpr std::size_t shown_examples = 3;
constexpr std::size_t shown_letters = 5;
constexpr double worth_saying = 0.001;  // of the letters: names and loan-words have foreign ones

bool is_letter_or_digit(char32_t c) { return u_isalnum(static_cast<UChar32>(c)) != 0; }

std::string utf8(char32_t c) {
  std::string text;
  append_utf8(c, text);
  return text;
}

/// Whether anything of a character survives; every character is asked about once.
class Survivors {
 public:
  explicit Survivors(Normaliser normaliser) : normaliser_(normaliser) {}

  bool contains(char32_t c) {
    const auto [at, is_new] = known_.emplace(c, false);
    if (is_new)
      at->second = std::ranges::any_of(code_points(normalised_words(utf8(c), normaliser_)), is_letter_or_digit);
    return at->second;
  }

 private:
  Normaliser normaliser_;
  std::unordered_map<char32_t, bool> known_;
};

std::string most_frequent(const std::unordered_map<char32_t, std::size_t>& counts) {
  std::vector<std::pair<char32_t, std::size_t>> letters(counts.begin(), counts.end());
  std::ranges::sort(letters, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::string> shown;
  for (const auto& [letter, count] : letters) {
    if (shown.size() < shown_letters) shown.push_back(utf8(letter));
  }
  return joined(shown, " ");
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

NormaliserLoss normaliser_loss(const std::vector<Pair>& pairs, Side side, Normaliser normaliser) {
  NormaliserLoss loss;
  Survivors survivors(normaliser);
  std::unordered_map<char32_t, std::size_t> dropped;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    bool had_any = false;
    bool has_any = false;
    for (const char32_t c : code_points(pairs[i].*side)) {
      if (!is_letter_or_digit(c)) continue;
      const bool survives = survivors.contains(c);
      had_any = true;
      has_any = has_any || survives;
      if (!is_letter(c)) continue;
      ++loss.letters;
      if (survives) continue;
      ++loss.dropped_letters;
      ++dropped[c];
    }
    if (had_any && !has_any) loss.emptied.push_back(i);
  }
  loss.most_dropped = most_frequent(dropped);
  return loss;
}

NormaliserFindings check_normaliser(const Corpus& corpus, Side side, Normaliser normaliser, std::string_view name,
                                    std::string_view language) {
  const NormaliserLoss loss = normaliser_loss(corpus.pairs, side, normaliser);
  const double emptied = share(loss.emptied.size(), corpus.pairs.size());
  const double dropped = share(loss.dropped_letters, loss.letters);
  NormaliserFindings findings;
  if (!loss.emptied.empty()) {
    std::vector<std::string> examples;
    for (const std::size_t pair : loss.emptied) {
      if (examples.size() == shown_examples) break;
      examples.push_back(
          fmt::format("line {}: \"{}\"", line_of_pair(corpus, pair), excerpt(corpus.pairs[pair].*side, 60)));
    }
    findings.warnings.push_back(
        fmt::format("{}: the normaliser '{}' leaves nothing of {} of {} {} sentences ({:.1f} %), {}", name,
                    normaliser_name(normaliser), loss.emptied.size(), corpus.pairs.size(), language, 100 * emptied,
                    joined(examples, ", ")));
  }
  if (dropped > worth_saying) {
    findings.warnings.push_back(fmt::format("{}: the normaliser '{}' drops {:.1f} % of the {} letters: {} ...", name,
                                            normaliser_name(normaliser), 100 * dropped, language, loss.most_dropped));
  }
  if (emptied > max_emptied_share || dropped > max_dropped_letters) {
    findings.refusal =
        fmt::format("{}; it is for the letters a to z: take --normaliser reversible, which keeps all of them",
                    findings.warnings[0]);
    findings.warnings.clear();
  } else if (dropped > worth_saying) {
    findings.warnings.back() += "; --normaliser reversible keeps them";
  }
  return findings;
}

}  // namespace weft::nmt
