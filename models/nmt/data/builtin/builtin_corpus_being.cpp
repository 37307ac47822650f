#include <array>

#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// Sentences with "être": what people and things are, where they are, whose they are, and how they compare.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;
using enum Determiner;

constexpr std::array<std::string_view, 6> etre_forms{"étais", "étais", "était", "étions", "étiez", "étaient"};

std::string_view etait(const Subject& subject) { return etre_forms[static_cast<std::size_t>(subject.person)]; }

std::string_view est(const Subject& subject) { return present(etre, subject); }

Words adjective_words(const Adjective& adjective, const Subject& subject) {
  return {std::string(agreeing(adjective, subject)), std::string(adjective.english)};
}

// "", "très", "trop" before an adjective that has degrees; nothing is too good or too beautiful.
std::vector<Words> degrees(const Adjective& adjective) {
  if (!adjective.gradable) return {{}};
  for (const Adjective* praise : {&content, &intelligent, &drole, &riche, &bon, &beau, &interessant})
    if (&adjective == praise) return {{}, {"très", "very"}};
  return {{}, {"très", "very"}, {"trop", "too"}};
}

// Things as subjects: "la robe", "cette robe", "ma robe", "votre robe".
std::vector<Subject> as_subjects(const Noun& noun) {
  std::vector<Subject> list;
  if (!noun.french.empty()) {
    list = {thing(definite, noun), thing(demonstrative, noun)};
    for (const Subject& owner : owners()) list.push_back(thing(owned, noun, owner));
  }
  const bool animal = &noun == &chat || &noun == &chien || &noun == &oiseau;
  if (noun.french.empty() || animal) {
    list.push_back(thing(definite_plural, noun));
    list.push_back(thing(demonstrative_plural, noun));
    for (const Subject& owner : owners()) list.push_back(thing(own_plural, noun, owner));
  }
  return list;
}

// What opens and closes.
const std::vector<const Noun*>& doors_and_shops() {
  static const std::vector<const Noun*> all{&porte,   &fenetre,    &banque,       &musee,
                                            &magasin, &restaurant, &bibliotheque, &ecole};
  return all;
}

// "Ma sœur est très intelligente." My sister is very intelligent.
void person_is(Sentences& out) {
  for (const Adjective* adjective : person_adjectives())
    for (const Subject& s : cast(adjective->english, 12))
      for (const Words& degree : degrees(*adjective))
        out.add(clause(s, est(s), am(s), together({degree, adjective_words(*adjective, s)})));
}

// "Elle est malade aujourd'hui." She is sick today.
void person_is_today(Sentences& out) {
  for (const Adjective* adjective : person_adjectives())
    for (const Subject& s : cast(adjective->comparative, 12))
      if (adjective->temporary)
        out.add(clause(s, est(s), am(s), together({adjective_words(*adjective, s), {"aujourd'hui", "today"}})));
}

// "Ils ne sont plus fatigués." They are no longer tired.
void person_is_not(Sentences& out) {
  for (const Adjective* adjective : person_adjectives()) {
    for (const Subject& s : cast(adjective->english, 10)) {
      const auto add = [&](Negation negation) {
        out.add(clause(s, negated(est(s), negation), am(s),
                       together({{"", negation_words(negation).english}, adjective_words(*adjective, s)})));
      };
      add(Negation::pas);
      if (adjective->temporary || adjective == &jeune || adjective == &riche) add(Negation::plus);
      if (adjective->temporary) add(Negation::jamais);
    }
  }
}

// "Est-ce que Marie est malade ?" "Es-tu prêt ?" Is Marie sick? Are you ready?
void is_person(Sentences& out) {
  for (const Adjective* adjective : person_adjectives())
    for (const Subject& s : cast(adjective->english, 8))
      add_questions(out, s, est(s), am(s), adjective_words(*adjective, s));
}

// "Pourquoi es-tu triste ?" Why are you sad?
void why_is_person(Sentences& out) {
  for (const Adjective* adjective : {&fatigue, &content, &triste, &malade, &occupe})
    for (const Subject& s : cast(adjective->english, 6))
      add_open_questions(out, {"pourquoi", "why"}, s, est(s), am(s), adjective_words(*adjective, s));
}

// "Mon frère est souvent en retard." "Ils ne sont jamais à l'heure." My brother is often late. They are never on time.
void person_is_in_state(Sentences& out) {
  for (const Words& state : {Words{"en retard", "late"}, Words{"en colère", "angry"},
                             Words{"en vacances", "on vacation"}, Words{"à la heure", "on time"}}) {
    for (const Subject& s : cast(state.english, 10)) {
      out.add(clause(s, est(s), am(s), state));
      out.add(clause(s, est(s), am(s), together({{"souvent", "often"}, state})));
      out.add(clause(s, negated(est(s)), am(s), together({{"", "not"}, state})));
      out.add(clause(s, negated(est(s), Negation::jamais), am(s), together({{"", "never"}, state})));
      add_questions(out, s, est(s), am(s), state);
    }
  }
}

