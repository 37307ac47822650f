#include <array>

#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// Verbs before an infinitive or about liking: going to, want, would like, can, have to, know how to, like, prefer.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;
using enum Determiner;

// What one can intend besides the verb phrases of the lexicon: to leave, to come with us, to go to the beach.
std::vector<Words> intended_movements() {
  std::vector<Words> list{{"partir", "leave"}, {"venir", "come"}, {"rester ici", "stay here"}};
  for (const Place& place : places()) list.push_back({phrase({"aller", place.french}), phrase({"go", place.to})});
  return list;
}

// Calls `write(subject, infinitive phrase, whether it is done within a day)` for everything people may intend, with
// `count` people besides the pronouns.
template <typename Write>
void for_each_intention(std::size_t count, ObjectStyle style, Write write) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), count))
      if (suits(what, s, wish)) write(s, infinitive(what, s, style), !(what.uses & lengthy));
  for (const Words& what : intended_movements())
    for (const Subject& s : cast(what.french, count))
      if (!what.french.ends_with(s.french)) write(s, what, true);
}

// "Je vais manger une pomme." "Elle va partir demain." I am going to eat an apple. She is going to leave tomorrow.
void going_to(Sentences& out) {
  for_each_intention(6, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool within_a_day) {
    if (what.french.starts_with("aller")) return;
    const std::string english = phrase({am(s), "going to"});
    out.add(clause(s, present(aller, s), english, what));
    if (!within_a_day) return;
    for (const Words& time : future_times()) out.add(clause(s, present(aller, s), english, together({what, time})));
  });
}

// "Il ne va pas travailler demain." He is not going to work tomorrow.
void not_going_to(Sentences& out) {
  for_each_intention(6, ObjectStyle::negated, [&](const Subject& s, const Words& what, bool within_a_day) {
    if (what.french.starts_with("aller")) return;
    const std::string english = phrase({am(s), "not going to"});
    out.add(clause(s, negated(present(aller, s)), english, what));
    if (within_a_day) out.add(clause(s, negated(present(aller, s)), english, together({what, {"demain", "tomorrow"}})));
  });
}

// "Vas-tu prendre le train ?" Are you going to take the train?
void is_going_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool) {
    if (what.french.starts_with("aller")) return;
    if (s.person == Person::je || s.person == Person::nous) return;
    add_questions(out, s, present(aller, s), am(s), together({{"", "going to"}, what}));
  });
}

// "Marie veut acheter un vélo." Marie wants to buy a bike.
void wants_to(Sentences& out) {
  for_each_intention(6, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, present(vouloir, s), simple(vouloir, s), together({{"", "to"}, what})));
  });
}

// "Ils ne veulent pas dormir." They do not want to sleep.
void does_not_want_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::negated, [&](const Subject& s, const Words& what, bool) {
    for (const Negation negation : {Negation::pas, Negation::plus})
      out.add(clause(s, negated(present(vouloir, s), negation), simple_negated(vouloir, s, negation),
                     together({{"", "to"}, what})));
  });
}

// "Voulez-vous chanter ?" "Que veux-tu manger ?" Do you want to sing? What do you want to eat?
void does_person_want_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool) {
    add_questions(out, s, present(vouloir, s), does(s), together({{"", "want to"}, what}));
  });
  for (const Verb* verb : {&manger, &boire, &lire, &faire, &acheter, &apprendre, &voir, &regarder}) {
    for (const Subject& s : cast(verb->infinitive, 5)) {
      if (s.person == Person::je || s.person == Person::nous) continue;
      const std::string english = phrase({"what", does(s), s.english, "want to", verb->english});
      out.add(ask(Question::est_ce_que, "que", s, present(vouloir, s), verb->infinitive), english, '?');
      if (s.pronoun) out.add(ask(Question::inversion, "que", s, present(vouloir, s), verb->infinitive), english, '?');
    }
  }
}

// What one asks for at a table or in a shop.
const std::vector<Words>& orders() {
  static const std::vector<Words> all = [] {
    std::vector<Words> list;
    for (const Noun* noun : {&the, &cafe, &eau, &lait, &vin, &pain, &fromage, &viande, &poisson, &soupe, &chocolat})
      list.push_back(noun_phrase(partitive, *noun, ObjectStyle::with_some));
    for (const Noun* noun : {&pomme, &orange, &gateau, &stylo, &parapluie})
      list.push_back(noun_phrase(indefinite, *noun));
    for (const Noun* noun : {&pomme, &orange, &oeuf})
      for (const Words& number : small_numbers())
        if (number.french != "neuf")
          list.push_back(together({number, {std::string(noun->french_plural), std::string(noun->english_plural)}}));
    return list;
  }();
  return all;
}

// "Veux-tu du thé ?" "Qui veut du gâteau ?" Do you want some tea?
void wants_thing(Sentences& out) {
  for (const Words& what : orders()) {
    for (const Subject& s : cast(what.french, 5)) {
      if (s.child && what.english == "some wine") continue;
      out.add(clause(s, present(vouloir, s), simple(vouloir, s), what));
      add_questions(out, s, present(vouloir, s), does(s), together({{"", "want"}, what}));
    }
    out.add(clause(who(), "veut", "wants", what), '?');
  }
}

