#include "models/nmt/data/builtin/builtin_corpus.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/data/builtin/builtin_corpus_grammar.h"
#include "models/nmt/data/builtin/builtin_corpus_sentences.h"
#include "models/nmt/text/normalise.h"

namespace {

using weft::nmt::Normaliser;
using weft::nmt::Pair;

const std::vector<Pair>& corpus() {
  static const std::vector<Pair> made = weft::nmt::builtin_corpus();
  return made;
}

const std::map<std::string, std::string>& english_of_french() {
  static const std::map<std::string, std::string> entries = [] {
    std::map<std::string, std::string> map;
    for (const Pair& pair : corpus()) map.emplace(pair.source, pair.target);
    return map;
  }();
  return entries;
}

// All that the rules can say, of which the corpus is a sample.
const std::map<std::string, std::string>& everything() {
  namespace sentences = weft::nmt::sentences;
  static const std::map<std::string, std::string> entries = [] {
    std::map<std::string, std::string> map;
    for (const auto* topic :
         {&sentences::being_constructs(), &sentences::having_constructs(), &sentences::moving_constructs(),
          &sentences::doing_constructs(), &sentences::past_constructs(), &sentences::wishing_constructs(),
          &sentences::speaking_constructs(), &sentences::everyday_constructs()}) {
      for (const sentences::Construct& construct : *topic) {
        sentences::Sentences all;
        construct.write(all);
        for (const Pair& pair : all.pairs()) {
          const auto [entry, is_new] = map.emplace(pair.source, pair.target);
          if (entry->second != pair.target) FAIL(construct.name, ": ", pair.source, ": ", pair.target);
        }
      }
    }
    return map;
  }();
  return entries;
}

// The French sentence in lower case ASCII letters and apostrophes, with a space at both ends, to look for words in it.
std::string plain(std::string_view sentence) {
  static const std::map<std::string_view, char> base{{"é", 'e'}, {"è", 'e'}, {"ê", 'e'}, {"à", 'a'}, {"â", 'a'},
                                                     {"ç", 'c'}, {"ù", 'u'}, {"û", 'u'}, {"î", 'i'}, {"ô", 'o'},
                                                     {"É", 'e'}, {"È", 'e'}, {"Ê", 'e'}, {"À", 'a'}};
  std::string text = " ";
  for (std::size_t i = 0; i < sentence.size(); ++i) {
    const auto accented = base.find(sentence.substr(i, 2));
    if (accented != base.end()) {
      text += accented->second;
      ++i;
    } else if (sentence.substr(i, 2) == "œ") {
      text += "oe";
      ++i;
    } else {
      const char c = sentence[i];
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c == ',' || c == '.' || c == '-' ? ' ' : c;
    }
  }
  return text + " ";
}

std::map<std::string, std::size_t> count_words(std::string Pair::*side) {
  std::map<std::string, std::size_t> counts;
  for (const Pair& pair : corpus())
    for (const std::string& word : weft::nmt::tokens(pair.*side, Normaliser::tutorial)) ++counts[word];
  return counts;
}

}  // namespace

TEST_CASE("the built-in corpus has 10,000 to 12,000 French sentences, each once" * doctest::test_suite("slow")) {
  CHECK(corpus().size() >= 10000);
  CHECK(corpus().size() <= 12000);
  CHECK(english_of_french().size() == corpus().size());
}

TEST_CASE("the built-in corpus is the same each time" * doctest::test_suite("slow")) {
  const std::vector<Pair> again = weft::nmt::builtin_corpus();
  CHECK(std::equal(again.begin(), again.end(), corpus().begin(), corpus().end(),
                   [](const Pair& a, const Pair& b) { return a.source == b.source && a.target == b.target; }));
}

TEST_CASE("normalised French has one English in the built-in corpus, and in all that its rules can say" *
          doctest::test_suite("slow")) {
  std::map<std::string, std::string> english_of;
  for (const auto& [french, english] : everything()) {
    const std::string normalised = weft::nmt::normalise(english, Normaliser::tutorial);
    const auto entry = english_of.emplace(weft::nmt::normalise(french, Normaliser::tutorial), normalised).first;
    if (entry->second != normalised) FAIL_CHECK(french, ": ", entry->second, " or ", normalised);
  }
}

