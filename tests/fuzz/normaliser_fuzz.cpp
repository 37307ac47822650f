#include "models/nmt/data/builtin/builtin_corpus.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/text/special_words.h"
#include "models/nmt/text/utf8.h"
#include "models/nmt/text/words.h"
#include "tests/fuzz/harness.h"
#include "tests/models/nmt/network/canonical.h"

// The normalisers: any UTF-8 becomes words of UTF-8. The tutorial's words stay as they are when they are normalised
// once more; the reversible ones give the sentence back, but for what it says is lost, and any words give some text.

namespace weft::fuzz {
namespace {

using namespace nmt;

void check_words(std::string_view sentence, std::string_view words) {
  expect(!find_invalid_utf8(words), "the words of '{}' are not UTF-8", sentence);
  expect(words.find_first_of("\n\t\r") == std::string_view::npos, "the words of '{}' hold blanks: '{}'", sentence,
         words);
  for (const std::string_view word : split_words(words))
    expect(word != unknown_token && word != padding_word, "'{}' has the word {}", sentence, word);
}

void run_tutorial(std::string_view sentence) {
  const std::string words = normalised_words(sentence, Normaliser::tutorial);
  check_words(sentence, words);
  const std::string again = normalised_words(words, Normaliser::tutorial);
  expect(again == words, "'{}' becomes '{}' and then '{}'", sentence, words, again);
  expect(detokenise(words, Normaliser::tutorial) == words, "the text of '{}' is another", words);
}

void run_reversible(std::string_view sentence) {
  const std::string words = normalised_words(sentence, Normaliser::reversible);
  check_words(sentence, words);
  const std::string text = detokenise(words, Normaliser::reversible);
  const std::string wanted = canonical(sentence);
  expect(text == wanted, "'{}' comes back as '{}', '{}' is promised", sentence, text, wanted);
  expect(normalised_words(text, Normaliser::reversible) == words, "the text of '{}', '{}', has other words", words,
         text);
}

void run(std::string_view input) {
  const auto normalised = accepted([&] { return normalise(input, Normaliser::tutorial); });
  const auto reversible = accepted([&] { return normalise(input, Normaliser::reversible); });
  const bool is_utf8 = !find_invalid_utf8(input);
  expect(normalised.has_value() == is_utf8 && reversible.has_value() == is_utf8,
         "UTF-8 is refused, or anything else is not");
  if (!is_utf8) return;
  run_tutorial(input);
  run_reversible(input);
  expect(!find_invalid_utf8(detokenise(input, Normaliser::reversible)), "the text of '{}' is not UTF-8", input);
}

std::vector<std::string> seeds() {
  std::vector<std::string> sentences{"L'ami dit : « Avez-vous 3,14 € ? »",
                                     "\"Don't,\" Tom said...",
                                     "a￭b ▁ ％ ％FFED￭ ％2581",
                                     "<start> ça <end> <unk>",
                                     "日本語。はい",
                                     "e\u0301te\u0301 \u0130 \u00A0?"};
  const std::vector<Pair> pairs = builtin_corpus();
  for (std::size_t i = 0; i < pairs.size(); i += 97) sentences.push_back(pairs[i].source);
  return sentences;
}

std::vector<std::string> words() {
  return {"\u0301", "\u00A0", "\u202F",  "«",     "»",      "’",      "'",
          "-",      "\u2011", "￭",       "％",    "％FFED", "▁",      "\u200D",
          "😀",      "\u0085", "...",     " ?",    " !",     ";",      ":",
          "qu'",    "l'",     "<start>", "<end>", "\u0345", "\uAC00", "\u1100\u1161",
          "\u2126", "\u0344"};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
