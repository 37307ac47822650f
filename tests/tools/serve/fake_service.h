#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/nmt/text/vocabulary.h"
#include "tools/serve/http_router.h"
#include "tools/serve/translation_service.h"

namespace weft::serve::test {

/// A vocabulary of these words.
inline nmt::Vocabulary vocabulary_of(const std::string& words) {
  nmt::WordCounts counts;
  counts.add("<start> " + words + " <end>");
  return nmt::Vocabulary(counts, std::nullopt, nmt::Tokeniser(nmt::Normaliser::reversible));
}

/// The service over two runs, French to English and German to English, whose translations say where they come from:
/// "Bonjour" is "0:Bonjour" of the first run; of several, the n-th is "0:Bonjour n". They come at once.
struct FakeService {
  nmt::Vocabulary french = vocabulary_of("je suis fatigué la gare est belle bonjour un");
  nmt::Vocabulary german = vocabulary_of("ich bin müde der bahnhof ist schön guten tag");
  nmt::Vocabulary english = vocabulary_of("i am tired the station is beautiful hello");
  bool has_room = true;
  bool fails = false;
  TranslationService service;
  HttpRouter router{[](int, std::string_view message) { return error_answer(message); }};

  explicit FakeService(const ServiceLimits& limits = {})
      : service({{{"fr", "en"}, &french, &english}, {{"de", "en"}, &german, &english}}, limits,
                [this](const std::vector<QueuedSentence>& sentences, const TranslationsDone& done) {
                  return translate(sentences, done);
                }) {
    service.add_to(router);
  }

 private:
  bool translate(const std::vector<QueuedSentence>& sentences, const TranslationsDone& done) const {
    if (!has_room) return false;
    if (fails) {
      done({}, std::make_exception_ptr(Error("the model is tired")));
      return true;
    }
    Translations translations;
    for (const QueuedSentence& sentence : sentences) {
      auto& ranked = translations.emplace_back();
      for (int rank = 0; rank < (sentence.with_alternatives ? 3 : 1); ++rank) {
        nmt::Translation& translation = ranked.emplace_back();
        translation.text = std::to_string(sentence.pair) + ":" + sentence.text;
        if (rank > 0) translation.text += " " + std::to_string(rank);
        translation.source_words = {"<start>", "a", "<end>"};
        translation.target_words = {"b", "<end>"};
        translation.attention_weights = {0.25F, 0.75F, 0, 0, 0, 1};
      }
    }
    done(std::move(translations), nullptr);
    return true;
  }
};

}  // namespace weft::serve::test
