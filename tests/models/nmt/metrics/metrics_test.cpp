#include "models/nmt/metrics/metrics.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using Sentences = std::vector<std::string>;
using References = std::vector<Sentences>;
using doctest::Approx;

namespace {

Bleu bleu_of(const Sentences& hypotheses, const References& references) { return corpus_bleu(hypotheses, references); }
double chrf_of(const Sentences& hypotheses, const References& references) {
  return corpus_chrf(hypotheses, references);
}

}  // namespace

TEST_CASE("BLEU by hand: one sentence, no match of four words") {
  // Matches: 5 of 6 words (all but "sat"), 3 of 5 pairs (the cat, on the, the mat), 1 of 4 triples (on the mat), none
  // of 3 fours, which counts as half a match.
  const Bleu bleu = bleu_of({"the cat sat on the mat"}, {{"the cat is on the mat"}});
  CHECK(bleu.precisions[0] == Approx(500.0 / 6));
  CHECK(bleu.precisions[1] == Approx(60));
  CHECK(bleu.precisions[2] == Approx(25));
  CHECK(bleu.precisions[3] == Approx(50.0 / 3));
  CHECK(bleu.brevity_penalty == 1);
  CHECK(bleu.score == Approx(100 * std::pow(5.0 / 6 * 3 / 5 * 1 / 4 * 0.5 / 3, 0.25)));
  CHECK(bleu.score == Approx(37.9918).epsilon(1e-5));
}

TEST_CASE("BLEU by hand: matches are clipped to one reference, smoothing halves for every order without a match") {
  // The example of the paper: 2 of 7 words, for the first reference holds "the" twice. Then 1/2 of 6, 1/4 of 5, 1/8
  // of 4.
  const Bleu bleu = bleu_of({"the the the the the the the"}, {{"the cat is on the mat", "there is a cat on the mat"}});
  CHECK(bleu.precisions[0] == Approx(200.0 / 7));
  CHECK(bleu.precisions[1] == Approx(50.0 / 6));
  CHECK(bleu.precisions[2] == Approx(25.0 / 5));
  CHECK(bleu.precisions[3] == Approx(12.5 / 4));
  CHECK(bleu.reference_length == 7);
  CHECK(bleu.score == Approx(100 * std::pow(2.0 / 7 / 12 / 20 / 32, 0.25)));
}

TEST_CASE("BLEU by hand: the brevity penalty") {
  const Bleu bleu = bleu_of({"a b c d"}, {{"a b c d e"}});
  CHECK(bleu.brevity_penalty == Approx(std::exp(-0.25)));
  CHECK(bleu.score == Approx(100 * std::exp(-0.25)));
  CHECK(bleu_of({"a b c d e"}, {{"a b c d"}}).brevity_penalty == 1);
}

TEST_CASE("BLEU: the nearest reference counts for the length, the shorter of two equally near") {
  CHECK(bleu_of({"a b c d"}, {{"a b c d e", "a b c"}}).reference_length == 3);
  CHECK(bleu_of({"a b c d"}, {{"a b c d e", "a b"}}).reference_length == 5);
}

TEST_CASE("BLEU: counts are summed over the corpus before they are divided") {
  // Words 4/4 + 1/3 = 5/7, pairs 3/3 + 0/2 = 3/5, triples 2/2 + 0/1 = 2/3, fours 1/1 + none = 1/1; lengths 7 and 7.
  const Bleu bleu = bleu_of({"a b c d", "x q r"}, {{"a b c d"}, {"x y z"}});
  CHECK(bleu.score == Approx(100 * std::pow(5.0 / 7 * 3 / 5 * 2 / 3, 0.25)));
  CHECK(bleu.hypothesis_length == 7);
  CHECK(bleu.reference_length == 7);
}

TEST_CASE("BLEU at its ends") {
  CHECK(bleu_of({"a b c d e"}, {{"a b c d e"}}).score == Approx(100));
  CHECK(bleu_of({"a b c d e"}, {{"v w x y z"}}).score == 0);  // smoothing does not reward it
  CHECK(bleu_of({"a b c"}, {{"a b c"}}).score == 0);          // no four words anywhere
  CHECK(bleu_of({""}, {{"a b c d"}}).score == 0);
  CHECK(bleu_of({""}, {{"a b c d"}}).brevity_penalty == 0);
}

