#include "models/nmt/data/builtin/builtin_corpus.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <utility>

#include "graph/base/error.h"
#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

namespace weft::nmt {
namespace {

using sentences::Construct;
using sentences::Sentences;
using sentences::stable_hash;

// Sentences of the documentation and the first ones a visitor tries: a sample keeps them before all others.
constexpr std::array<std::string_view, 12> kept_sentences{"Je suis fatigué.",
                                                          "Elle n'aime pas le café.",
                                                          "Où est la gare ?",
                                                          "As-tu lu ce livre ?",
                                                          "Nous allons à l'école.",
                                                          "Mon amie est très intelligente.",
                                                          "Il fait froid aujourd'hui.",
                                                          "Avez-vous faim ?",
                                                          "Parle-t-il anglais ?",
                                                          "Elle mange une pomme.",
                                                          "Il y a un chat sous la table.",
                                                          "Je voudrais du thé, s'il vous plaît."};

bool always_kept(const std::string& french) {
  return std::find(kept_sentences.begin(), kept_sentences.end(), french) != kept_sentences.end();
}

void shuffle_by_hash(std::vector<Pair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::pair(stable_hash(a.source), a.source) < std::pair(stable_hash(b.source), b.source);
  });
}

using WordId = std::size_t;

// How often each word has been chosen. Words have numbers, for they are looked up millions of times.
class ChosenWords {
 public:
  // The words of both sides of a pair as they are spelt, without punctuation: "l'ami" is two words. French and English
  // words are kept apart, since "six" is both.
  std::vector<WordId> words_of(const Pair& pair) {
    std::vector<WordId> words;
    add_words(pair.source, french_, words);
    add_words(pair.target, english_, words);
    return words;
  }

  void choose(const std::vector<WordId>& words) {
    for (const WordId word : words) ++counts_[word];
  }

  // How often the rarest of the words has been chosen.
  std::size_t rarest(const std::vector<WordId>& words) const {
    std::size_t least = counts_[words.front()];
    for (const WordId word : words) least = std::min(least, counts_[word]);
    return least;
  }

 private:
  using Ids = std::map<std::string, WordId, std::less<>>;

  void add_words(std::string_view sentence, Ids& ids, std::vector<WordId>& words) {
    constexpr std::string_view separators = " '-,.?!";
    std::size_t begin = sentence.find_first_not_of(separators);
    while (begin < sentence.size()) {
      const std::size_t end = std::min(sentence.find_first_of(separators, begin), sentence.size());
      const auto [entry, is_new] = ids.emplace(sentence.substr(begin, end - begin), counts_.size());
      if (is_new) counts_.push_back(0);
      words.push_back(entry->second);
      begin = sentence.find_first_not_of(separators, end);
    }
  }

  Ids french_, english_;
  std::vector<std::size_t> counts_;
};

// All sentences of a construct, each once, well mixed but for those that are always kept: they come first.
std::vector<Pair> candidates(const Construct& construct) {
  Sentences all;
  construct.write(all);
  std::vector<Pair> pairs = all.pairs();
  shuffle_by_hash(pairs);
  const auto same = [](const Pair& a, const Pair& b) { return a.source == b.source && a.target == b.target; };
  pairs.erase(std::unique(pairs.begin(), pairs.end(), same), pairs.end());
  std::stable_partition(pairs.begin(), pairs.end(), [](const Pair& pair) { return always_kept(pair.source); });
  return pairs;
}

// The share of a construct that the corpus keeps. In a plain sample most forms of most verbs would be too rare to be
// learnt; here the next sentence is always the one whose rarest word has been chosen least so far. Counts only grow, so
// a candidate is looked at again only when it comes to the top of the heap (a lazy greedy choice).
std::vector<Pair> sample(const Construct& construct, ChosenWords& chosen) {
  const std::vector<Pair> pairs = candidates(construct);
  std::vector<std::vector<WordId>> words;
  using Entry = std::pair<std::size_t, std::size_t>;  // how often the rarest word was chosen, index of the pair
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    words.push_back(chosen.words_of(pairs[i]));
    heap.emplace(always_kept(pairs[i].source) ? 0 : chosen.rarest(words[i]), i);
  }
  std::vector<Pair> kept;
  while (!heap.empty() && kept.size() < construct.share) {
    const auto [count, i] = heap.top();
    heap.pop();
    const std::size_t now = always_kept(pairs[i].source) ? 0 : chosen.rarest(words[i]);
    if (now > count) {
      heap.emplace(now, i);
      continue;
    }
    chosen.choose(words[i]);
    kept.push_back(pairs[i]);
  }
  return kept;
}

}  // namespace

std::vector<Pair> builtin_corpus() {
  ChosenWords chosen;
  std::map<std::string, std::string> translations;  // two constructs may yield the same sentence
  for (const auto* topic :
       {&sentences::being_constructs(), &sentences::having_constructs(), &sentences::moving_constructs(),
        &sentences::doing_constructs(), &sentences::past_constructs(), &sentences::wishing_constructs(),
        &sentences::speaking_constructs(), &sentences::everyday_constructs()}) {
    for (const Construct& construct : *topic) {
      for (const Pair& pair : sample(construct, chosen)) {
        const auto entry = translations.emplace(pair.source, pair.target).first;
        check_invariant(entry->second == pair.target,
                        "the built-in corpus translates '{}' both as '{}' and as '{}' ({})", pair.source, entry->second,
                        pair.target, construct.name);
      }
    }
  }
  std::vector<Pair> corpus;
  corpus.reserve(translations.size());
  for (const auto& [french, english] : translations) corpus.push_back({french, english});
  shuffle_by_hash(corpus);
  return corpus;
}

}  // namespace weft::nmt