// "Je voudrais du thé, s'il vous plaît." "Nous voudrions voir ce film." I would like some tea, please. ...
void would_like(Sentences& out) {
  const std::array<Subject, 2> speakers{owners()[0], owners()[2]};
  for (const Subject& s : speakers) {
    const std::string_view french = s.person == Person::je ? "voudrais" : "voudrions";
    for (const Words& what : orders()) {
      out.add(clause(s, french, "would like", what));
      out.add(clause(s, french, "would like", together({what, {", s'il vous plaît", ", please"}})));
      out.add(clause(s, french, "would like", together({what, {", s'il te plaît", ", please"}})));
    }
  }
  for_each_intention(0, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool) {
    if (s.person == Person::je) out.add(clause(s, "voudrais", "would like to", what));
    if (s.person == Person::nous) out.add(clause(s, "voudrions", "would like to", what));
  });
}

// "Il peut venir." "Je ne peux pas dormir." He can come. I cannot sleep.
void can(Sentences& out) {
  for_each_intention(5, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, present(pouvoir, s), "can", what));
  });
  for_each_intention(5, ObjectStyle::negated_bare, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, negated(present(pouvoir, s)), "cannot", what));
  });
}

// "Peux-tu fermer la porte, s'il te plaît ?" "Pouvez-vous m'aider ?" Can you close the door, please? ...
void can_person(Sentences& out) {
  for_each_intention(4, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool) {
    add_questions(out, s, present(pouvoir, s), "can", what);
    if (s.person != Person::tu && s.person != Person::vous) return;
    const bool familiar = s.person == Person::tu;
    add_questions(out, s, present(pouvoir, s), "can",
                  together({what, {familiar ? ", s'il te plaît" : ", s'il vous plaît", ", please"}}));
  });
}

// "Ils peuvent nous aider." "Peux-tu m'attendre ?" They can help us. Can you wait for me?
void can_help_me(Sentences& out) {
  for (const Verb* verb : {&aider, &attendre, &ecouter, &comprendre}) {
    for (const Words& whom : {Words{"me", "me"}, Words{"nous", "us"}, Words{"les", "them"}}) {
      for (const Subject& s : cast(phrase({verb->english, whom.french}), 5)) {
        const bool self = s.person == Person::je || s.person == Person::nous;
        if (self && whom.french != "les") continue;
        const Words what{phrase({whom.french, verb->infinitive}),
                         phrase({verb->english, verb->english_preposition, whom.english})};
        out.add(clause(s, present(pouvoir, s), "can", what));
        out.add(clause(s, negated(present(pouvoir, s)), "cannot", what));
        add_questions(out, s, present(pouvoir, s), "can", what);
        if (verb != &comprendre)
          out.add(clause(s, present(vouloir, s), simple(vouloir, s), together({{"", "to"}, what})));
      }
    }
  }
}

// "Nous devons partir." "Tu ne dois pas ouvrir cette lettre." We have to leave. You must not open this letter.
void has_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::with_some, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, present(devoir, s), simple(devoir, s), what));
    add_questions(out, s, present(devoir, s), does(s), together({{"", "have to"}, what}));
  });
  for_each_intention(5, ObjectStyle::negated_bare, [&](const Subject& s, const Words& what, bool) {
    if (!what.french.starts_with("finir")) out.add(clause(s, negated(present(devoir, s)), "must not", what));
  });
}

// "Elle sait nager." "Savez-vous lire ?" She knows how to swim. Do you know how to read?
void knows_how_to(Sentences& out) {
  const std::vector<Words> skills{{"nager", "swim"},
                                  {"chanter", "sing"},
                                  {"lire", "read"},
                                  {"écrire", "write"},
                                  {"jouer à le tennis", "play tennis"},
                                  {"jouer à le football", "play soccer"},
                                  {"jouer de le piano", "play the piano"}};
  for (const Words& skill : skills) {
    for (const Subject& s : cast(skill.french, 8)) {
      const Words how = together({{"", "how to"}, skill});
      out.add(clause(s, present(savoir, s), simple(savoir, s), how));
      out.add(clause(s, negated(present(savoir, s)), simple_negated(savoir, s, Negation::pas), how));
      add_questions(out, s, present(savoir, s), does(s), together({{"", "know"}, how}));
    }
  }
}

// What one likes or not, in general: the definite article in French, none in English.
std::vector<Words> likeable() {
  std::vector<Words> list;
  for (const Noun* noun :
       {&the, &cafe, &eau, &lait, &vin, &pain, &fromage, &viande, &poisson, &soupe, &chocolat, &musique})
    list.push_back({noun_phrase(definite, *noun).french, std::string(noun->english)});
  for (const Noun* noun : {&pomme, &orange, &oeuf, &livre, &film, &chat, &chien, &oiseau, &enfant})
    list.push_back({noun_phrase(definite_plural, *noun).french, std::string(noun->english_plural)});
  return list;
}

