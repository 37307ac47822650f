#pragma once

#include <string_view>
#include <vector>

#include "models/nmt/data/builtin/builtin_corpus_grammar.h"
#include "models/nmt/data/builtin/builtin_corpus_nouns.h"
#include "models/nmt/data/builtin/builtin_corpus_verbs.h"

/// The lists of the built-in corpus that say which of its words go together: what is eaten, what can be expensive, who
/// can be tired.
namespace weft::nmt::lexicon {

using grammar::Determiner;
using grammar::Subject;
using grammar::Words;

/// Where one can go and be: "à l'école" is "to school" and "at school". A far place is a town or a country.
struct Place {
  std::string_view french, to, at;
  bool far;
};

/// What a verb phrase is good for; a set of bits.
enum Use : unsigned {
  now = 1,         // il lit un livre
  habit = 2,       // il lit souvent le journal
  past = 4,        // il a lu un livre
  wish = 8,        // il veut lire un livre
  orderable = 16,  // lis ce livre
  adult = 32,      // not said of children
  lengthy = 64,    // takes too long for "ce soir" and "hier": apprendre le français
};

/// A verb with its object: a noun with a determiner, or a fixed phrase, or nothing.
struct VerbPhrase {
  const Verb* verb;
  Determiner determiner;
  const Noun* noun;  // or null
  std::string_view french, english;
  unsigned uses;
};

/// Things that can have the same properties, and those properties.
struct ThingsAndProperties {
  std::vector<const Noun*> things;
  std::vector<const Adjective*> properties;
};

/// "je" to "elles", each in all the genders and numbers that agreement can show: "vous" is four subjects.
const std::vector<Subject>& pronouns();

/// People who are no pronoun: "ma sœur", "les enfants", "Paul".
const std::vector<Subject>& people();

/// First names among `people()`.
const std::vector<Subject>& names();

/// "qui", as the subject of a question.
const Subject& who();

const std::vector<const Adjective*>& person_adjectives();
const std::vector<ThingsAndProperties>& things();
const std::vector<Place>& places();
const std::vector<VerbPhrase>& verb_phrases();

/// "deux" to "dix"; and the numbers that an age or a price may have.
const std::vector<Words>& small_numbers();
const std::vector<Words>& large_numbers();

/// "lundi", "Monday".
const std::vector<Words>& weekdays();

/// "hier", "ce matin"; "demain", "ce soir"; "tous les jours", "le matin".
const std::vector<Words>& past_times();
const std::vector<Words>& future_times();
const std::vector<Words>& habitual_times();

/// "souvent", "parfois".
const std::vector<Words>& habitual_adverbs();

/// "faim", "hungry"; "raison", "right": with "avoir" in French and "be" in English.
const std::vector<Words>& sensations();

}  // namespace weft::nmt::lexicon