TEST_CASE("every word of the built-in corpus occurs often, and there are not too many of them" *
          doctest::test_suite("slow")) {
  constexpr std::size_t often = 6;
  for (const auto side : {&Pair::source, &Pair::target}) {
    const std::map<std::string, std::size_t> counts = count_words(side);
    for (const auto& counted : counts) CHECK_MESSAGE(counted.second >= often, counted.first);
    CHECK(counts.size() < (side == &Pair::source ? 650 : 480));
  }
}

// Whether the letter begins a word that a French word before it elides to.
bool is_vowel(char letter) { return std::string_view("aeiouyh").find(letter) != std::string_view::npos; }

TEST_CASE("sentences of the built-in corpus are short and begin and end as sentences do") {
  const auto begins_with_capital = [](const std::string& text) {
    return (text[0] >= 'A' && text[0] <= 'Z') || text.starts_with("É") || text.starts_with("Ê") ||
           text.starts_with("À");
  };
  for (const auto& [french, english] : everything()) {
    const auto expect = [&french = french](bool condition, std::string_view what) {
      if (!condition) FAIL_CHECK(french, ": ", what);
    };
    const char end = french.back();
    expect(end == '.' || end == '?' || end == '!', "punctuation");
    expect(english.back() == end, "same punctuation");
    expect((french[french.size() - 2] == ' ') == (end != '.'), "a space before ? and ! only");
    expect(english[english.size() - 2] != ' ', "no space before English punctuation");
    for (const std::string& text : {french, english}) {
      expect(begins_with_capital(text), "capital");
      expect(text.find("  ") == std::string::npos && text.find(" ,") == std::string::npos, "spaces");
      expect(std::count(text.begin(), text.end(), ' ') <= 12, "short");
    }
  }
}

TEST_CASE("French words elide and contract wherever they must in the built-in corpus") {
  for (const auto& [french, english] : everything()) {
    const std::string text = plain(french);
    const auto has = [&](std::string_view words) { return text.find(words) != std::string::npos; };
    const auto refuse = [&french = french](bool condition, std::string_view what) {
      if (condition) FAIL_CHECK(french, ": ", what);
    };
    for (const std::string_view word : {" je ", " ne ", " le ", " la ", " de ", " que ", " me ", " te ", " se "}) {
      for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const std::string_view next = std::string_view(text).substr(at + word.size());
        refuse(is_vowel(next.front()) && !next.starts_with("huit"), word);
      }
    }
    for (std::size_t at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 1))
      refuse(!is_vowel(text[at + 1]) && text.find("aujourd'hui") + 7 != at, "elision before a consonant");
    for (const std::string_view wrong :
         {" de le ",       " de les ",  " a le ",    " a les ",   " si il",       " ce est ",
          " ce etait ",    " ma ami",   " ta ami",   " ma ecole", " ce homme ",   " ce hotel ",
          " du a",         " du e",     " du o",     " pas des ", " beau oiseau", " nouveau ordinateur",
          " vieux oiseau", " un amie ", " une ami ", " le fille", " la garcon"})
      refuse(has(wrong), wrong);
    const bool keeps_article = has(" du piano ") || has("est pas un");  // "ce n'est pas un chat"
    for (const std::string_view wrong : {" pas du ", " jamais du ", " plus du ", " pas un ", " pas une "})
      refuse(has(wrong) && !keeps_article, wrong);
  }
}

