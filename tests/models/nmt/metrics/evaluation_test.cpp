#include "models/nmt/metrics/evaluation.h"

#include <doctest/doctest.h>

#include "models/nmt/metrics/bleu.h"

using namespace weft::nmt;
using doctest::Approx;
using Sentences = std::vector<std::string>;

namespace {

const Tokeniser tokeniser(Normaliser::reversible);

/// A translation whose text is given.
Translation written(const std::string& text) {
  Translation translation;
  translation.words = normalised_words(text, tokeniser.normaliser());
  translation.text = text;
  return translation;
}

/// The same French sentence three times, with two different English ones, and another sentence.
const std::vector<Pair> pairs = {{"Ne dis pas ça !", "Don't say that, Tom."},
                                 {"Ne dis pas ça !", "Do not say that, Tom."},
                                 {"Oui.", "Yes."},
                                 {"Ne dis pas ça !", "Don't say that, Tom."}};
const std::vector<Translation> translations = {written("Don't say that, Tim."), written("Don't say that, Tim."),
                                               written("Yes."), written("Don't say that, Tim.")};

ScoredSentences each(BleuTokenizer tokenizer) { return with_one_reference(pairs, translations, tokeniser, tokenizer); }

double share_of_words(const Metrics& metrics) { return metrics.bleu.precisions[0] / 100; }

}  // namespace

TEST_CASE("words are compared without a tokenizer, the undone text with one") {
  CHECK(translations[0].words == "Don ￭'t say that ￭, Tim ￭.");
  CHECK(each(BleuTokenizer::none).hypotheses[0] == "Don ￭'t say that ￭, Tim ￭.");
  CHECK(each(BleuTokenizer::none).references[1] == Sentences{"Do not say that ￭, Tom ￭."});
  CHECK(each(BleuTokenizer::mteval_13a).hypotheses[0] == "Don't say that, Tim.");
  CHECK(each(BleuTokenizer::mteval_13a).references[1] == Sentences{"Do not say that, Tom."});
}

TEST_CASE("models of different normalisers are compared by the words of one") {
  const std::vector<Translation> lower = renormalised(translations, Normaliser::tutorial);
  const ScoredSentences one = with_one_reference(pairs, lower, Tokeniser(Normaliser::tutorial), BleuTokenizer::none);
  CHECK(one.hypotheses[0] == "don t say that , tim .");
  CHECK(one.references[1] == Sentences{"do not say that , tom ."});
  const std::vector<Translation> same = renormalised(translations, Normaliser::reversible);
  CHECK(same[0].words == translations[0].words);
  CHECK(same[0].text == translations[0].text);
}

TEST_CASE("all references: each source once, with its different references") {
  for (const BleuTokenizer tokenizer : {BleuTokenizer::none, BleuTokenizer::mteval_13a}) {
    const ScoredSentences one = each(tokenizer);
    const ScoredSentences all = with_all_references(one);
    CHECK(all.sources == Sentences{"Ne dis pas ça !", "Oui."});
    CHECK(all.hypotheses == Sentences{one.hypotheses[0], one.hypotheses[2]});
    CHECK(all.references == std::vector{Sentences{one.references[0][0], one.references[1][0]}, one.references[2]});
  }
}

// Words of the normaliser: 7 7 2 7, of which 6 4 2 6 are right with one reference, 6 and 2 with all.
// Words of 13a, which leaves "Don't" whole: 6 6 2 6, of which 5 4 2 5, or 5 and 2.
TEST_CASE("one reference, all, the interval and the table by length are of the same words") {
  struct Expected {
    BleuTokenizer tokenizer;
    const char* name;
    double one, all, long_ones;
  };
  for (const Expected& expected : {Expected{BleuTokenizer::none, "tok:none", 18.0 / 23, 8.0 / 9, 16.0 / 21},
                                   Expected{BleuTokenizer::mteval_13a, "tok:13a", 16.0 / 20, 7.0 / 8, 14.0 / 18}}) {
    CAPTURE(std::string(expected.name));
    const ScoreSettings settings{.tokenizer = expected.tokenizer, .bootstrap = 50, .seed = 3};
    const ScoredSentences sentences = each(expected.tokenizer);
    const SentenceScores one = score_sentences(sentences, settings);
    CHECK(one.sentences == 4);
    CHECK(share_of_words(one.metrics) == Approx(expected.one));
    CHECK(one.metrics.exact_match == 0.25);
    CHECK(one.bleu_signature.find(expected.name) != std::string::npos);
    CHECK(one.bleu_signature.find("nrefs:1|") != std::string::npos);
    const Interval interval =
        bootstrap_bleu(bleu_counts(sentences.hypotheses, sentences.references, expected.tokenizer), 50, 3);
    REQUIRE(one.bleu_interval.has_value());
    CHECK(one.bleu_interval->low == interval.low);
    CHECK(one.bleu_interval->high == interval.high);
    CHECK(interval.low < interval.high);

    const SentenceScores all = score_sentences(with_all_references(sentences), settings);
    CHECK(all.sentences == 2);
    CHECK(share_of_words(all.metrics) == Approx(expected.all));
    CHECK(all.bleu_signature.find("nrefs:var|") != std::string::npos);
    CHECK(all.bleu_signature.find(expected.name) != std::string::npos);

    const std::vector<LengthScores> lengths = score_by_length(sentences, Normaliser::reversible, expected.tokenizer);
    REQUIRE(lengths.size() == 2);
    CHECK(lengths[0].sentences == 1);
    CHECK(lengths[0].longest == 4);
    CHECK(share_of_words(lengths[0].metrics) == 1);
    CHECK(lengths[1].sentences == 3);
    CHECK(lengths[1].shortest == 5);
    CHECK(share_of_words(lengths[1].metrics) == Approx(expected.long_ones));
  }
}
