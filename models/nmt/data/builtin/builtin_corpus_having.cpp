#include <array>

#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// Sentences with "avoir" and "il y a": what one has, feels and needs, how old one is, and what there is.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;
using enum Determiner;

std::string_view a(const Subject& subject) { return present(avoir, subject); }

// What people have, and can count.
const std::vector<const Noun*>& belongings() {
  static const std::vector<const Noun*> all{&voiture,    &velo,  &maison, &chat,  &chien, &oiseau,
                                            &ordinateur, &livre, &sac,    &stylo, &robe};
  return all;
}

// What people have one of, or none.
const std::vector<const Noun*>& tools() {
  static const std::vector<const Noun*> all{&ordinateur, &telephone, &parapluie, &stylo, &voiture,
                                            &velo,       &chien,     &frere,     &soeur};
  return all;
}

// "J'ai très faim." I am very hungry.
void person_feels(Sentences& out) {
  for (const Words& sensation : sensations()) {
    const bool gradable = sensation.french != "raison" && sensation.french != "tort";
    for (const Subject& s : cast(sensation.french, 14)) {
      out.add(clause(s, a(s), am(s), sensation));
      out.add(clause(s, negated(a(s)), am(s), together({{"", "not"}, sensation})));
      if (gradable) out.add(clause(s, a(s), am(s), together({{"très", "very"}, sensation})));
      if (gradable) out.add(clause(s, a(s), am(s), together({{"toujours", "always"}, sensation})));
      if (gradable) out.add(clause(s, negated(a(s), Negation::plus), am(s), together({{"", "no longer"}, sensation})));
      out.add(clause(s, negated(a(s), Negation::jamais), am(s), together({{"", "never"}, sensation})));
    }
  }
}

// "Avez-vous faim ?" "Qui a soif ?" Are you hungry? Who is thirsty?
void does_person_feel(Sentences& out) {
  for (const Words& sensation : sensations()) {
    for (const Subject& s : cast(sensation.english, 10)) add_questions(out, s, a(s), am(s), sensation);
    out.add(clause(who(), "a", "is", sensation), '?');
  }
}

// "Nous avions froid." We were cold.
void person_felt(Sentences& out) {
  constexpr std::array<std::string_view, 6> forms{"avais", "avais", "avait", "avions", "aviez", "avaient"};
  for (const Words& sensation : sensations()) {
    for (const Subject& s : cast(sensation.french, 10)) {
      const std::string_view had = forms[static_cast<std::size_t>(s.person)];
      out.add(clause(s, had, was(s), sensation));
      out.add(clause(s, negated(had), was(s), together({{"", "not"}, sensation})));
      add_questions(out, s, had, was(s), sensation);
    }
  }
}

// "Mon frère a vingt ans." "Quel âge as-tu ?" My brother is twenty years old. How old are you?
void age(Sentences& out) {
  const auto add = [&](const Subject& s, const Words& number) {
    const Words years = together({number, {"ans", "years old"}});
    out.add(clause(s, a(s), am(s), years));
    if (s.pronoun) out.add(clause(s, negated(a(s)), am(s), together({{"", "not"}, years})));
    add_questions(out, s, a(s), am(s), years);
  };
  for (const Words& number : large_numbers()) {
    for (const Subject& s : cast(number.french, 12)) {
      const bool young_number = number.english == "twelve" || number.english == "fifteen";
      const bool parent = s.french.ends_with("ère") && s.french.find("fr") == std::string::npos;
      const bool grown = parent || s.french.ends_with("parents") || s.french.ends_with("professeur") ||
                         s.french.find("homme") != std::string::npos || s.french.find("femme") != std::string::npos;
      if (s.child ? young_number : s.pronoun || !grown || number.english.ends_with("ty")) {
        if (grown && number.english == "twenty") continue;
        add(s, number);
      }
    }
  }
  for (const Words& number : small_numbers())
    for (const Subject& s : cast(number.french, people().size()))
      if (s.child || s.pronoun) add(s, number);
  for (const Subject& s : cast("âge", people().size()))
    add_open_questions(out, {"quel âge", "how old"}, s, a(s), am(s), {});
}

