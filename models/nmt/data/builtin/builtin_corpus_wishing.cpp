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
      if (suits(what, s, kWish)) write(s, infinitive(what, s, style), !(what.uses & kLong));
  for (const Words& what : intended_movements())
    for (const Subject& s : cast(what.french, count))
      if (!what.french.ends_with(s.french)) write(s, what, true);
}

// "Je vais manger une pomme." "Elle va partir demain." I am going to eat an apple. She is going to leave tomorrow.
void going_to(Sentences& out) {
  for_each_intention(6, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool within_a_day) {
    if (what.french.starts_with("aller")) return;
    const std::string english = phrase({am(s), "going to"});
    out.add(clause(s, present(kAller, s), english, what));
    if (!within_a_day) return;
    for (const Words& time : future_times()) out.add(clause(s, present(kAller, s), english, together({what, time})));
  });
}

// "Il ne va pas travailler demain." He is not going to work tomorrow.
void not_going_to(Sentences& out) {
  for_each_intention(6, ObjectStyle::kNegated, [&](const Subject& s, const Words& what, bool within_a_day) {
    if (what.french.starts_with("aller")) return;
    const std::string english = phrase({am(s), "not going to"});
    out.add(clause(s, negated(present(kAller, s)), english, what));
    if (within_a_day)
      out.add(clause(s, negated(present(kAller, s)), english, together({what, {"demain", "tomorrow"}})));
  });
}

// "Vas-tu prendre le train ?" Are you going to take the train?
void is_going_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool) {
    if (what.french.starts_with("aller")) return;
    if (s.person == Person::kJe || s.person == Person::kNous) return;
    add_questions(out, s, present(kAller, s), am(s), together({{"", "going to"}, what}));
  });
}

// "Marie veut acheter un vélo." Marie wants to buy a bike.
void wants_to(Sentences& out) {
  for_each_intention(6, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, present(kVouloir, s), simple(kVouloir, s), together({{"", "to"}, what})));
  });
}

// "Ils ne veulent pas dormir." They do not want to sleep.
void does_not_want_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::kNegated, [&](const Subject& s, const Words& what, bool) {
    for (const Negation negation : {Negation::kPas, Negation::kPlus})
      out.add(clause(s, negated(present(kVouloir, s), negation), simple_negated(kVouloir, s, negation),
                     together({{"", "to"}, what})));
  });
}

// "Voulez-vous chanter ?" "Que veux-tu manger ?" Do you want to sing? What do you want to eat?
void does_person_want_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool) {
    add_questions(out, s, present(kVouloir, s), do_(s), together({{"", "want to"}, what}));
  });
  for (const Verb* verb : {&kManger, &kBoire, &kLire, &kFaire, &kAcheter, &kApprendre, &kVoir, &kRegarder}) {
    for (const Subject& s : cast(verb->infinitive, 5)) {
      if (s.person == Person::kJe || s.person == Person::kNous) continue;
      const std::string english = phrase({"what", do_(s), s.english, "want to", verb->english});
      out.add(ask(Question::kEstCeQue, "que", s, present(kVouloir, s), verb->infinitive), english, '?');
      if (s.pronoun) out.add(ask(Question::kInversion, "que", s, present(kVouloir, s), verb->infinitive), english, '?');
    }
  }
}

// What one asks for at a table or in a shop.
const std::vector<Words>& orders() {
  static const std::vector<Words> kList = [] {
    std::vector<Words> list;
    for (const Noun* noun :
         {&kThe, &kCafe, &kEau, &kLait, &kVin, &kPain, &kFromage, &kViande, &kPoisson, &kSoupe, &kChocolat})
      list.push_back(noun_phrase(kPartitive, *noun, ObjectStyle::kSome));
    for (const Noun* noun : {&kPomme, &kOrange, &kGateau, &kStylo, &kParapluie})
      list.push_back(noun_phrase(kIndefinite, *noun));
    for (const Noun* noun : {&kPomme, &kOrange, &kOeuf})
      for (const Words& number : small_numbers())
        if (number.french != "neuf")
          list.push_back(together({number, {std::string(noun->french_plural), std::string(noun->english_plural)}}));
    return list;
  }();
  return kList;
}

// "Veux-tu du thé ?" "Qui veut du gâteau ?" Do you want some tea?
void wants_thing(Sentences& out) {
  for (const Words& what : orders()) {
    for (const Subject& s : cast(what.french, 5)) {
      if (s.child && what.english == "some wine") continue;
      out.add(clause(s, present(kVouloir, s), simple(kVouloir, s), what));
      add_questions(out, s, present(kVouloir, s), do_(s), together({{"", "want"}, what}));
    }
    out.add(clause(who(), "veut", "wants", what), '?');
  }
}