// "Mon père est médecin." "Elle n'est pas étudiante." My father is a doctor. She is not a student.
void profession(Sentences& out) {
  struct Profession {
    std::string_view masculine, feminine, english;
  };
  for (const Profession& job : {Profession{"médecin", "médecin", "doctor"},
                                {"professeur", "professeur", "teacher"},
                                {"étudiant", "étudiante", "student"},
                                {"ingénieur", "ingénieur", "engineer"}}) {
    for (const Subject& s : cast(job.english, 12)) {
      if (s.child || s.french == "le professeur") continue;
      const std::string_view singular = s.gender == Gender::masculine ? job.masculine : job.feminine;
      const Words what{std::string(singular) + (s.plural ? "s" : ""),
                       s.plural ? std::string(job.english) + "s" : with_article(job.english)};
      out.add(clause(s, est(s), am(s), what));
      out.add(clause(s, negated(est(s)), am(s), together({{"", "not"}, what})));
      add_questions(out, s, est(s), am(s), what);
    }
  }
}

// "Les enfants ne sont pas à l'école." The children are not at school.
void person_is_at_place(Sentences& out) {
  for (const Place& place : places()) {
    const Words where{std::string(place.french), std::string(place.at)};
    for (const Subject& s : cast(place.at, 8)) {
      if (place.french.ends_with(s.french)) continue;
      out.add(clause(s, est(s), am(s), where));
      out.add(clause(s, negated(est(s)), am(s), together({{"", "not"}, where})));
      out.add(clause(s, negated(est(s), Negation::plus), am(s), together({{"", "no longer"}, where})));
      add_questions(out, s, est(s), am(s), where);
    }
  }
}

// "Cette maison est trop grande." This house is too big.
void thing_is(Sentences& out) {
  for (const ThingsAndProperties& group : things())
    for (const Noun* noun : group.things)
      for (const Subject& s : as_subjects(*noun))
        for (const Adjective* adjective : group.properties)
          for (const Words& degree : degrees(*adjective))
            out.add(clause(s, est(s), am(s), together({degree, adjective_words(*adjective, s)})));
}

// "Ces chaussures ne sont pas chères." "Est-ce que ta voiture est rouge ?" These shoes are not expensive. ...
void is_thing(Sentences& out) {
  for (const ThingsAndProperties& group : things()) {
    for (const Noun* noun : group.things) {
      for (const Subject& s : as_subjects(*noun)) {
        for (const Adjective* adjective : group.properties) {
          const Words what = adjective_words(*adjective, s);
          out.add(clause(s, negated(est(s)), am(s), together({{"", "not"}, what})));
          out.add(ask(Question::est_ce_que, "", s, est(s), what.french), phrase({am(s), s.english, what.english}), '?');
        }
      }
    }
  }
}

// "Le musée est fermé aujourd'hui." The museum is closed today.
void open_or_closed(Sentences& out) {
  for (const Noun* noun : doors_and_shops()) {
    for (const Adjective* adjective : {&ouvert, &ferme}) {
      for (const Determiner determiner : {definite, demonstrative}) {
        const Subject s = thing(determiner, *noun);
        const Words what = adjective_words(*adjective, s);
        out.add(clause(s, est(s), am(s), what));
        out.add(clause(s, est(s), am(s), together({what, {"aujourd'hui", "today"}})));
        out.add(clause(s, negated(est(s)), am(s), together({{"", "not"}, what})));
        add_questions(out, s, est(s), am(s), what);
      }
    }
  }
}

// "Le café est trop chaud." The coffee is too hot.
void food_is(Sentences& out) {
  const auto add = [&](const Noun& noun, const Adjective& adjective) {
    for (const Determiner determiner : {definite, demonstrative}) {
      const Subject s = thing(determiner, noun);
      for (const Words& degree : degrees(adjective))
        out.add(clause(s, est(s), am(s), together({degree, adjective_words(adjective, s)})));
      out.add(clause(s, negated(est(s)), am(s), together({{"", "not"}, adjective_words(adjective, s)})));
    }
  };
  for (const Noun* drink : {&the, &cafe, &soupe, &eau, &lait}) {
    add(*drink, chaud);
    add(*drink, froid);
    add(*drink, bon);
  }
  for (const Noun* food : {&gateau, &fromage, &viande, &poisson, &vin, &chocolat}) {
    add(*food, cher);
    add(*food, bon);
  }
}

