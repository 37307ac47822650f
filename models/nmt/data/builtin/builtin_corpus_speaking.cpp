#include <array>

#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// Speaking, knowing and thinking: languages, names, who is who, pronouns as objects, and sentences within sentences.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;
using enum Determiner;

const std::vector<Words>& languages() {
  static const std::vector<Words> all{{"français", "French"}, {"anglais", "English"}, {"espagnol", "Spanish"}};
  return all;
}

// "Elle parle très bien français." "Parle-t-il anglais ?" She speaks French very well. Does he speak English?
void speaks(Sentences& out) {
  for (const Words& language : languages()) {
    for (const Subject& s : cast(language.english, 12)) {
      const std::string_view french = present(parler, s);
      const std::string_view english = simple(parler, s);
      out.add(clause(s, french, english, language));
      out.add(clause(s, phrase({french, "bien"}), english, together({language, {"", "well"}})));
      out.add(clause(s, phrase({french, "très bien"}), english, together({language, {"", "very well"}})));
      out.add(clause(s, phrase({french, "un peu"}), english, together({{"", "a little"}, language})));
      out.add(clause(s, negated(french), simple_negated(parler, s, Negation::pas), language));
      out.add(clause(s, negated(french, Negation::jamais), simple_negated(parler, s, Negation::jamais), language));
      add_questions(out, s, french, does(s), together({{"", "speak"}, language}));
      out.add(clause(s, present(vouloir, s), simple(vouloir, s),
                     {"parler " + language.french, "to speak " + language.english}));
      out.add(clause(s, present(pouvoir, s), "can", {"parler " + language.french, "speak " + language.english}));
      for (const Words& other : languages())
        if (other.french != language.french)
          out.add(clause(s, french, english, together({language, {"et", "and"}, other})));
    }
  }
}

// "Ma sœur apprend l'anglais depuis deux ans." My sister has been learning English for two years.
// "J'habite ici depuis lundi." I have lived here since Monday.
void since(Sentences& out) {
  std::vector<Words> days, minutes, years;
  for (const Words& day : weekdays()) days.push_back({"depuis " + day.french, "since " + day.english});
  for (const Words& number : small_numbers()) {
    minutes.push_back({phrase({"depuis", number.french, "minutes"}), phrase({"for", number.english, "minutes"})});
    years.push_back({phrase({"depuis", number.french, "ans"}), phrase({"for", number.english, "years"})});
  }
  const auto add = [&](const Verb& verb, std::string_view english, const Words& rest, const std::vector<Words>& times) {
    for (const Words& time : times)
      for (const Subject& s : cast(time.french + rest.french, 3))
        out.add(clause(s, present(verb, s), phrase({have(s), english}), together({rest, time})));
  };
  add(habiter, "lived", {"ici", "here"}, years);
  add(habiter, "lived", {"dans cette maison", "in this house"}, years);
  add(travailler, "worked", {"ici", "here"}, years);
  add(travailler, "worked", {"à la banque", "at the bank"}, years);
  for (const Words& language : {Words{"le français", "French"}, Words{"le anglais", "English"}})
    add(apprendre, "been learning", language, years);
  add(attendre, "been waiting for", {"le bus", "the bus"}, minutes);
  add(attendre, "been waiting for", {"le train", "the train"}, minutes);
  add(dormir, "been sleeping", {}, minutes);
  add(travailler, "been working", {}, minutes);
  add(etre, "been", {"ici", "here"}, days);
  add(etre, "been", {"à la maison", "at home"}, days);
  add(etre, "been", {"en vacances", "on vacation"}, days);
}

