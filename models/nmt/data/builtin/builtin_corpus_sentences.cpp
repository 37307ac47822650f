#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

#include <algorithm>
#include <utility>

namespace weft::nmt::sentences {

using grammar::phrase;

void Sentences::add(const Words& words, char punctuation) { add(words.french, words.english, punctuation); }

void Sentences::add(std::string_view french, std::string_view english, char punctuation) {
  pairs_.push_back({grammar::spell_french(french, punctuation), grammar::spell_english(english, punctuation)});
}

// FNV-1a, and the finisher of SplitMix64 to spread what it tells over all bits.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31U);
}

std::vector<Subject> cast(std::string_view key, std::size_t count) {
  std::vector<std::pair<std::uint64_t, const Subject*>> order;
  for (const Subject& person : lexicon::people())
    order.emplace_back(stable_hash(std::string(key) + person.french), &person);
  std::sort(order.begin(), order.end());
  std::vector<Subject> subjects = lexicon::pronouns();
  for (std::size_t i = 0; i < std::min(count, order.size()); ++i) subjects.push_back(*order[i].second);
  return subjects;
}

std::vector<Subject> owners() {
  std::vector<Subject> list;
  for (const Subject& subject : lexicon::pronouns()) {
    const bool new_person = list.empty() || list.back().person != subject.person;
    if (new_person && subject.person != grammar::Person::il) list.push_back(subject);
  }
  return list;
}

Words together(std::initializer_list<Words> parts) {
  Words whole;
  for (const Words& part : parts) {
    whole.french = phrase({whole.french, part.french});
    whole.english = phrase({whole.english, part.english});
  }
  return whole;
}

Words clause(const Subject& subject, std::string_view french_verb, std::string_view english_verb, const Words& rest) {
  return {phrase({subject.french, french_verb, rest.french}), phrase({subject.english, english_verb, rest.english})};
}

namespace {

// One asks oneself where one is and goes, what one may and must do; hardly what one eats.
bool asks_oneself(const Subject& subject, std::string_view french_verb) {
  if (subject.person != grammar::Person::je && subject.person != grammar::Person::nous) return true;
  for (const grammar::Verb* verb : {&lexicon::etre, &lexicon::aller, &lexicon::pouvoir, &lexicon::devoir})
    if (grammar::present(*verb, subject) == french_verb) return true;
  return false;
}

}  // namespace

void add_questions(Sentences& out, const Subject& subject, std::string_view french_verb, std::string_view auxiliary,
                   const Words& rest) {
  if (!asks_oneself(subject, french_verb)) return;
  for (const Question question : grammar::questions(subject))
    out.add(grammar::ask(question, "", subject, french_verb, rest.french),
            phrase({auxiliary, subject.english, rest.english}), '?');
}

void add_open_questions(Sentences& out, const Words& question_word, const Subject& subject,
                        std::string_view french_verb, std::string_view auxiliary, const Words& rest) {
  if (!asks_oneself(subject, french_verb)) return;
  for (const Question question : grammar::open_questions(subject))
    out.add(grammar::ask(question, question_word.french, subject, french_verb, rest.french),
            phrase({question_word.english, auxiliary, subject.english, rest.english}), '?');
}

bool suits(const VerbPhrase& phrase, const Subject& subject, Use use) {
  if (!(phrase.uses & use) || (subject.child && (phrase.uses & lexicon::adult))) return false;
  if (!phrase.noun || subject.pronoun) return true;
  // "Mon amie attend ses amis" repeats the noun: nobody says that.
  const std::string_view noun = phrase.noun->french.empty() ? phrase.noun->french_plural : phrase.noun->french;
  return subject.french.find(noun) == std::string::npos;
}

Words object(const VerbPhrase& phrase, const Subject& subject, ObjectStyle style) {
  const Words noun = phrase.noun ? grammar::noun_phrase(phrase.determiner, *phrase.noun, subject, style)
                                 : Words{std::string(phrase.french), std::string(phrase.english)};
  return {grammar::phrase({phrase.verb->french_preposition, noun.french}),
          grammar::phrase({phrase.verb->english_preposition, noun.english})};
}

Words infinitive(const VerbPhrase& phrase, const Subject& subject, ObjectStyle style) {
  const Words what = object(phrase, subject, style);
  return {grammar::phrase({phrase.verb->infinitive, what.french}),
          grammar::phrase({phrase.verb->english, what.english})};
}

std::string key(const VerbPhrase& phrase) {
  const Words words = infinitive(phrase, lexicon::pronouns().front());
  return words.french;
}

}  // namespace weft::nmt::sentences