TEST_CASE("English articles and verbs agree in the built-in corpus") {
  for (const auto& [french, english] : everything()) {
    const std::string text = plain(english);
    const auto refuse = [&english = english](bool condition, std::string_view what) {
      if (condition) FAIL_CHECK(english, ": ", what);
    };
    const auto vowel = [](char letter) { return std::string_view("aeiou").find(letter) != std::string_view::npos; };
    for (std::size_t at = text.find(" a "); at != std::string::npos; at = text.find(" a ", at + 1))
      refuse(vowel(text[at + 3]), "a before a vowel");
    for (std::size_t at = text.find(" an "); at != std::string::npos; at = text.find(" an ", at + 1))
      refuse(!vowel(text[at + 4]), "an before a consonant");
    const bool statement = english.ends_with('.');
    for (const std::string_view wrong : {" he have ", " she have ", " he do ", " she do ", " he like ", " she like "})
      refuse(statement && text.find(wrong) != std::string::npos, wrong);
    for (const std::string_view wrong :
         {" i is ", " i are ", " he are ", " she are ", " we is ", " they is ", " i has ", " they does ", " you is ",
          " they was ", " we was ", " you was ", " i were ", " he were ", " does has ", " did not went ", " to to ",
          " the the ", " some some "})
      refuse(text.find(wrong) != std::string::npos, wrong);
  }
}

TEST_CASE("the built-in corpus holds what people try first") {
  const std::map<std::string, std::string> expected{
      {"Je suis fatigué.", "I am tired."},
      {"Elle n'aime pas le café.", "She does not like coffee."},
      {"Où est la gare ?", "Where is the station?"},
      {"As-tu lu ce livre ?", "Did you read this book?"},
      {"Nous allons à l'école.", "We are going to school."},
      {"Mon amie est très intelligente.", "My friend is very intelligent."},
      {"Il fait froid aujourd'hui.", "It is cold today."},
      {"Avez-vous faim ?", "Are you hungry?"},
      {"Parle-t-il anglais ?", "Does he speak English?"},
      {"Elle mange une pomme.", "She is eating an apple."},
      {"Il y a un chat sous la table.", "There is a cat under the table."},
      {"Je voudrais du thé, s'il vous plaît.", "I would like some tea, please."},
  };
  for (const auto& pair : expected) {
    const auto& [french, english] = pair;
    const auto found = english_of_french().find(french);
    REQUIRE_MESSAGE(found != english_of_french().end(), pair.first);
    CHECK(found->second == english);
  }
}

TEST_CASE("the rules of the built-in corpus translate as a bilingual would") {
  const std::map<std::string, std::string> expected{
      {"Elles sont parties ce matin.", "They left this morning."},
      {"Il n'est pas encore parti.", "He has not left yet."},
      {"Il cherche ses clés.", "He is looking for his keys."},
      {"Elle cherche ses clés.", "She is looking for her keys."},
      {"Il ne mange jamais de viande.", "He never eats meat."},
      {"Elle ne boit plus de café.", "She no longer drinks coffee."},
      {"Vous n'avez pas de voiture.", "You do not have a car."},
      {"Je ne sais pas s'il est malade.", "I do not know if he is sick."},
      {"Il est trois heures et demie.", "It is half past three."},
      {"Ce sont mes clés.", "These are my keys."},
      {"Quand elle était jeune, elle habitait en Italie.", "When she was young, she lived in Italy."},
      {"Peux-tu fermer la porte, s'il te plaît ?", "Can you close the door, please?"},
      {"N'oublie pas ton parapluie !", "Do not forget your umbrella!"},
  };
  for (const auto& pair : expected) {
    const auto& [french, english] = pair;
    const auto found = everything().find(french);
    CAPTURE(pair.first);
    CHECK((found == everything().end() ? "" : found->second) == english);
  }
}

TEST_CASE("French is spelt with elision, contraction, capital and space before ? and !") {
  using weft::nmt::grammar::spell_french;
  CHECK(spell_french("je ne ai pas de eau", '.') == "Je n'ai pas d'eau.");
  CHECK(spell_french("elle va à le marché", '.') == "Elle va au marché.");
  CHECK(spell_french("elle va à le hôpital", '.') == "Elle va à l'hôpital.");
  CHECK(spell_french("le livre de les enfants", '.') == "Le livre des enfants.");
  CHECK(spell_french("est-ce que il y a de le pain", '?') == "Est-ce qu'il y a du pain ?");
  CHECK(spell_french("je ne sais pas si il vient", '.') == "Je ne sais pas s'il vient.");
  CHECK(spell_french("écoute", '!') == "Écoute !");
}