// What one likes or not in particular.
std::vector<Words> liked_thing() {
  std::vector<Words> list;
  for (const Noun* noun :
       {&livre, &film, &histoire, &robe, &maison, &ville, &chapeau, &hotel, &restaurant, &musique, &chien, &photo})
    list.push_back(noun_phrase(demonstrative, *noun));
  for (const Noun* noun : {&chaussure, &photo, &livre}) list.push_back(noun_phrase(demonstrative_plural, *noun));
  return list;
}

bool repeats(const Subject& subject, const Words& what) { return what.french.ends_with(subject.french); }

// "J'aime le chocolat." "Paul aime beaucoup cette ville." I like chocolate. Paul likes this city a lot.
void likes(Sentences& out) {
  for (const std::vector<Words>& things : {likeable(), liked_thing()}) {
    for (const Words& what : things) {
      for (const Subject& s : cast(what.french, 8)) {
        if (repeats(s, what)) continue;
        out.add(clause(s, present(aimer, s), simple(aimer, s), what));
        out.add({phrase({s.french, present(aimer, s), "beaucoup", what.french}),
                 phrase({s.english, simple(aimer, s), what.english, "a lot"})});
      }
    }
  }
}

// "Elle n'aime pas le café." "Ils n'aiment plus ce film." She does not like coffee. They no longer like this movie.
void does_not_like(Sentences& out) {
  for (const std::vector<Words>& things : {likeable(), liked_thing()}) {
    for (const Words& what : things) {
      for (const Subject& s : cast(what.french, 6)) {
        if (repeats(s, what)) continue;
        for (const Negation negation : {Negation::pas, Negation::plus})
          out.add(clause(s, negated(present(aimer, s), negation), simple_negated(aimer, s, negation), what));
      }
    }
  }
}

// "Aimez-vous les chats ?" Do you like cats?
void does_person_like(Sentences& out) {
  for (const std::vector<Words>& things : {likeable(), liked_thing()})
    for (const Words& what : things)
      for (const Subject& s : cast(what.french, 5))
        if (!repeats(s, what)) add_questions(out, s, present(aimer, s), does(s), together({{"", "like"}, what}));
}

// "Mon père aime lire le journal." My father likes to read the newspaper.
void likes_to(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const Subject& s : cast(key(what), 6)) {
      if (!suits(what, s, habit)) continue;
      const Words infinitive_words = infinitive(what, s, ObjectStyle::bare);
      const Words rest = together({{"", "to"}, infinitive_words});
      for (const Verb* verb : {&aimer, &preferer}) out.add(clause(s, present(*verb, s), simple(*verb, s), rest));
      out.add(clause(s, negated(present(aimer, s)), simple_negated(aimer, s, Negation::pas), rest));
      add_questions(out, s, present(aimer, s), does(s), together({{"", "like"}, rest}));
    }
  }
}

// "Je préfère le thé." "Préfères-tu le thé ou le café ?" I prefer tea. Do you prefer tea or coffee?
void prefers(Sentences& out) {
  for (const Words& what : likeable())
    for (const Subject& s : cast(what.french, 8))
      if (!repeats(s, what)) out.add(clause(s, present(preferer, s), simple(preferer, s), what));
  const std::vector<std::vector<const Noun*>> choices{{&the, &cafe, &eau, &lait, &vin},
                                                      {&fromage, &viande, &poisson, &soupe},
                                                      {&pomme, &orange, &oeuf},
                                                      {&livre, &film},
                                                      {&chat, &chien, &oiseau}};
  const auto general = [](const Noun& noun) {
    const bool counted = !noun.french_plural.empty();
    return Words{noun_phrase(counted ? definite_plural : definite, noun).french,
                 std::string(counted ? noun.english_plural : noun.english)};
  };
  for (const std::vector<const Noun*>& group : choices) {
    for (const Noun* one : group) {
      for (const Noun* other : group) {
        if (one == other) continue;
        for (const Subject& s : cast(one->french, 3))
          if (s.person != Person::je && !s.child)
            add_questions(out, s, present(preferer, s), does(s),
                          together({{"", "prefer"}, general(*one), {"ou", "or"}, general(*other)}));
      }
    }
  }
}

}  // namespace

const std::vector<Construct>& wishing_constructs() {
  static const std::vector<Construct> all{
      {"going to", 190, going_to},
      {"not going to", 75, not_going_to},
      {"is going to", 75, is_going_to},
      {"wants to", 125, wants_to},
      {"does not want to", 75, does_not_want_to},
      {"does person want to", 105, does_person_want_to},
      {"wants thing", 95, wants_thing},
      {"would like", 95, would_like},
      {"can", 135, can},
      {"can person", 95, can_person},
      {"can help me", 95, can_help_me},
      {"has to", 140, has_to},
      {"knows how to", 85, knows_how_to},
      {"likes", 170, likes},
      {"does not like", 95, does_not_like},
      {"does person like", 85, does_person_like},
      {"likes to", 140, likes_to},
      {"prefers", 85, prefers},
  };
  return all;
}

}  // namespace weft::nmt::sentences