// "Je voudrais du thé, s'il vous plaît." "Nous voudrions voir ce film." I would like some tea, please. ...
void would_like(Sentences& out) {
  const std::array<Subject, 2> speakers{owners()[0], owners()[2]};
  for (const Subject& s : speakers) {
    const std::string_view french = s.person == Person::kJe ? "voudrais" : "voudrions";
    for (const Words& what : orders()) {
      out.add(clause(s, french, "would like", what));
      out.add(clause(s, french, "would like", together({what, {", s'il vous plaît", ", please"}})));
      out.add(clause(s, french, "would like", together({what, {", s'il te plaît", ", please"}})));
    }
  }
  for_each_intention(0, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool) {
    if (s.person == Person::kJe) out.add(clause(s, "voudrais", "would like to", what));
    if (s.person == Person::kNous) out.add(clause(s, "voudrions", "would like to", what));
  });
}

// "Il peut venir." "Je ne peux pas dormir." He can come. I cannot sleep.
void can(Sentences& out) {
  for_each_intention(5, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, present(kPouvoir, s), "can", what));
  });
  for_each_intention(5, ObjectStyle::kNegatedBare, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, negated(present(kPouvoir, s)), "cannot", what));
  });
}

// "Peux-tu fermer la porte, s'il te plaît ?" "Pouvez-vous m'aider ?" Can you close the door, please? ...
void can_person(Sentences& out) {
  for_each_intention(4, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool) {
    add_questions(out, s, present(kPouvoir, s), "can", what);
    if (s.person != Person::kTu && s.person != Person::kVous) return;
    const bool familiar = s.person == Person::kTu;
    add_questions(out, s, present(kPouvoir, s), "can",
                  together({what, {familiar ? ", s'il te plaît" : ", s'il vous plaît", ", please"}}));
  });
}

// "Ils peuvent nous aider." "Peux-tu m'attendre ?" They can help us. Can you wait for me?
void can_help_me(Sentences& out) {
  for (const Verb* verb : {&kAider, &kAttendre, &kEcouter, &kComprendre}) {
    for (const Words& whom : {Words{"me", "me"}, Words{"nous", "us"}, Words{"les", "them"}}) {
      for (const Subject& s : cast(phrase({verb->english, whom.french}), 5)) {
        const bool self = s.person == Person::kJe || s.person == Person::kNous;
        if (self && whom.french != "les") continue;
        const Words what{phrase({whom.french, verb->infinitive}),
                         phrase({verb->english, verb->english_preposition, whom.english})};
        out.add(clause(s, present(kPouvoir, s), "can", what));
        out.add(clause(s, negated(present(kPouvoir, s)), "cannot", what));
        add_questions(out, s, present(kPouvoir, s), "can", what);
        if (verb != &kComprendre)
          out.add(clause(s, present(kVouloir, s), simple(kVouloir, s), together({{"", "to"}, what})));
      }
    }
  }
}

// "Nous devons partir." "Tu ne dois pas ouvrir cette lettre." We have to leave. You must not open this letter.
void has_to(Sentences& out) {
  for_each_intention(5, ObjectStyle::kSome, [&](const Subject& s, const Words& what, bool) {
    out.add(clause(s, present(kDevoir, s), simple(kDevoir, s), what));
    add_questions(out, s, present(kDevoir, s), do_(s), together({{"", "have to"}, what}));
  });
  for_each_intention(5, ObjectStyle::kNegatedBare, [&](const Subject& s, const Words& what, bool) {
    if (!what.french.starts_with("finir")) out.add(clause(s, negated(present(kDevoir, s)), "must not", what));
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
      out.add(clause(s, present(kSavoir, s), simple(kSavoir, s), how));
      out.add(clause(s, negated(present(kSavoir, s)), simple_negated(kSavoir, s, Negation::kPas), how));
      add_questions(out, s, present(kSavoir, s), do_(s), together({{"", "know"}, how}));
    }
  }
}

// What one likes or not, in general: the definite article in French, none in English.
std::vector<Words> likeable() {
  std::vector<Words> list;
  for (const Noun* noun :
       {&kThe, &kCafe, &kEau, &kLait, &kVin, &kPain, &kFromage, &kViande, &kPoisson, &kSoupe, &kChocolat, &kMusique})
    list.push_back({noun_phrase(kDefinite, *noun).french, std::string(noun->english)});
  for (const Noun* noun : {&kPomme, &kOrange, &kOeuf, &kLivre, &kFilm, &kChat, &kChien, &kOiseau, &kEnfant})
    list.push_back({noun_phrase(kDefinitePlural, *noun).french, std::string(noun->english_plural)});
  return list;
}