// "Elle a une nouvelle voiture." "J'ai trois chats." She has a new car. I have three cats.
void person_has(Sentences& out) {
  for (const Noun* noun : belongings()) {
    for (const Subject& s : cast(noun->french, 8)) {
      const auto add = [&](const Words& what) { out.add(clause(s, a(s), have(s), what)); };
      const bool car_or_house = noun == &voiture || noun == &maison;
      if (s.child && car_or_house) continue;
      add(noun_phrase(indefinite, *noun));
      for (const Adjective* adjective : {&big, &small, &beau, &vieux, &noir})
        add(noun_phrase(indefinite, *noun, ObjectStyle::bare, adjective));
      if (noun != &chat && noun != &chien && noun != &oiseau)
        for (const Adjective* adjective : {&nouveau, &rouge, &bleu})
          add(noun_phrase(indefinite, *noun, ObjectStyle::bare, adjective));
      for (const Words& number : small_numbers())
        if (!noun->french_plural.empty() && (!car_or_house || number.french == "deux"))
          add(together({number, {std::string(noun->french_plural), std::string(noun->english_plural)}}));
    }
  }
}

// "Elle n'a pas de voiture." "As-tu un stylo ?" She does not have a car. Do you have a pen?
void has_person(Sentences& out) {
  for (const Noun* noun : tools()) {
    for (const Subject& s : cast(noun->french, 8)) {
      if (s.french.find(noun->french) != std::string::npos) continue;
      const Words what = noun_phrase(indefinite, *noun);
      out.add(clause(s, a(s), have(s), what));
      out.add(clause(s, negated(a(s)), phrase({does(s), "not have"}),
                     noun_phrase(indefinite, *noun, ObjectStyle::negated)));
      add_questions(out, s, a(s), does(s), together({{"", "have"}, what}));
    }
  }
  for (const Noun* noun : {&argent, &pain, &lait, &eau, &cafe, &the}) {
    for (const Subject& s : cast(noun->french, 4)) {
      const Words some = noun_phrase(partitive, *noun, ObjectStyle::with_some);
      out.add(clause(s, a(s), have(s), some));
      out.add(
          clause(s, negated(a(s)), phrase({does(s), "not have"}), noun_phrase(partitive, *noun, ObjectStyle::negated)));
      out.add(
          clause(s, negated(a(s), Negation::plus), phrase({does(s), "not have"}),
                 {noun_phrase(partitive, *noun, ObjectStyle::negated).french, phrase({"any more", noun->english})}));
    }
  }
}

// "J'ai besoin d'un stylo." "Nous avons besoin d'argent." "Il a besoin de dormir." I need a pen. ...
void person_needs(Sentences& out) {
  const Verb need{"", {}, "", false, "", "need", "needs", "", "", "", ""};
  const auto add = [&](const Subject& s, const Words& what) {
    const Words rest{"besoin de " + what.french, what.english};
    out.add(clause(s, a(s), simple(need, s), rest));
    out.add(clause(s, negated(a(s)), simple_negated(need, s, Negation::pas), rest));
    add_questions(out, s, a(s), does(s), {rest.french, "need " + rest.english});
  };
  for (const Noun* noun : tools())
    for (const Subject& s : cast(noun->english, 4))
      if (noun != &frere && noun != &soeur) add(s, noun_phrase(indefinite, *noun));
  for (const Noun* noun : {&argent, &pain, &lait, &eau})
    for (const Subject& s : cast(noun->english, 4)) add(s, {std::string(noun->french), std::string(noun->english)});
  for (const Subject& s : cast("dormir", 6)) {
    add(s, {"dormir", "to sleep"});
    add(s, {"travailler", "to work"});
    if (s.french != "le professeur") add(s, {"parler à le professeur", "to talk to the teacher"});
  }
}

