#include "models/nmt/data/builtin/builtin_corpus_lexicon.h"

namespace weft::nmt::lexicon {
namespace {

using grammar::Person;

Subject pronoun(std::string_view french, std::string_view english, Person person, Gender gender, bool plural) {
  return {std::string(french), std::string(english), person, gender, plural, true, false};
}

Subject person(std::string_view french, std::string_view english, Gender gender, bool child = false) {
  return {std::string(french), std::string(english), Person::kIl, gender, false, false, child};
}

Subject several(std::string_view french, std::string_view english, Gender gender, bool child = false) {
  return {std::string(french), std::string(english), Person::kIls, gender, true, false, child};
}

VerbPhrase with_noun(const Verb& verb, Determiner determiner, const Noun& noun, unsigned uses) {
  return {&verb, determiner, &noun, "", "", uses};
}

VerbPhrase fixed(const Verb& verb, std::string_view french, std::string_view english, unsigned uses) {
  return {&verb, Determiner::kDefinite, nullptr, french, english, uses};
}

}  // namespace

const std::vector<Subject>& pronouns() {
  static const std::vector<Subject> kList{
      pronoun("je", "I", Person::kJe, kM, false),       pronoun("je", "I", Person::kJe, kF, false),
      pronoun("tu", "you", Person::kTu, kM, false),     pronoun("tu", "you", Person::kTu, kF, false),
      pronoun("il", "he", Person::kIl, kM, false),      pronoun("elle", "she", Person::kIl, kF, false),
      pronoun("nous", "we", Person::kNous, kM, true),   pronoun("nous", "we", Person::kNous, kF, true),
      pronoun("vous", "you", Person::kVous, kM, false), pronoun("vous", "you", Person::kVous, kF, false),
      pronoun("vous", "you", Person::kVous, kM, true),  pronoun("vous", "you", Person::kVous, kF, true),
      pronoun("ils", "they", Person::kIls, kM, true),   pronoun("elles", "they", Person::kIls, kF, true),
  };
  return kList;
}

const std::vector<Subject>& names() {
  static const std::vector<Subject> kList{
      person("Marie", "Marie", kF),
      person("Sophie", "Sophie", kF),
      person("Paul", "Paul", kM),
      person("Pierre", "Pierre", kM),
  };
  return kList;
}

const std::vector<Subject>& people() {
  static const std::vector<Subject> kList = [] {
    std::vector<Subject> list{
        person("mon père", "my father", kM),
        person("ma mère", "my mother", kF),
        person("mon frère", "my brother", kM),
        person("ma sœur", "my sister", kF),
        person("ton frère", "your brother", kM),
        person("votre sœur", "your sister", kF),
        person("leur mère", "their mother", kF),
        person("mon ami", "my friend", kM),
        person("mon amie", "my friend", kF),
        person("notre voisin", "our neighbor", kM),
        person("notre voisine", "our neighbor", kF),
        person("le professeur", "the teacher", kM),
        person("le garçon", "the boy", kM, true),
        person("la fille", "the girl", kF, true),
        person("cet homme", "this man", kM),
        person("cette femme", "this woman", kF),
        several("mes parents", "my parents", kM),
        several("nos amis", "our friends", kM),
        several("les enfants", "the children", kM, true),
        several("les filles", "the girls", kF, true),
    };
    list.insert(list.end(), names().begin(), names().end());
    return list;
  }();
  return kList;
}

const Subject& who() {
  static const Subject kSubject = person("qui", "who", kM);
  return kSubject;
}

const std::vector<const Adjective*>& person_adjectives() {
  static const std::vector<const Adjective*> kList{
      &kFatigue, &kContent, &kTriste, &kMalade, &kOccupe,      &kTall,     &kShort,
      &kJeune,   &kVieux,   &kRiche,  &kDrole,  &kIntelligent, &kFrancais,
  };
  return kList;
}

const std::vector<ThingsAndProperties>& things() {
  static const std::vector<ThingsAndProperties> kList{
      {{&kRobe, &kChapeau, &kChaussure, &kVoiture, &kVelo, &kMaison, &kSac},
       {&kBeau, &kNouveau, &kVieux, &kCher, &kSmall, &kBig, &kRouge, &kBleu, &kNoir}},
      {{&kOrdinateur, &kTelephone, &kParapluie, &kTable}, {&kNouveau, &kVieux, &kCher, &kSmall, &kBig, &kNoir}},
      {{&kChat, &kChien, &kOiseau}, {&kSmall, &kBig, &kBeau, &kVieux, &kNoir}},
      {{&kLivre, &kFilm, &kHistoire}, {&kInteressant, &kDifficile, &kBon}},
      {{&kQuestion}, {&kInteressant, &kDifficile, &kBon}},
      {{&kJardin, &kChambre, &kCuisine, &kVille}, {&kSmall, &kBig, &kBeau}},
  };
  return kList;
}

const std::vector<Place>& places() {
  static const std::vector<Place> kList{
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
  return kList;
}

const std::vector<VerbPhrase>& verb_phrases() {
  using enum Determiner;
  constexpr unsigned kOnce = kNow | kPast | kWish;
  constexpr unsigned kAny = kOnce | kHabit;
  static const std::vector<VerbPhrase> kList{
      with_noun(kManger, kIndefinite, kPomme, kOnce),
      with_noun(kManger, kIndefinite, kOrange, kOnce),
      with_noun(kManger, kIndefinite, kGateau, kOnce),
      with_noun(kManger, kIndefinitePlural, kOeuf, kAny),
      with_noun(kManger, kPartitive, kPain, kAny),
      with_noun(kManger, kPartitive, kFromage, kAny),
      with_noun(kManger, kPartitive, kViande, kAny),
      with_noun(kManger, kPartitive, kPoisson, kAny),
      with_noun(kManger, kPartitive, kSoupe, kAny),
      with_noun(kManger, kPartitive, kChocolat, kAny),
      with_noun(kManger, kOwn, kSoupe, kNow | kPast | kWish | kOrder),
      with_noun(kBoire, kPartitive, kThe, kAny),
      with_noun(kBoire, kPartitive, kCafe, kAny),
      with_noun(kBoire, kPartitive, kEau, kAny),
      with_noun(kBoire, kPartitive, kLait, kAny),
      with_noun(kBoire, kPartitive, kVin, kAny | kAdult),
      with_noun(kBoire, kOwn, kLait, kNow | kPast | kWish | kOrder),
      with_noun(kBoire, kOwn, kThe, kNow | kPast | kWish | kOrder),

      with_noun(kLire, kIndefinite, kLivre, kOnce),
      with_noun(kLire, kIndefinitePlural, kLivre, kHabit),
      with_noun(kLire, kDemonstrative, kLivre, kPast | kWish | kOrder),
      with_noun(kLire, kDefinite, kJournal, kAny | kOrder),
      with_noun(kLire, kIndefinite, kLettre, kNow),
      with_noun(kLire, kDemonstrative, kLettre, kPast | kWish | kOrder),
      with_noun(kLire, kDemonstrative, kHistoire, kOnce | kOrder),
      with_noun(kEcrire, kIndefinite, kLettre, kOnce | kOrder),
      with_noun(kEcrire, kIndefinite, kLivre, kOnce | kLong),
      with_noun(kEcrire, kIndefinite, kHistoire, kOnce | kOrder),
      with_noun(kEcrire, kIndefinitePlural, kLettre, kHabit),
      with_noun(kRegarder, kIndefinite, kFilm, kOnce),
      with_noun(kRegarder, kDemonstrative, kFilm, kOnce | kOrder),
      with_noun(kRegarder, kIndefinitePlural, kFilm, kHabit),
      fixed(kRegarder, "la télévision", "television", kAny),
      with_noun(kEcouter, kPartitive, kMusique, kAny),
      with_noun(kEcouter, kDefinite, kProfesseur, kNow | kPast | kOrder),
      with_noun(kEcouter, kDemonstrative, kHistoire, kPast | kWish | kOrder),

      with_noun(kChercher, kOwnPlural, kCle, kOnce | kOrder),
      with_noun(kChercher, kOwn, kSac, kOnce | kOrder),
      with_noun(kChercher, kOwn, kChat, kNow | kPast),
      with_noun(kChercher, kOwn, kTelephone, kNow | kPast),
      with_noun(kChercher, kDefinite, kGare, kNow),
      with_noun(kAcheter, kIndefinite, kVoiture, kOnce | kAdult),
      with_noun(kAcheter, kIndefinite, kMaison, kPast | kWish | kAdult | kLong),
      with_noun(kAcheter, kIndefinite, kVelo, kOnce),
      with_noun(kAcheter, kIndefinite, kChapeau, kOnce),
      with_noun(kAcheter, kIndefinite, kOrdinateur, kOnce),
      with_noun(kAcheter, kPartitive, kPain, kAny | kOrder),
      with_noun(kAcheter, kPartitive, kFromage, kAny | kOrder),
      with_noun(kAcheter, kIndefinitePlural, kPomme, kAny | kOrder),
      with_noun(kAcheter, kIndefinitePlural, kOeuf, kAny | kOrder),
      with_noun(kAttendre, kDefinite, kBus, kOnce),
      with_noun(kAttendre, kDefinite, kTrain, kOnce),
      with_noun(kAttendre, kOwnPlural, kAmi, kOnce),
      with_noun(kAttendre, kDefinite, kMedecin, kNow | kPast),
      with_noun(kFaire, kOwnPlural, kDevoirs, kAny | kOrder),
      fixed(kApprendre, "le anglais", "English", kOnce | kLong),
      fixed(kApprendre, "le français", "French", kOnce | kLong),
      fixed(kApprendre, "le espagnol", "Spanish", kOnce | kLong),
      with_noun(kParlerA, kOwn, kMere, kAny),
      with_noun(kParlerA, kOwnPlural, kAmi, kAny),
      with_noun(kParlerA, kDefinite, kProfesseur, kAny | kOrder),
      with_noun(kPrendre, kDefinite, kBus, kAny | kOrder),
      with_noun(kPrendre, kDefinite, kTrain, kAny | kOrder),
      with_noun(kPrendre, kIndefinite, kPhoto, kOnce | kOrder),
      with_noun(kPrendre, kIndefinitePlural, kPhoto, kHabit),
      with_noun(kAider, kOwn, kMere, kAny | kOrder),
      with_noun(kAider, kOwnPlural, kAmi, kAny | kOrder),
      with_noun(kAider, kDefinitePlural, kEnfant, kAny | kOrder),

      fixed(kDormir, "", "", kAny | kLong),
      fixed(kTravailler, "", "", kAny | kOrder),
      fixed(kChanter, "", "", kAny | kOrder),
      fixed(kNager, "", "", kAny),
      fixed(kJouer, "à le tennis", "tennis", kAny),
      fixed(kJouer, "à le football", "soccer", kAny),
      fixed(kJouer, "de le piano", "the piano", kAny),
      fixed(kJouer, "dans le jardin", "in the garden", kAny | kOrder),
      with_noun(kOuvrir, kDefinite, kPorte, kPast | kWish | kOrder),
      with_noun(kOuvrir, kDefinite, kFenetre, kPast | kWish | kOrder),
      with_noun(kOuvrir, kDemonstrative, kLettre, kPast | kWish | kOrder),
      with_noun(kFermer, kDefinite, kPorte, kPast | kWish | kOrder),
      with_noun(kFermer, kDefinite, kFenetre, kPast | kWish | kOrder),
      with_noun(kFinir, kOwn, kTravail, kPast | kWish),
      with_noun(kFinir, kOwnPlural, kDevoirs, kPast | kWish),
      with_noun(kFinir, kDemonstrative, kLivre, kPast | kWish),
      with_noun(kVoir, kDemonstrative, kFilm, kPast | kWish),
      with_noun(kVoir, kOwnPlural, kAmi, kPast | kWish),
      with_noun(kVoir, kOwnPlural, kParents, kPast | kWish),

      with_noun(kPerdre, kOwnPlural, kCle, kPast),
      with_noun(kPerdre, kOwn, kParapluie, kPast),
      with_noun(kPerdre, kOwn, kTelephone, kPast),
      with_noun(kTrouver, kOwnPlural, kCle, kPast),
      with_noun(kTrouver, kOwn, kSac, kPast),
      with_noun(kTrouver, kDemonstrative, kStylo, kPast),
      with_noun(kOublier, kOwn, kParapluie, kPast | kOrder),
      with_noun(kOublier, kOwnPlural, kCle, kPast | kOrder),
      with_noun(kOublier, kOwn, kSac, kPast | kOrder),
      with_noun(kOublier, kOwnPlural, kDevoirs, kPast | kOrder),
  };
  return kList;
}

const std::vector<Words>& small_numbers() {
  static const std::vector<Words> kList{{"deux", "two"},   {"trois", "three"}, {"quatre", "four"},
                                        {"cinq", "five"},  {"six", "six"},     {"sept", "seven"},
                                        {"huit", "eight"}, {"neuf", "nine"},   {"dix", "ten"}};
  return kList;
}

const std::vector<Words>& large_numbers() {
  static const std::vector<Words> kList{
      {"quinze", "fifteen"}, {"vingt", "twenty"}, {"trente", "thirty"}, {"quarante", "forty"}};
  return kList;
}

const std::vector<Words>& weekdays() {
  static const std::vector<Words> kList{{"lundi", "Monday"},   {"mardi", "Tuesday"},   {"mercredi", "Wednesday"},
                                        {"jeudi", "Thursday"}, {"vendredi", "Friday"}, {"samedi", "Saturday"},
                                        {"dimanche", "Sunday"}};
  return kList;
}

const std::vector<Words>& past_times() {
  static const std::vector<Words> kList{{"hier", "yesterday"},
                                        {"hier soir", "last night"},
                                        {"ce matin", "this morning"},
                                        {"la semaine dernière", "last week"}};
  return kList;
}

const std::vector<Words>& future_times() {
  static const std::vector<Words> kList{{"demain", "tomorrow"},
                                        {"demain matin", "tomorrow morning"},
                                        {"ce soir", "tonight"},
                                        {"la semaine prochaine", "next week"}};
  return kList;
}

const std::vector<Words>& habitual_times() {
  static const std::vector<Words> kList{
      {"tous les jours", "every day"}, {"le matin", "in the morning"}, {"le soir", "in the evening"}};
  return kList;
}

const std::vector<Words>& habitual_adverbs() {
  static const std::vector<Words> kList{{"souvent", "often"}, {"parfois", "sometimes"}};
  return kList;
}

const std::vector<Words>& sensations() {
  static const std::vector<Words> kList{{"faim", "hungry"}, {"soif", "thirsty"}, {"froid", "cold"}, {"chaud", "hot"},
                                        {"peur", "afraid"}, {"raison", "right"}, {"tort", "wrong"}};
  return kList;
}

}  // namespace weft::nmt::lexicon
