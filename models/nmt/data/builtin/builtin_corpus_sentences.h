#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/data/builtin/builtin_corpus_grammar.h"
#include "models/nmt/data/builtin/builtin_corpus_lexicon.h"
#include "models/nmt/data/corpus.h"

/// What the constructs of the built-in corpus are written with, and the list of constructs of each topic.
namespace weft::nmt::sentences {

using grammar::Negation;
using grammar::ObjectStyle;
using grammar::Question;
using grammar::Subject;
using grammar::Words;
using lexicon::Use;
using lexicon::VerbPhrase;

/// The sentences a construct writes.
class Sentences {
 public:
  /// Adds the sentence with these words, spelt in both languages. The French punctuation is also the English one.
  void add(const Words& words, char punctuation = '.');
  void add(std::string_view french, std::string_view english, char punctuation = '.');

  const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  std::vector<Pair> pairs_;
};

/// A kind of sentence. `write` adds all that the tables allow; the corpus keeps an even sample of at most `share`.
struct Construct {
  std::string_view name;
  std::size_t share;
  void (*write)(Sentences&);
};

/// The constructs of one topic, one topic a file.
const std::vector<Construct>& being_constructs();
const std::vector<Construct>& having_constructs();
const std::vector<Construct>& moving_constructs();
const std::vector<Construct>& doing_constructs();
const std::vector<Construct>& past_constructs();
const std::vector<Construct>& wishing_constructs();
const std::vector<Construct>& speaking_constructs();
const std::vector<Construct>& everyday_constructs();

/// The same number for the same text everywhere: it decides what a sample keeps, and the order of the corpus.
std::uint64_t stable_hash(std::string_view text);

/// All pronouns, and `count` of the other people: which ones depends on `key`, so that pronouns stay the more frequent
/// subjects while every person meets many verbs.
std::vector<Subject> cast(std::string_view key, std::size_t count);

/// One subject of each person: "je", "tu", "nous", "vous", "ils". They own things without "son", which leaves open
/// whether his or her.
std::vector<Subject> owners();

/// The parts side by side, in both languages.
Words together(std::initializer_list<Words> parts);

/// Subject, verb and the rest.
Words clause(const Subject& subject, std::string_view french_verb, std::string_view english_verb,
             const Words& rest = {});

/// The question in all the ways French asks it: "Est-ce que tu dors ?", "Dors-tu ?", "Tu dors ?". The English is
/// auxiliary, subject and rest. Nothing is added for questions that nobody asks of himself ("Est-ce que je mange ?").
void add_questions(Sentences& out, const Subject& subject, std::string_view french_verb, std::string_view auxiliary,
                   const Words& rest);

/// The same after a question word: "Où est-ce que tu dors ?", "Où dors-tu ?".
void add_open_questions(Sentences& out, const Words& question_word, const Subject& subject,
                        std::string_view french_verb, std::string_view auxiliary, const Words& rest);

/// Whether `phrase` has this use and makes sense of `subject`.
bool suits(const VerbPhrase& phrase, const Subject& subject, Use use);

/// The object of `phrase`, with its prepositions: "à ta mère" / "to your mother".
Words object(const VerbPhrase& phrase, const Subject& subject, ObjectStyle style = ObjectStyle::bare);

/// The infinitive with its object: "lire un livre" / "read a book".
Words infinitive(const VerbPhrase& phrase, const Subject& subject, ObjectStyle style = ObjectStyle::with_some);

/// A text that differs from phrase to phrase, for `cast`.
std::string key(const VerbPhrase& phrase);

}  // namespace weft::nmt::sentences