// "Combien de frères as-tu ?" "Combien de livres y a-t-il sur la table ?" How many brothers do you have? ...
void how_many(Sentences& out) {
  const auto words = [](const Noun& noun) {
    return Words{phrase({"combien de", noun.french_plural}), phrase({"how many", noun.english_plural})};
  };
  for (const Noun* noun : {&frere, &soeur, &enfant, &chat, &chien, &livre, &voiture, &ami})
    for (const Subject& s : cast(noun->english, 4))
      if (!s.child && s.person != Person::je) add_open_questions(out, words(*noun), s, a(s), does(s), {"", "have"});
  for (const Noun* noun : {&livre, &cle, &stylo, &lettre, &photo, &oeuf, &pomme}) {
    for (const Words& where : {Words{"sur la table", "on the table"}, Words{"dans le sac", "in the bag"},
                               Words{"dans la cuisine", "in the kitchen"}}) {
      const Words what = words(*noun);
      out.add(phrase({what.french, "y a-t-il", where.french}), phrase({what.english, "are there", where.english}), '?');
    }
  }
}

struct Location {
  std::vector<const Noun*> things;
  std::vector<Words> places;
};

// What may lie, sit or stand where.
const std::vector<Location>& locations() {
  static const std::vector<Words> furniture{{"sur la table", "on the table"},      {"sous la table", "under the table"},
                                            {"sur le lit", "on the bed"},          {"sous le lit", "under the bed"},
                                            {"dans la cuisine", "in the kitchen"}, {"dans ma chambre", "in my room"}};
  static const std::vector<Words> outside{{"dans le jardin", "in the garden"},
                                          {"devant la porte", "in front of the door"},
                                          {"devant la maison", "in front of the house"},
                                          {"derrière la maison", "behind the house"}};
  static const std::vector<Words> town{{"près de ici", "near here"},
                                       {"près de la gare", "near the station"},
                                       {"dans cette ville", "in this city"},
                                       {"derrière le parc", "behind the park"},
                                       {"devant la gare", "in front of the station"}};
  static const std::vector<Location> all{
      {{&livre, &stylo, &sac, &lettre, &chapeau, &cle, &chat, &telephone, &journal}, furniture},
      {{&chat, &chien, &oiseau, &velo, &voiture, &enfant, &homme, &femme}, outside},
      {{&banque, &hotel, &restaurant, &musee, &bibliotheque, &ecole, &hopital, &parc, &magasin}, town},
  };
  return all;
}

// "Il y a un chat sous la table." "Il y a deux livres sur la table." There is a cat under the table. ...
void there_is(Sentences& out) {
  for (const Location& location : locations()) {
    for (const Noun* noun : location.things) {
      for (const Words& where : location.places) {
        if (where.french.find(noun->french) != std::string::npos) continue;
        const Words what = together({noun_phrase(indefinite, *noun), where});
        out.add("il y a " + what.french, "there is " + what.english);
        if (noun->french_plural.empty()) continue;
        for (const Words& number : small_numbers())
          out.add(phrase({"il y a", number.french, noun->french_plural, where.french}),
                  phrase({"there are", number.english, noun->english_plural, where.english}));
      }
    }
  }
  for (const Noun* noun : {&pain, &fromage, &lait, &cafe, &eau, &soupe, &vin, &chocolat}) {
    for (const Words& where : {Words{"sur la table", "on the table"}, Words{"dans la cuisine", "in the kitchen"}}) {
      const Words what = together({noun_phrase(partitive, *noun, ObjectStyle::with_some), where});
      out.add("il y a " + what.french, "there is " + what.english);
    }
  }
}

