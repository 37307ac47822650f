#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// The little grammar of French and English behind the built-in corpus: what a word is, how it is inflected, and how
/// words are spelt when they meet ("je" + "ai" is "j'ai", "à" + "le" is "au").
///
/// The rules write French without elision and contraction ("je ne ai pas de eau"); spell_french applies both to the
/// whole sentence, so that no rule has to think of them.
namespace weft::nmt::grammar {

/// The French grammatical person; English needs only a part of what it tells.
enum class Person { je, tu, il, nous, vous, ils };
enum class Gender { masculine, feminine };

/// A piece of a sentence in both languages.
struct Words {
  std::string french, english;
};

/// A noun. `french_plural` is empty for a noun the corpus never puts in the plural.
struct Noun {
  std::string_view french, french_plural;
  Gender gender;
  std::string_view english, english_plural;
};

/// Where an adjective stands when it belongs to a noun: "une petite maison", "une maison rouge".
enum class Position { before, after };

struct Adjective {
  std::string_view masculine, feminine, masculine_plural, feminine_plural;
  std::string_view english, comparative;
  Position position;
  bool gradable;   // goes with "très" and "trop"
  bool temporary;  // goes with "aujourd'hui" and "ne ... plus"
};

struct Verb {
  std::string_view infinitive;
  std::array<std::string_view, 6> present;  // by Person; empty for a verb without present in the corpus
  std::string_view participle;              // masculine singular
  bool takes_etre;                          // "elle est partie", not "elle a ..."
  std::string_view french_preposition;      // before the object: "parler à"
  std::string_view english, third, ing, past, past_participle;
  std::string_view english_preposition;  // before the object: "look for"
};

struct Subject {
  std::string french, english;
  Person person;
  Gender gender;
  bool plural;
  bool pronoun;
  bool child;
};

// --- Spelling ---

/// The non-empty parts, with one space between each two.
std::string phrase(std::initializer_list<std::string_view> parts);

/// Whether `word` begins with a vowel sound, for elision ("l'", "n'", "d'") and "cet", "mon", "bel". A French h counts
/// as mute, except in "huit".
bool begins_with_vowel(std::string_view word);

/// `words` as a French sentence: elision, contraction, capital, punctuation (a space before ? and !).
std::string spell_french(std::string_view words, char punctuation);

/// `words` as an English sentence: capital and punctuation.
std::string spell_english(std::string_view words, char punctuation);

// --- Nouns and what stands before them ---

enum class Determiner {
  indefinite,         // une pomme -> an apple
  indefinite_plural,  // des pommes -> apples
  partitive,          // du pain -> bread
  definite,           // le livre -> the book
  definite_plural,    // les livres -> the books
  demonstrative,      // ce livre -> this book
  demonstrative_plural,
  owned,  // the subject's: "il cherche son sac" -> his bag, "elle cherche son sac" -> her bag
  own_plural,
};

bool is_plural(Determiner determiner);

/// How an indefinite object reads in its sentence.
enum class ObjectStyle {
  bare,          // du pain -> bread
  with_some,     // du pain -> some bread
  negated,       // (pas) de pain -> any bread
  negated_bare,  // (jamais) de pain -> bread
};

/// Determiner and noun, with `adjective` in its place if there is one; `owner` matters for owned only.
Words noun_phrase(Determiner determiner, const Noun& noun, const Subject& owner, ObjectStyle style = ObjectStyle::bare,
                  const Adjective* adjective = nullptr);
Words noun_phrase(Determiner determiner, const Noun& noun, ObjectStyle style = ObjectStyle::bare,
                  const Adjective* adjective = nullptr);

/// "a" or "an" and the words.
std::string with_article(std::string_view english);

/// "Marie" -> "Marie's", "my parents" -> "my parents'".
std::string english_genitive(std::string_view owner);

/// The noun with its determiner as the subject of a sentence.
Subject thing(Determiner determiner, const Noun& noun, const Subject& owner);
Subject thing(Determiner determiner, const Noun& noun);

/// The form of `adjective` that agrees with `subject`: "grandes" for "elles".
std::string_view agreeing(const Adjective& adjective, const Subject& subject);

/// The pronoun that stands for `subject`: "elle" for "ma sœur"; a pronoun stands for itself.
Subject pronoun_for(const Subject& subject);

/// The subject as one speaks of it after a preposition: "moi" / "me", "eux" / "them".
Words stressed(const Subject& subject);

// --- Verbs ---

enum class Negation { pas, plus, jamais };

/// "pas" / "not", "plus" / "no longer", "jamais" / "never".
Words negation_words(Negation negation);

/// The present of `verb` for `subject`.
std::string_view present(const Verb& verb, const Subject& subject);

/// "ne mange pas".
std::string negated(std::string_view finite, Negation negation = Negation::pas);

/// The auxiliary of the passé composé ("a" or "est").
std::string_view auxiliary(const Verb& verb, const Subject& subject);

/// The past participle, agreeing with the subject if the auxiliary is "être".
std::string participle(const Verb& verb, const Subject& subject);

/// "mange", "mangeons", "mangez".
std::string imperative(const Verb& verb, Person person);

std::string_view am(const Subject& subject);                        // am, are, is
std::string_view was(const Subject& subject);                       // was, were
std::string_view have(const Subject& subject);                      // have, has
std::string_view does(const Subject& subject);                      // do, does
std::string_view simple(const Verb& verb, const Subject& subject);  // eat, eats

/// "never eats", "no longer eats", "does not eat".
std::string simple_negated(const Verb& verb, const Subject& subject, Negation negation);

// --- Questions ---

enum class Question {
  est_ce_que,  // est-ce que tu parles ... ?
  inversion,   // parles-tu ... ? and, with a noun, Marie parle-t-elle ... ?
  intonation,  // tu parles ... ?
};

/// The ways to ask something of `subject`: no inversion with "je".
std::vector<Question> questions(const Subject& subject);

/// The ways to ask it after a question word ("où", "pourquoi"): no intonation.
std::vector<Question> open_questions(const Subject& subject);

/// The French question of the given kind. `question_word` may be empty.
std::string ask(Question question, std::string_view question_word, const Subject& subject, std::string_view finite,
                std::string_view rest);

}  // namespace weft::nmt::grammar