// "Je m'appelle Marie." "Comment s'appelle ton chien ?" My name is Marie. What is your dog's name?
void name(Sentences& out) {
  constexpr std::array<std::string_view, 6> forms{"me appelle",    "te appelles",  "se appelle",
                                                  "nous appelons", "vous appelez", "se appellent"};
  constexpr std::array<std::string_view, 6> my{"my", "your", "his", "our", "your", "their"};
  const auto whose_name = [&](const Subject& s) {
    if (!s.pronoun) return english_genitive(s.english);
    const bool her = s.person == Person::il && s.gender == Gender::feminine;
    return std::string(her ? "her" : my[static_cast<std::size_t>(s.person)]);
  };
  std::vector<Subject> named = pronouns();
  for (const Subject& s : people())
    if (s.french.find(' ') != std::string::npos) named.push_back(s);
  for (const Subject& owner : owners())
    for (const Noun* noun : {&ami, &amie, &frere, &soeur, &pere, &mere, &chien, &chat, &professeur, &medecin})
      named.push_back(thing(owned, *noun, owner));
  for (const Subject& s : named) {
    if (s.plural || s.person == Person::nous) continue;
    const std::string_view called = forms[static_cast<std::size_t>(s.person)];
    const std::string its_name = whose_name(s) + " name";
    const bool animal = s.french.ends_with("chien") || s.french.ends_with("chat");
    for (const Subject& given : names())
      if (!animal && given.gender == s.gender)
        out.add(phrase({s.french, called, given.french}), its_name + " is " + given.english);
    const std::string english = "what is " + its_name;
    if (s.person == Person::tu) out.add("comment te appelles-tu", english, '?');
    if (s.person == Person::vous) out.add("comment vous appelez-vous", english, '?');
    if (s.person == Person::il && s.pronoun) out.add("comment se appelle-t-" + s.french, english, '?');
    if (!s.pronoun) out.add("comment se appelle " + s.french, english, '?');
    if (s.person != Person::je) out.add(phrase({"comment est-ce que", s.french, called}), english, '?');
  }
}

// "Qui est cette femme ?" "Marie est la sœur de Paul." Who is this woman? Marie is Paul's sister.
void who_is(Sentences& out) {
  const std::vector<const Noun*> men{&pere, &frere, &ami, &voisin, &professeur, &medecin};
  const std::vector<const Noun*> women{&mere, &soeur, &amie, &voisine};
  std::vector<Subject> strangers = names();
  for (const Noun* noun : {&homme, &femme, &garcon, &fille}) strangers.push_back(thing(demonstrative, *noun));
  for (const Subject& s : strangers) {
    out.add("qui est " + s.french, "who is " + s.english, '?');
    const bool young = s.french.ends_with("garçon") || s.french.ends_with("fille");
    for (const Noun* role : s.gender == Gender::masculine ? men : women) {
      const bool grown_up = role == &pere || role == &mere || role == &professeur || role == &medecin;
      if (young && grown_up) continue;
      for (const Subject& owner : owners()) {
        const Words what = noun_phrase(owned, *role, owner);
        out.add(clause(s, "est", "is", what));
        out.add(clause(s, negated("est"), "is not", what));
        out.add(phrase({"est-ce que", s.french, "est", what.french}), phrase({"is", s.english, what.english}), '?');
      }
      for (const Subject& other : names())
        if (other.french != s.french)
          out.add(clause(s, "est", "is",
                         {phrase({noun_phrase(definite, *role).french, "de", other.french}),
                          phrase({english_genitive(other.english), role->english})}));
    }
  }
}

// "Il me connaît." "Nous ne vous attendons pas." He knows me. We are not waiting for you.
void does_to_me(Sentences& out) {
  struct Pronoun {
    std::string_view french, english;
    std::array<bool, 6> of;  // the persons of a subject that it could mean, too
  };
  constexpr std::array<Pronoun, 5> objects{{{"me", "me", {true, false, false, true, false, false}},
                                            {"te", "you", {false, true, false, false, true, false}},
                                            {"nous", "us", {true, false, false, true, false, false}},
                                            {"vous", "you", {false, true, false, false, true, false}},
                                            {"les", "them", {false, false, false, false, false, false}}}};
  for (const Verb* verb : {&connaitre, &comprendre, &attendre, &aider, &ecouter, &regarder, &chercher}) {
    const bool state = verb == &connaitre || verb == &comprendre;
    for (const Pronoun& whom : objects) {
      for (const Subject& s : cast(phrase({verb->infinitive, whom.french}), 5)) {
        if (whom.of[static_cast<std::size_t>(s.person)]) continue;
        const std::string french = phrase({whom.french, present(*verb, s)});
        const Words rest{"", phrase({verb->english_preposition, whom.english})};
        if (state) {
          out.add(clause(s, french, simple(*verb, s), rest));
          out.add(clause(s, negated(french), simple_negated(*verb, s, Negation::pas), rest));
        } else {
          out.add(clause(s, french, phrase({am(s), verb->ing}), rest));
          out.add(clause(s, negated(french), phrase({am(s), "not", verb->ing}), rest));
        }
        const std::string_view aux = state ? does(s) : am(s);
        const std::string_view form = state ? verb->english : verb->ing;
        if (s.person != Person::je && s.person != Person::nous)
          out.add(ask(Question::est_ce_que, "", s, french, ""), phrase({aux, s.english, form, rest.english}), '?');
      }
    }
  }
}