TEST_CASE("BLEU as sacreBLEU has it: the example of its README, whose scores its test_bleu.py lists") {
  const Sentences hypotheses{"The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."};
  const References references{{"The dog bit the man.", "The dog had bit the man."},
                              {"It was not unexpected.", "No one was surprised."},
                              {"The man bit him first.", "The man had bitten the dog."}};
  CHECK(corpus_bleu(hypotheses, references, BleuTokenizer::mteval_13a).score == Approx(48.530827).epsilon(1e-8));
  CHECK(corpus_bleu(hypotheses, references, BleuTokenizer::none).score == Approx(49.1919566).epsilon(1e-8));
  CHECK(bleu_signature(references, BleuTokenizer::mteval_13a) ==
        "nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:weft-0.1.0");
  CHECK(bleu_signature(References{{"a", "b"}, {"c"}}, BleuTokenizer::none) ==
        "nrefs:var|case:mixed|eff:no|tok:none|smooth:exp|version:weft-0.1.0");
}

TEST_CASE("the tokenizer 13a by hand, rule by rule") {
  const auto tokenized = [](std::string_view text) {
    std::string joined;
    for (const std::string& word : bleu_words(text, BleuTokenizer::mteval_13a)) joined += "[" + word + "]";
    return joined;
  };
  CHECK(tokenized("Hello, world.") == "[Hello][,][world][.]");
  CHECK(tokenized("It's 3.50, or 1,000.") == "[It's][3.50][,][or][1,000][.]");  // neither apostrophe nor digits' marks
  CHECK(tokenized("5 .6 7. 8") == "[5][.][6][7][.][8]");
  CHECK(tokenized("1-2 well-known a-1") == "[1][-][2][well-known][a-1]");  // a dash stays but behind a digit
  CHECK(tokenized("(a/b) [c] {d} \"e\" f:g;h!") == "[(][a][/][b][)][[][c][]][{][d][}][\"][e][\"][f][:][g][;][h][!]");
  CHECK(tokenized("&quot;a&quot; &amp; &lt;b&gt; <skipped>c") == "[\"][a][\"][&][<][b][>][c]");
  CHECK(tokenized("&amp;lt;") == "[<]");  // one replacement after the other
  CHECK(tokenized("to-\nday\ntoo-\n") ==
        "[today][too-]");  // lines are joined; blanks behind the last one are not there
  CHECK(tokenized("...a,,b") == "[.][.][.][a][,][,][b]");
  CHECK(tokenized("\xC3\xA9.\xC3\xA8,1") == "[\xC3\xA9][.][\xC3\xA8][,][1]");  // é.è,1
  CHECK(tokenized("") == "");
}

TEST_CASE("words of the tokenizer none stand between blanks of any kind") {
  CHECK(bleu_words(" a\t.  b\xC2\xA0"
                   "c\x1F"
                   "d ",
                   BleuTokenizer::none) == Sentences{"a", ".", "b", "c", "d"});
  CHECK(parse_bleu_tokenizer("13a") == BleuTokenizer::mteval_13a);
  CHECK(contains(message_of([] { parse_bleu_tokenizer("intl"); }), "one of none, 13a"));
}

TEST_CASE("chrF as sacreBLEU has it: what its test_chrf.py lists") {
  // The short ones as listed, with `eff:yes`. The sentences are listed with `eff:no`, which averages the F-scores of
  // the orders instead of their precisions and recalls: 39.14078509, 31.22557079 and 57.15704367. The figures here are
  // those of another program after sacreBLEU's definition.
  CHECK(chrf_of({"aa"}, {{"ab"}}) == Approx(25));
  CHECK(chrf_of({"a", "b"}, {{"a"}, {"c"}}) == Approx(50));
  CHECK(chrf_of({"a b c"}, {{"abc"}}) == Approx(100));
  CHECK(chrf_of({"Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře."},
                {{"Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře."}}) ==
        Approx(39.14081690).epsilon(1e-9));
  CHECK(chrf_of({"Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři."},
                {{"A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři."}}) ==
        Approx(31.22564147).epsilon(1e-9));
  CHECK(chrf_of({"Lapali po dechu, jejich životy skončily dřív, než skutečně začaly."},
                {{"Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli."}}) ==
        Approx(57.15742751).epsilon(1e-9));
  CHECK(chrf_signature(References{{"a"}, {"c"}}) == "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:weft-0.1.0");
}