// "C'est mon livre." "Ce ne sont pas mes clés." "Est-ce ton sac ?" This is my book. These are not my keys. ...
void this_is_mine(Sentences& out) {
  for (const Noun* noun :
       {&livre, &voiture, &velo,    &maison, &sac,   &ordinateur, &telephone, &parapluie,  &stylo, &chat, &chien,
        &robe,  &chapeau, &chambre, &frere,  &soeur, &ami,        &amie,      &professeur, &mere,  &pere}) {
    for (const Subject& owner : owners()) {
      const Words what = noun_phrase(owned, *noun, owner);
      out.add({"ce est " + what.french, "this is " + what.english});
      out.add({"ce ne est pas " + what.french, "this is not " + what.english});
      out.add({"est-ce " + what.french, "is this " + what.english}, '?');
      out.add({"est-ce que ce est " + what.french, "is this " + what.english}, '?');
    }
  }
  for (const Noun* noun : {&livre, &cle, &chaussure, &chien, &chat, &stylo, &photo, &enfant, &ami, &parents}) {
    for (const Subject& owner : owners()) {
      const Words what = noun_phrase(own_plural, *noun, owner);
      out.add({"ce sont " + what.french, "these are " + what.english});
      out.add({"ce ne sont pas " + what.french, "these are not " + what.english});
    }
  }
}

// "C'est la voiture de mon père." This is my father's car.
void this_is_of_person(Sentences& out) {
  for (const Noun* noun :
       {&livre, &voiture, &velo, &maison, &sac, &telephone, &parapluie, &chat, &chien, &chapeau, &chambre}) {
    for (const Subject& owner : people()) {
      if (owner.plural) continue;
      const Words what{phrase({noun_phrase(definite, *noun).french, "de", owner.french}),
                       phrase({english_genitive(owner.english), noun->english})};
      out.add({"ce est " + what.french, "this is " + what.english});
      out.add({"ce ne est pas " + what.french, "this is not " + what.english});
      out.add({"où est " + what.french, "where is " + what.english}, '?');
    }
  }
}

// "C'est une très belle maison." This is a very beautiful house.
void this_is_a_thing(Sentences& out) {
  for (const ThingsAndProperties& group : things()) {
    for (const Noun* noun : group.things) {
      for (const Adjective* adjective : group.properties) {
        if (!noun->french.empty()) {
          const Words what = noun_phrase(indefinite, *noun, ObjectStyle::bare, adjective);
          out.add({"ce est " + what.french, "this is " + what.english});
          out.add({"ce ne est pas " + what.french, "this is not " + what.english});
        }
      }
    }
  }
}

// "C'est très important." "Est-ce que c'est vrai ?" It is very important. Is it true?
void it_is(Sentences& out) {
  for (const Words& what : {Words{"facile", "easy"}, Words{"difficile", "difficult"},
                            Words{"intéressant", "interesting"}, Words{"cher", "expensive"}, Words{"drôle", "funny"},
                            Words{"bon", "good"}, Words{"triste", "sad"}, Words{"vrai", "true"}}) {
    const bool gradable = what.french != "vrai";
    for (const Words& degree : {Words{}, Words{"très", "very"}, Words{"trop", "too"}}) {
      const bool praise = what.english == "interesting" || what.english == "funny" || what.english == "good";
      if ((!gradable && !degree.french.empty()) || (praise && degree.french == "trop")) continue;
      const Words rest = together({degree, what});
      out.add("ce est " + rest.french, "it is " + rest.english);
      out.add("ce ne est pas " + rest.french, "it is not " + rest.english);
      out.add("est-ce que ce est " + rest.french, "is it " + rest.english, '?');
      out.add("est-ce " + rest.french, "is it " + rest.english, '?');
      out.add("ce était " + rest.french, "it was " + rest.english);
      out.add("ce ne était pas " + rest.french, "it was not " + rest.english);
      out.add("je pense que ce est " + rest.french, "I think that it is " + rest.english);
    }
  }
}