// "Je connais cet homme." "Connaissez-vous Marie ?" I know this man. Do you know Marie?
// "Elle ne comprend pas cette question." She does not understand this question.
void knows(Sentences& out) {
  std::vector<Words> acquaintances;
  for (const Subject& s : people()) acquaintances.push_back({s.french, s.english});
  for (const Noun* noun : {&ville, &histoire, &film, &hotel, &restaurant})
    acquaintances.push_back(noun_phrase(demonstrative, *noun));
  std::vector<Words> puzzles{noun_phrase(demonstrative, question), noun_phrase(demonstrative, histoire),
                             noun_phrase(demonstrative, film),     noun_phrase(demonstrative, livre),
                             noun_phrase(demonstrative, lettre),   noun_phrase(definite, professeur)};
  for (const Words& language : languages()) puzzles.push_back({"le " + language.french, language.english});
  const auto add = [&](const Verb& verb, const Words& what, std::size_t count) {
    for (const Subject& s : cast(what.french, count)) {
      const bool mixes_tu_and_vous = (s.person == Person::tu && what.french.starts_with("votre ")) ||
                                     (s.person == Person::vous && what.french.starts_with("ton "));
      if (mixes_tu_and_vous || s.french == what.french || s.english == what.english) continue;
      out.add(clause(s, present(verb, s), simple(verb, s), what));
      out.add(clause(s, negated(present(verb, s)), simple_negated(verb, s, Negation::pas), what));
      add_questions(out, s, present(verb, s), does(s), together({{"", std::string(verb.english)}, what}));
    }
  };
  for (const Words& what : acquaintances) add(connaitre, what, 4);
  for (const Words& what : puzzles) add(comprendre, what, 12);
}

// Short statements to put into a sentence, with `count` people besides the pronouns as their subjects.
std::vector<Words> statements(std::size_t count) {
  std::vector<Words> list;
  const auto add = [&](const Subject& s, std::string_view french, std::string_view english, const Words& rest) {
    list.push_back(clause(s, french, english, rest));
  };
  for (const Adjective* adjective : person_adjectives())
    for (const Subject& s : cast(adjective->comparative, count))
      add(s, present(etre, s), am(s), {std::string(agreeing(*adjective, s)), std::string(adjective->english)});
  for (const Words& sensation : sensations())
    for (const Subject& s : cast(sensation.english, count)) add(s, present(avoir, s), am(s), sensation);
  for (const Place& place : places())
    for (const Subject& s : cast(place.french, count))
      if (!place.french.ends_with(s.french))
        add(s, present(etre, s), am(s), {std::string(place.french), std::string(place.at)});
  for (const Words& language : languages())
    for (const Subject& s : cast(language.french, count)) add(s, present(parler, s), simple(parler, s), language);
  return list;
}

// "Je pense que tu as raison." "Il sait que nous sommes ici." I think that you are right. He knows that ...
void thinks_that(Sentences& out) {
  for (const Words& statement : statements(3)) {
    for (const Subject& s : cast(statement.french, 2)) {
      const bool we_and_i = (s.person == Person::nous && statement.french.starts_with("je ")) ||
                            (s.person == Person::je && statement.french.starts_with("nous "));
      if (we_and_i || statement.french.starts_with(s.french)) continue;
      for (const Verb* verb : {&penser, &savoir})
        if (verb == &savoir || s.person == Person::je || s.person == Person::il || s.person == Person::nous)
          out.add(clause(s, present(*verb, s), simple(*verb, s), together({{"que", "that"}, statement})));
    }
  }
}

// "Je ne sais pas s'il est malade." "Savez-vous si Paul a faim ?" I do not know if he is sick. ...
void knows_if(Sentences& out) {
  for (const Words& statement : statements(3)) {
    if (statement.french.starts_with("je ")) continue;
    const Words if_so = together({{"si", "if"}, statement});
    for (const Subject& s : owners()) {
      if (statement.french.starts_with(s.french)) continue;
      const bool asks_you = s.person == Person::tu || s.person == Person::vous;
      if (asks_you && (statement.french.starts_with("tu ") || statement.french.starts_with("vous "))) continue;
      if (asks_you)
        add_questions(out, s, present(savoir, s), does(s), together({{"", "know"}, if_so}));
      else
        out.add(clause(s, negated(present(savoir, s)), simple_negated(savoir, s, Negation::pas), if_so));
    }
  }
}

