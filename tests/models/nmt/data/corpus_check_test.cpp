#include "models/nmt/data/corpus_check.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "models/nmt/data/normaliser_check.h"
#include "models/nmt/data/split.h"
#include "models/nmt/text/tutorial_normaliser.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

/// WordsOfALanguage of a language, for sentences of "subject verb object" each.
struct WordsOfALanguage {
  const char* language;
  std::array<const char*, 6> subjects;
  std::array<const char*, 6> verbs;
  const char* blank;
  const char* stop;
};

constexpr WordsOfALanguage english{"en",
                                   {"The cat", "The king", "Anna", "My sister", "Nobody", "Our teacher"},
                                   {"sees", "buys", "hears", "finds", "has", "wants"},
                                   " ",
                                   "."};
constexpr WordsOfALanguage french{"fr",
                                  {"Le chat", "Le roi", "Anna", "Ma sœur", "Personne", "Le maître"},
                                  {"achète", "espère", "préfère", "répète", "possède", "écoute"},
                                  " ",
                                  " !"};
constexpr WordsOfALanguage german{"de",
                                  {"Die Katze", "Der König", "Anna", "Meine Schwester", "Niemand", "Der Schüler"},
                                  {"sieht", "hört", "findet", "wünscht", "küsst", "fährt"},
                                  " ",
                                  "."};
constexpr WordsOfALanguage russian{"ru",
                                   {"Кошка", "Король", "Анна", "Моя сестра", "Никто", "Учитель"},
                                   {"видит", "покупает", "слышит", "находит", "имеет", "хочет"},
                                   " ",
                                   "."};
constexpr WordsOfALanguage chinese{"zh",
                                   {"那只黑猫", "年老的国王", "安娜", "我的姐姐", "没有人", "我们的老师"},
                                   {"看见了", "买了", "听见了", "找到了", "有", "想要"},
                                   "",
                                   "。"};
constexpr WordsOfALanguage arabic{"ar",
                                  {"القطة", "الملك", "آنا", "أختي", "لا أحد", "المعلم"},
                                  {"ترى", "يشتري", "تسمع", "تجد", "يملك", "يريد"},
                                  " ",
                                  "."};

std::string sentence(const WordsOfALanguage& words, std::size_t i) {
  return fmt::format("{}{}{}{}{}{}", words.subjects[i % 6], words.blank, words.verbs[i / 6 % 6], words.blank,
                     words.subjects[i / 36 % 6], words.stop);
}

Corpus corpus_of(const WordsOfALanguage& source, const WordsOfALanguage& target, std::size_t pairs = 216) {
  Corpus corpus;
  for (std::size_t i = 0; i < pairs; ++i) {
    corpus.pairs.push_back({sentence(source, i), sentence(target, i)});
    corpus.lines.push_back(LineKind::pair);
  }
  return corpus;
}

std::vector<std::string> column_warnings(const Corpus& corpus, const char* source, const char* target) {
  return check_columns(corpus, "f", {"", source, target});
}

}  // namespace

TEST_CASE("columns that are as declared are not complained of") {
  for (const WordsOfALanguage& source : {french, german, russian, chinese, arabic}) {
    CAPTURE(source.language);
    CHECK(column_warnings(corpus_of(source, english), source.language, "en").empty());
    CHECK(column_warnings(corpus_of(english, source), "en", source.language).empty());
  }
  CHECK(column_warnings(corpus_of(german, french), "de", "fr").empty());
  CHECK(column_warnings(corpus_of(russian, chinese), "ru", "zh").empty());
}

TEST_CASE("columns that are interchanged are told apart by letters that one language alone has") {
  for (const WordsOfALanguage& source : {french, german, russian, chinese, arabic}) {
    CAPTURE(source.language);
    const std::vector<std::string> warnings = column_warnings(corpus_of(english, source), source.language, "en");
    REQUIRE(warnings.size() == 1);
    CHECK(contains(warnings[0], "f: the sides look interchanged: letters of "));
    CHECK(contains(warnings[0], "stand in the English sentences, such as line 1: "));
  }
}

TEST_CASE("a few foreign letters, and languages with the same letters, are no sign of interchanged columns") {
  // French without accents, and English that has a café in one sentence of 50.
  Corpus plain;
  for (std::size_t i = 0; i < 200; ++i) {
    plain.pairs.push_back({fmt::format("Le chat numero {} va la bas avec ses amis du village voisin", i),
                           i % 50 == 0 ? "The café is closed today, and so is the other one down the road"
                                       : "The cat goes there with its friends from the next village"});
    plain.lines.push_back(LineKind::pair);
  }
  CHECK(column_warnings(plain, "fr", "en").empty());
  CHECK(column_warnings(corpus_of(english, english), "en-GB", "en-US").empty());
  CHECK(column_warnings(corpus_of(english, german, 19), "de", "en").empty());  // too few to tell
}

TEST_CASE("a side in the script of another language is named") {
  const std::vector<std::string> warnings = column_warnings(corpus_of(russian, english), "fr", "en");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] ==
        "f: 100 % of the letters of the French sentences are not Latin, most are Cyrillic: is --source-language right, "
        "and are the columns?");
}