// "Ce livre est à moi." "À qui sont ces clés ?" This book is mine. Whose keys are these?
void whose(Sentences& out) {
  constexpr std::array<std::string_view, 6> mine_forms{"mine", "yours", "his", "ours", "yours", "theirs"};
  for (const Noun* noun : {&livre, &voiture, &velo, &maison, &sac, &telephone, &parapluie, &stylo, &chien, &chapeau,
                           &cle, &chaussure, &chat}) {
    for (const Determiner determiner : {demonstrative, demonstrative_plural}) {
      const std::string_view bare = is_plural(determiner) ? noun->french_plural : noun->french;
      if (bare.empty()) continue;
      const Subject s = thing(determiner, *noun);
      const std::string_view bare_english = is_plural(determiner) ? noun->english_plural : noun->english;
      for (const Subject& owner : pronouns()) {
        if (owner.person == Person::ils) continue;
        const bool hers = owner.person == Person::il && owner.gender == Gender::feminine;
        const Words mine{"à " + stressed(owner).french,
                         std::string(hers ? "hers" : mine_forms[static_cast<std::size_t>(owner.person)])};
        out.add(clause(s, est(s), am(s), mine));
        out.add(clause(s, negated(est(s)), am(s), together({{"", "not"}, mine})));
        if (owner.person != Person::je)
          out.add(ask(Question::est_ce_que, "", s, est(s), mine.french), phrase({am(s), s.english, mine.english}), '?');
      }
      out.add(phrase({"à qui", est(s), s.french}), phrase({"whose", bare_english, am(s), s.plural ? "these" : "this"}),
              '?');
    }
  }
}

// "Elle est plus grande que moi." "Paul est aussi fort que toi." She is taller than me. Paul is as strong as you.
void comparison(Sentences& out) {
  for (const Adjective* adjective : {&tall, &petit, &jeune, &vieux, &intelligent}) {
    for (const Subject& s : cast(adjective->english, 8)) {
      for (const Subject& other : cast(s.french, 3)) {
        const bool includes = other.pronoun && s.pronoun &&
                              (other.person == s.person || other.english == s.english ||
                               (s.person == Person::je && other.person == Person::nous) ||
                               (s.person == Person::nous && other.person == Person::je));
        if (includes || other.french == s.french) continue;
        const Words than = stressed(other);
        const std::string_view form = agreeing(*adjective, s);
        out.add(clause(
            s, est(s), am(s),
            {phrase({"plus", form, "que", than.french}), phrase({adjective->comparative, "than", than.english})}));
        out.add(clause(
            s, est(s), am(s),
            {phrase({"aussi", form, "que", than.french}), phrase({"as", adjective->english, "as", than.english})}));
      }
    }
  }
}

// "Nous étions très fatigués hier." We were very tired yesterday.
void person_was(Sentences& out) {
  for (const Adjective* adjective : person_adjectives()) {
    if (!adjective->temporary && adjective != &jeune && adjective != &riche) continue;
    for (const Subject& s : cast(adjective->english, 10)) {
      const Words what = adjective_words(*adjective, s);
      out.add(clause(s, etait(s), was(s), what));
      out.add(clause(s, negated(etait(s)), was(s), together({{"", "not"}, what})));
      if (adjective->gradable) out.add(clause(s, etait(s), was(s), together({{"très", "very"}, what})));
      if (adjective->temporary) {
        out.add(clause(s, etait(s), was(s), together({what, {"hier", "yesterday"}})));
        add_questions(out, s, etait(s), was(s), what);
      }
    }
  }
}

// "Quand il était jeune, il habitait en Italie." When he was young, he lived in Italy.
void when_young(Sentences& out) {
  constexpr std::array<std::string_view, 6> lived{"habitais",  "habitais", "habitait",
                                                  "habitions", "habitiez", "habitaient"};
  for (const Place& place : places()) {
    if (!place.far) continue;
    for (const Subject& s : cast(place.to, 8)) {
      if (s.child) continue;
      const Subject again = pronoun_for(s);
      out.add({phrase({"quand", s.french, etait(s), agreeing(jeune, s), ",", again.french,
                       lived[static_cast<std::size_t>(s.person)], place.french}),
               phrase({"when", s.english, was(s), "young ,", again.english, "lived", place.at})});
    }
  }
}

}  // namespace

const std::vector<Construct>& being_constructs() {
  static const std::vector<Construct> all{
      {"person is", 190, person_is},
      {"person is today", 65, person_is_today},
      {"person is not", 150, person_is_not},
      {"is person", 160, is_person},
      {"why is person", 50, why_is_person},
      {"person is in state", 105, person_is_in_state},
      {"profession", 125, profession},
      {"person is at place", 160, person_is_at_place},
      {"thing is", 215, thing_is},
      {"is thing", 125, is_thing},
      {"open or closed", 65, open_or_closed},
      {"food is", 80, food_is},
      {"this is mine", 150, this_is_mine},
      {"this is of person", 85, this_is_of_person},
      {"this is a thing", 115, this_is_a_thing},
      {"it is", 105, it_is},
      {"whose", 105, whose},
      {"comparison", 150, comparison},
      {"person was", 150, person_was},
      {"when young", 50, when_young},
  };
  return all;
}

}  // namespace weft::nmt::sentences