// "Sais-tu où il habite ?" "Je ne sais pas où est la gare." Do you know where he lives? ...
void knows_where(Sentences& out) {
  std::vector<Words> questions_where;
  for (const Subject& s : cast("où", people().size())) {
    questions_where.push_back(
        {phrase({"où", s.french, present(habiter, s)}), phrase({"where", s.english, simple(habiter, s)})});
    questions_where.push_back(
        {phrase({"où", s.french, present(travailler, s)}), phrase({"where", s.english, simple(travailler, s)})});
    if (!s.pronoun)
      questions_where.push_back({phrase({"où", present(etre, s), s.french}), phrase({"where", s.english, am(s)})});
  }
  for (const Noun* noun : {&gare, &banque, &hotel, &hopital, &musee, &restaurant, &parc, &bibliotheque})
    questions_where.push_back(
        {"où est " + noun_phrase(definite, *noun).french, phrase({"where the", noun->english, "is"})});
  for (const Words& where : questions_where) {
    for (const Subject& s : owners()) {
      if (where.french.find(" " + s.french + " ") != std::string::npos) continue;
      if (s.person == Person::tu || s.person == Person::vous) {
        const bool about_you = where.english.find(" you ") != std::string::npos;
        if (!about_you) add_questions(out, s, present(savoir, s), does(s), together({{"", "know"}, where}));
      } else {
        out.add(clause(s, negated(present(savoir, s)), simple_negated(savoir, s, Negation::pas), where));
      }
    }
  }
}

// "Marie mange parce qu'elle a faim." Marie is eating because she is hungry.
void because(Sentences& out) {
  struct Deed {
    const Verb* verb;
    Words rest;
    bool negative;
    std::vector<Words> reasons;  // with "avoir" if the French is a noun
  };
  const Words hungry{"faim", "hungry"}, thirsty{"soif", "thirsty"}, cold{"froid", "cold"}, afraid{"peur", "afraid"};
  const Words late{"en retard", "late"}, angry{"en colère", "angry"}, on_vacation{"en vacances", "on vacation"};
  const Words tired{"fatigué", "tired"}, sick{"malade", "sick"}, happy{"content", "happy"}, sad{"triste", "sad"};
  const Words busy{"occupé", "busy"};
  const std::vector<Deed> deeds{
      {&manger, {"de le pain", "bread"}, false, {hungry}},
      {&manger, {"de la soupe", "soup"}, false, {hungry, sick, cold}},
      {&manger, {"une pomme", "an apple"}, false, {hungry, thirsty}},
      {&boire, {"de la eau", "water"}, false, {thirsty}},
      {&boire, {"de le thé", "tea"}, false, {thirsty, cold, sick, tired}},
      {&boire, {"de le café", "coffee"}, false, {tired, cold}},
      {&dormir, {}, false, {tired, sick}},
      {&dormir, {}, true, {hungry, cold, afraid, sad, sick}},
      {&rester, {"à la maison", "at home"}, false, {sick, tired, busy, cold, sad, on_vacation}},
      {&travailler, {}, true, {sick, tired, on_vacation}},
      {&prendre, {"le bus", "the bus"}, false, {late, tired, cold}},
      {&chanter, {}, false, {happy}},
      {&venir, {}, true, {sick, busy, tired, angry, on_vacation}},
      {&partir, {}, false, {late, angry, tired}},
  };
  const std::vector<std::pair<std::string_view, const Adjective*>> adjectives{
      {"fatigué", &fatigue}, {"malade", &malade}, {"content", &content}, {"triste", &triste}, {"occupé", &occupe}};
  for (const Deed& deed : deeds) {
    for (const Words& reason : deed.reasons) {
      for (const Subject& s : cast(deed.rest.french + reason.french, 8)) {
        std::string state(reason.french);
        bool noun = !state.starts_with("en ");
        for (const auto& [masculine, adjective] : adjectives) {
          if (masculine != reason.french) continue;
          state = agreeing(*adjective, s);
          noun = false;
        }
        const Subject again = pronoun_for(s);
        const Words why = clause(again, present(noun ? avoir : etre, again), am(again), {state, reason.english});
        const std::string french(present(*deed.verb, s));
        out.add(clause(s, deed.negative ? negated(french) : french,
                       phrase({am(s), deed.negative ? "not" : "", deed.verb->ing}),
                       together({deed.rest, {"parce que", "because"}, why})));
      }
    }
  }
}

}  // namespace

const std::vector<Construct>& speaking_constructs() {
  static const std::vector<Construct> all{
      {"speaks", 140, speaks},
      {"since", 85, since},
      {"name", 105, name},
      {"who is", 125, who_is},
      {"does to me", 150, does_to_me},
      {"knows", 125, knows},
      {"thinks that", 160, thinks_that},
      {"knows if", 75, knows_if},
      {"knows where", 65, knows_where},
      {"because", 105, because},
  };
  return all;
}

}  // namespace weft::nmt::sentences
