#include "models/nmt/data/builtin/builtin_corpus_lexicon.h"

namespace weft::nmt::lexicon {
namespace {

using grammar::Person;

Subject pronoun(std::string_view french, std::string_view english, Person person, Gender gender, bool plural) {
  return {std::string(french), std::string(english), person, gender, plural, true, false};
}

Subject person(std::string_view french, std::string_view english, Gender gender, bool child = false) {
  return {std::string(french), std::string(english), Person::il, gender, false, false, child};
}

Subject several(std::string_view french, std::string_view english, Gender gender, bool child = false) {
  return {std::string(french), std::string(english), Person::ils, gender, true, false, child};
}

VerbPhrase with_noun(const Verb& verb, Determiner determiner, const Noun& noun, unsigned uses) {
  return {&verb, determiner, &noun, "", "", uses};
}

VerbPhrase fixed(const Verb& verb, std::string_view french, std::string_view english, unsigned uses) {
  return {&verb, Determiner::definite, nullptr, french, english, uses};
}

}  // namespace

const std::vector<Subject>& pronouns() {
  static const std::vector<Subject> all{
      pronoun("je", "I", Person::je, m, false),       pronoun("je", "I", Person::je, f, false),
      pronoun("tu", "you", Person::tu, m, false),     pronoun("tu", "you", Person::tu, f, false),
      pronoun("il", "he", Person::il, m, false),      pronoun("elle", "she", Person::il, f, false),
      pronoun("nous", "we", Person::nous, m, true),   pronoun("nous", "we", Person::nous, f, true),
      pronoun("vous", "you", Person::vous, m, false), pronoun("vous", "you", Person::vous, f, false),
      pronoun("vous", "you", Person::vous, m, true),  pronoun("vous", "you", Person::vous, f, true),
      pronoun("ils", "they", Person::ils, m, true),   pronoun("elles", "they", Person::ils, f, true),
  };
  return all;
}

const std::vector<Subject>& names() {
  static const std::vector<Subject> all{
      person("Marie", "Marie", f),
      person("Sophie", "Sophie", f),
      person("Paul", "Paul", m),
      person("Pierre", "Pierre", m),
  };
  return all;
}

const std::vector<Subject>& people() {
  static const std::vector<Subject> all = [] {
    std::vector<Subject> list{
        person("mon père", "my father", m),
        person("ma mère", "my mother", f),
        person("mon frère", "my brother", m),
        person("ma sœur", "my sister", f),
        person("ton frère", "your brother", m),
        person("votre sœur", "your sister", f),
        person("leur mère", "their mother", f),
        person("mon ami", "my friend", m),
        person("mon amie", "my friend", f),
        person("notre voisin", "our neighbor", m),
        person("notre voisine", "our neighbor", f),
        person("le professeur", "the teacher", m),
        person("le garçon", "the boy", m, true),
        person("la fille", "the girl", f, true),
        person("cet homme", "this man", m),
        person("cette femme", "this woman", f),
        several("mes parents", "my parents", m),
        several("nos amis", "our friends", m),
        several("les enfants", "the children", m, true),
        several("les filles", "the girls", f, true),
    };
    list.insert(list.end(), names().begin(), names().end());
    return list;
  }();
  return all;
}

const Subject& who() {
  static const Subject subject = person("qui", "who", m);
  return subject;
}

const std::vector<const Adjective*>& person_adjectives() {
  static const std::vector<const Adjective*> all{
      &fatigue, &content, &triste, &malade, &occupe,      &tall,     &petit,
      &jeune,   &vieux,   &riche,  &drole,  &intelligent, &francais,
  };
  return all;
}

const std::vector<ThingsAndProperties>& things() {
  static const std::vector<ThingsAndProperties> all{
      {{&robe, &chapeau, &chaussure, &voiture, &velo, &maison, &sac},
       {&beau, &nouveau, &vieux, &cher, &small, &big, &rouge, &bleu, &noir}},
      {{&ordinateur, &telephone, &parapluie, &table}, {&nouveau, &vieux, &cher, &small, &big, &noir}},
      {{&chat, &chien, &oiseau}, {&small, &big, &beau, &vieux, &noir}},
      {{&livre, &film, &histoire}, {&interessant, &difficile, &bon}},
      {{&question}, {&interessant, &difficile, &bon}},
      {{&jardin, &chambre, &cuisine, &ville}, {&small, &big, &beau}},
  };
  return all;
}

const std::vector<Place>& places() {
  static const std::vector<Place> all{
      {"à la école", "to school", "at school", false},
      {"à la maison", "home", "at home", false},
      {"à le travail", "to work", "at work", false},
      {"à la gare", "to the station", "at the station", false},
      {"à la plage", "to the beach", "at the beach", false},
      {"à la banque", "to the bank", "at the bank", false},
      {"à la bibliothèque", "to the library", "at the library", false},
      {"à le hôpital", "to the hospital", "at the hospital", false},
      {"à le hôtel", "to the hotel", "at the hotel", false},
      {"à le magasin", "to the store", "at the store", false},
      {"à le restaurant", "to the restaurant", "at the restaurant", false},
      {"à le cinéma", "to the movies", "at the movies", false},
      {"à le musée", "to the museum", "at the museum", false},
      {"à le parc", "to the park", "at the park", false},
      {"chez le médecin", "to the doctor's", "at the doctor's", false},
      {"chez mes parents", "to my parents' house", "at my parents' house", false},
      {"chez nos amis", "to our friends' house", "at our friends' house", false},
      {"chez Marie", "to Marie's house", "at Marie's house", false},
      {"chez Paul", "to Paul's house", "at Paul's house", false},
      {"à Paris", "to Paris", "in Paris", true},
      {"à Londres", "to London", "in London", true},
      {"en France", "to France", "in France", true},
      {"en Italie", "to Italy", "in Italy", true},
      {"en Espagne", "to Spain", "in Spain", true},
      {"à le Canada", "to Canada", "in Canada", true},
      {"à les États-Unis", "to the United States", "in the United States", true},
  };
  return all;
}

const std::vector<VerbPhrase>& verb_phrases() {
  using enum Determiner;
  constexpr unsigned once = now | past | wish;
  constexpr unsigned any = once | habit;
  static const std::vector<VerbPhrase> all{
      with_noun(manger, indefinite, pomme, once),
      with_noun(manger, indefinite, orange, once),
      with_noun(manger, indefinite, gateau, once),
      with_noun(manger, indefinite_plural, oeuf, any),
      with_noun(manger, partitive, pain, any),
      with_noun(manger, partitive, fromage, any),
      with_noun(manger, partitive, viande, any),
      with_noun(manger, partitive, poisson, any),
      with_noun(manger, partitive, soupe, any),
      with_noun(manger, partitive, chocolat, any),
      with_noun(manger, owned, soupe, now | past | wish | orderable),
      with_noun(boire, partitive, the, any),
      with_noun(boire, partitive, cafe, any),
      with_noun(boire, partitive, eau, any),
      with_noun(boire, partitive, lait, any),
      with_noun(boire, partitive, vin, any | adult),
      with_noun(boire, owned, lait, now | past | wish | orderable),
      with_noun(boire, owned, the, now | past | wish | orderable),

      with_noun(lire, indefinite, livre, once),
      with_noun(lire, indefinite_plural, livre, habit),
      with_noun(lire, demonstrative, livre, past | wish | orderable),
      with_noun(lire, definite, journal, any | orderable),
      with_noun(lire, indefinite, lettre, now),
      with_noun(lire, demonstrative, lettre, past | wish | orderable),
      with_noun(lire, demonstrative, histoire, once | orderable),
      with_noun(ecrire, indefinite, lettre, once | orderable),
      with_noun(ecrire, indefinite, livre, once | lengthy),
      with_noun(ecrire, indefinite, histoire, once | orderable),
      with_noun(ecrire, indefinite_plural, lettre, habit),
      with_noun(regarder, indefinite, film, once),
      with_noun(regarder, demonstrative, film, once | orderable),
      with_noun(regarder, indefinite_plural, film, habit),
      fixed(regarder, "la télévision", "television", any),
      with_noun(ecouter, partitive, musique, any),
      with_noun(ecouter, definite, professeur, now | past | orderable),
      with_noun(ecouter, demonstrative, histoire, past | wish | orderable),

      with_noun(chercher, own_plural, cle, once | orderable),
      with_noun(chercher, owned, sac, once | orderable),
      with_noun(chercher, owned, chat, now | past),
      with_noun(chercher, owned, telephone, now | past),
      with_noun(chercher, definite, gare, now),
      with_noun(acheter, indefinite, voiture, once | adult),
      with_noun(acheter, indefinite, maison, past | wish | adult | lengthy),
      with_noun(acheter, indefinite, velo, once),
      with_noun(acheter, indefinite, chapeau, once),
      with_noun(acheter, indefinite, ordinateur, once),
      with_noun(acheter, partitive, pain, any | orderable),
      with_noun(acheter, partitive, fromage, any | orderable),
      with_noun(acheter, indefinite_plural, pomme, any | orderable),
      with_noun(acheter, indefinite_plural, oeuf, any | orderable),
      with_noun(attendre, definite, bus, once),
      with_noun(attendre, definite, train, once),
      with_noun(attendre, own_plural, ami, once),
      with_noun(attendre, definite, medecin, now | past),
      with_noun(faire, own_plural, devoirs, any | orderable),
      fixed(apprendre, "le anglais", "English", once | lengthy),
      fixed(apprendre, "le français", "French", once | lengthy),
      fixed(apprendre, "le espagnol", "Spanish", once | lengthy),
      with_noun(parler_a, owned, mere, any),
      with_noun(parler_a, own_plural, ami, any),
      with_noun(parler_a, definite, professeur, any | orderable),
      with_noun(prendre, definite, bus, any | orderable),
      with_noun(prendre, definite, train, any | orderable),
      with_noun(prendre, indefinite, photo, once | orderable),
      with_noun(prendre, indefinite_plural, photo, habit),
      with_noun(aider, owned, mere, any | orderable),
      with_noun(aider, own_plural, ami, any | orderable),
      with_noun(aider, definite_plural, enfant, any | orderable),

      fixed(dormir, "", "", any | lengthy),
      fixed(travailler, "", "", any | orderable),
      fixed(chanter, "", "", any | orderable),
      fixed(nager, "", "", any),
      fixed(jouer, "à le tennis", "tennis", any),
      fixed(jouer, "à le football", "soccer", any),
      fixed(jouer, "de le piano", "the piano", any),
      fixed(jouer, "dans le jardin", "in the garden", any | orderable),
      with_noun(ouvrir, definite, porte, past | wish | orderable),
      with_noun(ouvrir, definite, fenetre, past | wish | orderable),
      with_noun(ouvrir, demonstrative, lettre, past | wish | orderable),
      with_noun(fermer, definite, porte, past | wish | orderable),
      with_noun(fermer, definite, fenetre, past | wish | orderable),
      with_noun(finir, owned, travail, past | wish),
      with_noun(finir, own_plural, devoirs, past | wish),
      with_noun(finir, demonstrative, livre, past | wish),
      with_noun(voir, demonstrative, film, past | wish),
      with_noun(voir, own_plural, ami, past | wish),
      with_noun(voir, own_plural, parents, past | wish),

      with_noun(perdre, own_plural, cle, past),
      with_noun(perdre, owned, parapluie, past),
      with_noun(perdre, owned, telephone, past),
      with_noun(trouver, own_plural, cle, past),
      with_noun(trouver, owned, sac, past),
      with_noun(trouver, demonstrative, stylo, past),
      with_noun(oublier, owned, parapluie, past | orderable),
      with_noun(oublier, own_plural, cle, past | orderable),
      with_noun(oublier, owned, sac, past | orderable),
      with_noun(oublier, own_plural, devoirs, past | orderable),
  };
  return all;
}

const std::vector<Words>& small_numbers() {
  static const std::vector<Words> all{{"deux", "two"},   {"trois", "three"}, {"quatre", "four"},
                                      {"cinq", "five"},  {"six", "six"},     {"sept", "seven"},
                                      {"huit", "eight"}, {"neuf", "nine"},   {"dix", "ten"}};
  return all;
}

const std::vector<Words>& large_numbers() {
  static const std::vector<Words> all{
      {"quinze", "fifteen"}, {"vingt", "twenty"}, {"trente", "thirty"}, {"quarante", "forty"}};
  return all;
}

const std::vector<Words>& weekdays() {
  static const std::vector<Words> all{{"lundi", "Monday"},   {"mardi", "Tuesday"},   {"mercredi", "Wednesday"},
                                      {"jeudi", "Thursday"}, {"vendredi", "Friday"}, {"samedi", "Saturday"},
                                      {"dimanche", "Sunday"}};
  return all;
}

const std::vector<Words>& past_times() {
  static const std::vector<Words> all{{"hier", "yesterday"},
                                      {"hier soir", "last night"},
                                      {"ce matin", "this morning"},
                                      {"la semaine dernière", "last week"}};
  return all;
}

const std::vector<Words>& future_times() {
  static const std::vector<Words> all{{"demain", "tomorrow"},
                                      {"demain matin", "tomorrow morning"},
                                      {"ce soir", "tonight"},
                                      {"la semaine prochaine", "next week"}};
  return all;
}

const std::vector<Words>& habitual_times() {
  static const std::vector<Words> all{
      {"tous les jours", "every day"}, {"le matin", "in the morning"}, {"le soir", "in the evening"}};
  return all;
}

const std::vector<Words>& habitual_adverbs() {
  static const std::vector<Words> all{{"souvent", "often"}, {"parfois", "sometimes"}};
  return all;
}

const std::vector<Words>& sensations() {
  static const std::vector<Words> all{{"faim", "hungry"}, {"soif", "thirsty"}, {"froid", "cold"}, {"chaud", "hot"},
                                      {"peur", "afraid"}, {"raison", "right"}, {"tort", "wrong"}};
  return all;
}

}  // namespace weft::nmt::lexicon