TEST_CASE("chrF by hand") {
  // n = 1: 2 of 3; n = 2: 1 of 2; n = 3: 0 of 1; neither side has longer ones. P = R = (2/3 + 1/2 + 0) / 3 = 7/18 = F.
  CHECK(chrf_of({"abc"}, {{"abd"}}) == Approx(700.0 / 18));
  // P: 2/2, 1/1; R: 2/3, 1/2; n = 3 does not count. F = 5 * 1 * 7/12 / (4 * 1 + 7/12) = 35/55.
  CHECK(chrf_of({"ab"}, {{"abc"}}) == Approx(3500.0 / 55));
  // P: 2/3, 1/2; R: 1, 1. F = 5 * 7/12 / (4 * 7/12 + 1) = 35/40.
  CHECK(chrf_of({"abc"}, {{"ab"}}) == Approx(87.5));
  // Repeated: "aaa" in "aa": n = 1: 2 of 3 and 2 of 2; n = 2: 1 of 2 and 1 of 1; so the same.
  CHECK(chrf_of({"aaa"}, {{"aa"}}) == Approx(87.5));
}

TEST_CASE("chrF: counts are summed, n-grams without any in the sentence's reference are not counted") {
  // n = 1: 4 of 5; n = 2: 2 of 3; n = 3: the first sentence has none, the second's has none to match. 11/15.
  CHECK(chrf_of({"ab", "abc"}, {{"abc"}, {"ab"}}) == Approx(1100.0 / 15));
}

TEST_CASE("chrF works on code points without blanks") {
  CHECK(chrf_of({"a b  c"}, {{"abc"}}) == Approx(100));
  CHECK(chrf_of({"a\xC2\xA0"
                 "b"},
                {{"a\tb"}}) == Approx(100));          // U+00A0
  CHECK(chrf_of({"\xC3\xA9"}, {{"\xC3\xA8"}}) == 0);  // é and è share a byte, not a letter
  CHECK(chrf_of({"\xC3\xA9"
                 "a"},
                {{"\xC3\xA9"
                  "b"}}) == Approx(25));  // 1 of 2, 0 of 1
}

TEST_CASE("chrF: the best reference counts, and the ends") {
  CHECK(chrf_of({"abc"}, {{"xyz", "abc"}}) == Approx(100));
  CHECK(chrf_of({"abc", "ab"}, {{"abd", "abc"}, {"ab"}}) == Approx(100));
  CHECK(chrf_of({"abc"}, {{"xyz"}}) == 0);
  CHECK(chrf_of({""}, {{"xyz"}}) == 0);
  CHECK(chrf_of({""}, {{""}}) == 0);
}

TEST_CASE("the share of exact matches") {
  const Sentences hypotheses{"a b", "c", "d"};
  CHECK(exact_match_rate(hypotheses, References{{"a b"}, {"x", "c"}, {"D"}}) == Approx(2.0 / 3));
}

TEST_CASE("all scores at once") {
  const Metrics metrics = score_translations(Sentences{"a b c d"}, References{{"a b c d"}});
  CHECK(metrics.bleu.score == Approx(100));
  CHECK(metrics.chrf == Approx(100));
  CHECK(metrics.exact_match == 1);
}

TEST_CASE("what cannot be scored is refused") {
  CHECK(contains(message_of([] { bleu_of({}, {}); }), "no sentences"));
  CHECK(contains(message_of([] { bleu_of({"a", "b"}, {{"a"}}); }), "2 translations against the references of 1"));
  CHECK(contains(message_of([] { chrf_of({"a", "b"}, {{"a"}, {}}); }), "sentence 2 has no reference"));
  CHECK(contains(message_of([] { exact_match_rate(Sentences{}, References{}); }), "no sentences"));
  CHECK(contains(message_of([] { chrf_of({"\xFF"}, {{"a"}}); }), "not UTF-8"));
}