// "Il n'y a pas de banque près d'ici." "Il n'y a plus de pain." There is no bank near here. There is no more bread.
void there_is_not(Sentences& out) {
  for (const Location& location : locations()) {
    for (const Noun* noun : location.things) {
      for (const Words& where : location.places) {
        if (where.french.find(noun->french) != std::string::npos) continue;
        out.add(phrase({"il ne y a pas de", noun->french, where.french}),
                phrase({"there is no", noun->english, where.english}));
      }
    }
  }
  for (const Noun* noun : {&pain, &fromage, &lait, &cafe, &eau, &soupe, &vin, &chocolat, &the, &viande, &poisson}) {
    for (const Words& where : {Words{}, Words{"dans la cuisine", "in the kitchen"}, Words{"à la maison", "at home"},
                               Words{"sur la table", "on the table"}}) {
      out.add(phrase({"il ne y a pas de", noun->french, where.french}),
              phrase({"there is no", noun->english, where.english}));
      out.add(phrase({"il ne y a plus de", noun->french, where.french}),
              phrase({"there is no more", noun->english, where.english}));
    }
  }
}

// "Y a-t-il une banque près d'ici ?" Is there a bank near here?
void is_there(Sentences& out) {
  for (const Location& location : locations()) {
    for (const Noun* noun : location.things) {
      for (const Words& where : location.places) {
        if (where.french.find(noun->french) != std::string::npos) continue;
        const Words what = together({noun_phrase(indefinite, *noun), where});
        out.add("y a-t-il " + what.french, "is there " + what.english, '?');
        out.add("est-ce que il y a " + what.french, "is there " + what.english, '?');
      }
    }
  }
}

// "Le chat est sous la table." The cat is under the table.
void thing_is_located(Sentences& out) {
  for (const Location& location : locations()) {
    for (const Noun* noun : location.things) {
      for (const Words& where : location.places) {
        if (where.french.find(noun->french) != std::string::npos || where.french == "dans cette ville") continue;
        const Subject s = thing(definite, *noun);
        out.add(clause(s, "est", "is", where));
        out.add(clause(s, negated("est"), "is not", where));
        out.add(phrase({"est-ce que", s.french, "est", where.french}), phrase({"is", s.english, where.english}), '?');
      }
    }
  }
}

// "Où est la gare ?" "Où sont mes clés ?" "Où es-tu ?" Where is the station? Where are my keys? Where are you?
void where_is(Sentences& out) {
  const auto add = [&](const Words& what, bool plural) {
    out.add(phrase({"où", plural ? "sont" : "est", what.french}),
            phrase({"where", plural ? "are" : "is", what.english}), '?');
  };
  for (const Noun* noun :
       {&gare,    &banque, &ecole, &hotel, &hopital,    &restaurant, &musee, &magasin, &bibliotheque, &parc,
        &cuisine, &jardin, &bus,   &train, &professeur, &medecin,    &lait,  &cafe,    &pain,         &fromage})
    add(noun_phrase(definite, *noun), false);
  for (const Subject& owner : owners()) {
    for (const Noun* noun : {&sac, &voiture, &velo, &telephone, &parapluie, &stylo, &livre, &chapeau, &maison, &chambre,
                             &mere, &pere, &frere, &soeur})
      add(noun_phrase(owned, *noun, owner), false);
    for (const Noun* noun : {&cle, &chaussure, &livre, &ami, &enfant, &parents})
      add(noun_phrase(own_plural, *noun, owner), true);
  }
  for (const Subject& s : people()) add({s.french, s.english}, s.plural);
  for (const Subject& s : pronouns())
    if (s.person != Person::je)
      out.add(ask(Question::inversion, "où", s, present(etre, s), ""), phrase({"where", am(s), s.english}), '?');
}

}  // namespace

const std::vector<Construct>& having_constructs() {
  static const std::vector<Construct> all{
      {"person feels", 160, person_feels}, {"does person feel", 95, does_person_feel},
      {"person felt", 95, person_felt},    {"age", 125, age},
      {"person has", 150, person_has},     {"has person", 190, has_person},
      {"person needs", 125, person_needs}, {"how many", 75, how_many},
      {"there is", 125, there_is},         {"there is not", 85, there_is_not},
      {"is there", 75, is_there},          {"thing is located", 85, thing_is_located},
      {"where is", 125, where_is},
  };
  return all;
}

}  // namespace weft::nmt::sentences