TEST_CASE("ids, numbers, addresses and licences are no sentences") {
  for (const char* format :
       {"{}", "sent_{:04}", "#{}", "https://example.org/{}", "CC-BY 2.0 (France) Attribution: #{} (CM)"}) {
    CAPTURE(format);
    Corpus corpus = corpus_of(german, english, 40);
    for (std::size_t i = 0; i < 38; ++i) corpus.pairs[i].source = fmt::format(fmt::runtime(format), i);
    const std::vector<std::string> warnings = column_warnings(corpus, "de", "en");
    REQUIRE(warnings.size() == 1);
    CHECK(contains(warnings[0],
                   "f: the German side looks like numbers, ids or references, not like sentences: 38 of 40"));
    for (Pair& pair : corpus.pairs) pair.target = pair.source;  // numbers on both sides may be meant
    CHECK(column_warnings(corpus, "de", "en").empty());
  }
}

TEST_CASE("a language without blanks between words is for pieces") {
  const auto warnings = [](const Corpus& corpus, const char* source) {
    return check_blanks(corpus, "f", {"", source, "en"});
  };
  REQUIRE(warnings(corpus_of(chinese, english), "zh").size() == 1);
  CHECK(contains(warnings(corpus_of(chinese, english), "zh")[0],
                 "f: Chinese is written without blanks between words, so a stretch of "));
  CHECK(contains(warnings(corpus_of(chinese, english), "zh")[0], "--subwords 4000"));
  for (const WordsOfALanguage& source : {french, german, russian, arabic})
    CHECK(warnings(corpus_of(source, english), source.language).empty());
  Corpus segmented;
  Corpus thai;
  for (int i = 0; i < 30; ++i) {
    segmented.pairs.push_back({"我们 的 老师 看见 了 那 只 黑猫 。", "Our teacher sees the cat."});
    thai.pairs.push_back({"ฉันอยากไปเที่ยวทะเลกับเพื่อนของฉัน", "I want to go to the sea with my friend."});
  }
  CHECK(warnings(segmented, "zh").empty());
  CHECK(warnings(thai, "th").size() == 1);
}

TEST_CASE("a normaliser that empties sentences is refused, with their lines") {
  for (const WordsOfALanguage& source : {russian, chinese, arabic}) {
    CAPTURE(source.language);
    const Corpus corpus = corpus_of(source, english);
    const NormaliserFindings findings = check_normaliser(corpus, &Pair::source, Normaliser::tutorial, "f", "Foreign");
    CHECK(
        contains(findings.refusal,
                 "f: the normaliser 'tutorial' leaves nothing of 216 of 216 Foreign sentences (100.0 %), line 1: \""));
    CHECK(contains(findings.refusal, "take --normaliser reversible"));
    const NormaliserFindings kept = check_normaliser(corpus, &Pair::source, Normaliser::reversible, "f", "Foreign");
    CHECK(kept.refusal.empty());
    CHECK(kept.warnings.empty());
    CHECK(check_normaliser(corpus, &Pair::target, Normaliser::tutorial, "f", "English").warnings.empty());
  }
}

TEST_CASE("a few sentences that a normaliser empties, and letters that it drops, are warned of") {
  Corpus corpus = corpus_of(german, english);
  corpus.pairs[7].source = "12:30";
  corpus.pairs[9].source = "好。";
  const NormaliserFindings findings = check_normaliser(corpus, &Pair::source, Normaliser::tutorial, "f", "German");
  CHECK(findings.refusal.empty());
  REQUIRE(findings.warnings.size() == 1);  // ö and ü become o and u, and of ß there are too few
  CHECK(findings.warnings[0] ==
        "f: the normaliser 'tutorial' leaves nothing of 2 of 216 German sentences (0.9 %), line 8: \"12:30\", line 10: "
        "\"好。\"");
  Corpus polish;
  for (int i = 0; i < 30; ++i) polish.pairs.push_back({"Żółty łoś stał", "A yellow elk stood"});
  const NormaliserFindings lost = check_normaliser(polish, &Pair::source, Normaliser::tutorial, "f", "Polish");
  REQUIRE(lost.warnings.size() == 0);  // 3 letters of 12 are refused
  CHECK(contains(lost.refusal, "drops 25.0 % of the Polish letters: ł ..."));
  for (int i = 0; i < 300; ++i) polish.pairs.push_back({"Ona mieszka tam od lat, ale nie zna sąsiadów", "She"});
  CHECK(contains(check_normaliser(polish, &Pair::source, Normaliser::tutorial, "f", "Polish").warnings.at(0),
                 " % of the Polish letters: ł ...; --normaliser reversible keeps them"));
}

TEST_CASE("sentences are told apart by their letters in any script") {
  CHECK(plain_letters("« L'été,  10:30 ! »") == tutorial_normalise("« L'été,  10:30 ! »"));
  CHECK(plain_letters("Привет, Том!") == "<start> привет , том ! <end>");
  CHECK(plain_letters("مَرْحَبًا") == plain_letters("مرحبا"));  // vowels that are mostly left out
  CHECK(plain_letters("कि") != plain_letters("का"));        // those of Hindi are not
  CHECK(plain_letters("10") != plain_letters("20"));
  for (const WordsOfALanguage& source : {french, german, russian, chinese, arabic}) {
    CAPTURE(source.language);
    std::vector<std::uint64_t> sources;
    std::vector<std::uint64_t> targets;
    for (const Pair& pair : corpus_of(source, english).pairs) {
      sources.push_back(std::hash<std::string>{}(plain_letters(pair.source)));
      targets.push_back(std::hash<std::string>{}(plain_letters(pair.target)));
    }
    const Split split = split_leak_free(sources, targets, {}, 1);
    CHECK(std::ranges::count(split, Part::valid) == 22);
    CHECK(std::ranges::count(split, Part::test) == 22);
  }
}