// What one likes or not in particular.
std::vector<Words> liked_thing() {
  std::vector<Words> list;
  for (const Noun* noun : {&kLivre, &kFilm, &kHistoire, &kRobe, &kMaison, &kVille, &kChapeau, &kHotel, &kRestaurant,
                           &kMusique, &kChien, &kPhoto})
    list.push_back(noun_phrase(kDemonstrative, *noun));
  for (const Noun* noun : {&kChaussure, &kPhoto, &kLivre}) list.push_back(noun_phrase(kDemonstrativePlural, *noun));
  return list;
}

bool repeats(const Subject& subject, const Words& what) { return what.french.ends_with(subject.french); }

// "J'aime le chocolat." "Paul aime beaucoup cette ville." I like chocolate. Paul likes this city a lot.
void likes(Sentences& out) {
  for (const std::vector<Words>& things : {likeable(), liked_thing()}) {
    for (const Words& what : things) {
      for (const Subject& s : cast(what.french, 8)) {
        if (repeats(s, what)) continue;
        out.add(clause(s, present(kAimer, s), simple(kAimer, s), what));
        out.add({phrase({s.french, present(kAimer, s), "beaucoup", what.french}),
                 phrase({s.english, simple(kAimer, s), what.english, "a lot"})});
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
        for (const Negation negation : {Negation::kPas, Negation::kPlus})
          out.add(clause(s, negated(present(kAimer, s), negation), simple_negated(kAimer, s, negation), what));
      }
    }
  }
}

// "Aimez-vous les chats ?" Do you like cats?
void does_person_like(Sentences& out) {
  for (const std::vector<Words>& things : {likeable(), liked_thing()})
    for (const Words& what : things)
      for (const Subject& s : cast(what.french, 5))
        if (!repeats(s, what)) add_questions(out, s, present(kAimer, s), do_(s), together({{"", "like"}, what}));
}

// "Mon père aime lire le journal." My father likes to read the newspaper.
void likes_to(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const Subject& s : cast(key(what), 6)) {
      if (!suits(what, s, kHabit)) continue;
      const Words infinitive_words = infinitive(what, s, ObjectStyle::kBare);
      const Words rest = together({{"", "to"}, infinitive_words});
      for (const Verb* verb : {&kAimer, &kPreferer}) out.add(clause(s, present(*verb, s), simple(*verb, s), rest));
      out.add(clause(s, negated(present(kAimer, s)), simple_negated(kAimer, s, Negation::kPas), rest));
      add_questions(out, s, present(kAimer, s), do_(s), together({{"", "like"}, rest}));
    }
  }
}

// "Je préfère le thé." "Préfères-tu le thé ou le café ?" I prefer tea. Do you prefer tea or coffee?
void prefers(Sentences& out) {
  for (const Words& what : likeable())
    for (const Subject& s : cast(what.french, 8))
      if (!repeats(s, what)) out.add(clause(s, present(kPreferer, s), simple(kPreferer, s), what));
  const std::vector<std::vector<const Noun*>> choices{{&kThe, &kCafe, &kEau, &kLait, &kVin},
                                                      {&kFromage, &kViande, &kPoisson, &kSoupe},
                                                      {&kPomme, &kOrange, &kOeuf},
                                                      {&kLivre, &kFilm},
                                                      {&kChat, &kChien, &kOiseau}};
  const auto general = [](const Noun& noun) {
    const bool counted = !noun.french_plural.empty();
    return Words{noun_phrase(counted ? kDefinitePlural : kDefinite, noun).french,
                 std::string(counted ? noun.english_plural : noun.english)};
  };
  for (const std::vector<const Noun*>& group : choices) {
    for (const Noun* one : group) {
      for (const Noun* other : group) {
        if (one == other) continue;
        for (const Subject& s : cast(one->french, 3))
          if (s.person != Person::kJe && !s.child)
            add_questions(out, s, present(kPreferer, s), do_(s),
                          together({{"", "prefer"}, general(*one), {"ou", "or"}, general(*other)}));
      }
    }
  }
}

}  // namespace

const std::vector<Construct>& wishing_constructs() {
  static const std::vector<Construct> kList{
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
  return kList;
}

}  // namespace weft::nmt::sentences
