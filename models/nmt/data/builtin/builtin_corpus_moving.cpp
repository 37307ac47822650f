#include <array>

#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// Going, coming, leaving, staying and living somewhere.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;

Words to(const Place& place) { return {std::string(place.french), std::string(place.to)}; }
Words at(const Place& place) { return {std::string(place.french), std::string(place.at)}; }

bool goes_to_self(const Subject& subject, const Place& place) { return place.french.ends_with(subject.french); }

// Whether one goes there, and is there, in the evening.
bool is_for_the_evening(const Place& place) {
  for (const std::string_view daytime : {"school", "work", "bank", "library", "museum", "store", "doctor's"})
    if (place.to.ends_with(daytime)) return false;
  return true;
}

bool suits(const Words& time, const Place& place) {
  const bool evening = time.english == "tonight" || time.english == "last night";
  return !evening || is_for_the_evening(place);
}

// Where one stays: at home and abroad, with friends, in bed.
bool is_for_staying(const Place& place) {
  for (const std::string_view there : {"house", "home", "hotel", "hospital"})
    if (place.at.ends_with(there)) return true;
  return place.far;
}

std::string going(const Subject& subject) { return phrase({am(subject), "going"}); }

// "Nous allons à l'école." "Elle va à la plage demain." We are going to school. She is going to the beach tomorrow.
void going_to_place(Sentences& out) {
  for (const Place& place : places()) {
    for (const Subject& s : cast(place.to, 12)) {
      if (goes_to_self(s, place)) continue;
      out.add(clause(s, present(aller, s), going(s), to(place)));
      for (const Words& time : future_times())
        if (suits(time, place)) out.add(clause(s, present(aller, s), going(s), together({to(place), time})));
    }
  }
}

// "Il va à l'école tous les jours." He goes to school every day.
void goes_to_place(Sentences& out) {
  for (const Place& place : places()) {
    for (const Subject& s : cast(place.at, 8)) {
      if (goes_to_self(s, place)) continue;
      const std::string_view goes = simple(aller, s);
      if (!place.far) out.add(clause(s, present(aller, s), goes, together({to(place), habitual_times().front()})));
      for (const Words& adverb : habitual_adverbs())
        out.add({phrase({s.french, present(aller, s), adverb.french, place.french}),
                 phrase({s.english, adverb.english, goes, place.to})});
      out.add(clause(s, negated(present(aller, s), Negation::jamais), simple_negated(aller, s, Negation::jamais),
                     to(place)));
    }
  }
}

// "Elle ne va pas au travail aujourd'hui." She is not going to work today.
void not_going_to_place(Sentences& out) {
  for (const Place& place : places())
    for (const Subject& s : cast(place.at, 8))
      for (const Words& time :
           {Words{"aujourd'hui", "today"}, Words{"demain", "tomorrow"}, Words{"ce soir", "tonight"}})
        if (!goes_to_self(s, place) && suits(time, place))
          out.add(clause(s, negated(present(aller, s)), phrase({am(s), "not going"}), together({to(place), time})));
}

// "Allez-vous à la plage ?" Are you going to the beach?
void is_going_to_place(Sentences& out) {
  for (const Place& place : places())
    for (const Subject& s : cast(place.to, 6))
      if (!goes_to_self(s, place))
        add_questions(out, s, present(aller, s), am(s), together({{"", "going"}, to(place)}));
}

// "Où vas-tu ce soir ?" "Quand est-ce qu'ils partent ?" Where are you going tonight? When are they leaving?
void where_going(Sentences& out) {
  for (const Subject& s : cast("où", people().size())) {
    for (const Words& time : {Words{}, Words{"ce soir", "tonight"}, Words{"demain", "tomorrow"}})
      add_open_questions(out, {"où", "where"}, s, present(aller, s), am(s), together({{"", "going"}, time}));
    for (const Verb* verb : {&partir, &arriver, &venir})
      add_open_questions(out, {"quand", "when"}, s, present(*verb, s), am(s), {"", std::string(verb->ing)});
  }
}

// "Elles ne partent pas demain." They are not leaving tomorrow.
void moving(Sentences& out) {
  for (const Verb* verb : {&partir, &arriver, &venir}) {
    for (const Subject& s : cast(verb->infinitive, 14)) {
      std::vector<Words> times = future_times();
      for (const Words& day : weekdays()) times.push_back({day.french, "on " + day.english});
      for (const Words& time : times) {
        out.add(clause(s, present(*verb, s), phrase({am(s), verb->ing}), time));
        out.add(clause(s, negated(present(*verb, s)), phrase({am(s), "not", verb->ing}), time));
      }
    }
  }
}

// "Vous venez avec nous ?" Are you coming with us?
void coming_with(Sentences& out) {
  for (const Subject& s : cast("avec", 8)) {
    for (const Subject& other : cast(s.french, 3)) {
      const bool same = other.person == s.person || other.english == s.english;
      const bool includes = (s.person == Person::je && other.person == Person::nous) ||
                            (s.person == Person::nous && other.person == Person::je);
      if (other.french == s.french || (s.pronoun && (same || includes))) continue;
      const Words with{phrase({"avec", stressed(other).french}), phrase({"with", stressed(other).english})};
      out.add(clause(s, present(venir, s), phrase({am(s), "coming"}), with));
      out.add(clause(s, negated(present(venir, s)), phrase({am(s), "not coming"}), with));
      add_questions(out, s, present(venir, s), am(s), together({{"", "coming"}, with}));
    }
  }
}

// "Nous restons à la maison aujourd'hui." We are staying at home today.
void staying(Sentences& out) {
  for (const Place& place : places()) {
    if (!is_for_staying(place)) continue;
    for (const Subject& s : cast(place.at, 6)) {
      if (goes_to_self(s, place)) continue;
      out.add(clause(s, present(rester, s), phrase({am(s), "staying"}), at(place)));
      for (const Words& time : {Words{"aujourd'hui", "today"}, Words{"ce soir", "tonight"}})
        if (!place.far) out.add(clause(s, present(rester, s), phrase({am(s), "staying"}), together({at(place), time})));
      add_questions(out, s, present(rester, s), am(s), together({{"", "staying"}, at(place)}));
    }
  }
}

// "Ma sœur est allée à Paris la semaine dernière." My sister went to Paris last week.
void went(Sentences& out) {
  for (const Place& place : places())
    for (const Subject& s : cast(place.to, 8))
      for (const Words& time : past_times())
        if (!goes_to_self(s, place))
          out.add(clause(s, phrase({auxiliary(aller, s), participle(aller, s)}), "went", together({to(place), time})));
}

// "Ils ne sont pas allés à l'école." They did not go to school.
void did_not_go(Sentences& out) {
  for (const Place& place : places()) {
    for (const Subject& s : cast(place.at, 8)) {
      if (goes_to_self(s, place)) continue;
      const auto add = [&](Negation negation, std::string_view english, std::string_view where) {
        out.add(clause(s, phrase({negated(auxiliary(aller, s), negation), participle(aller, s)}), english,
                       {std::string(place.french), std::string(where)}));
      };
      add(Negation::pas, "did not go", place.to);
      if (place.far) add(Negation::jamais, phrase({have(s), "never been"}), place.to);
    }
  }
}

// "Es-tu allée à la banque ?" Did you go to the bank?
void did_go(Sentences& out) {
  for (const Place& place : places()) {
    for (const Subject& s : cast(place.at, 4)) {
      if (goes_to_self(s, place) || s.person == Person::je || s.person == Person::nous) continue;
      add_questions(out, s, auxiliary(aller, s), "did", together({{participle(aller, s), "go"}, to(place)}));
      if (place.far && s.pronoun)
        add_questions(out, s, auxiliary(aller, s), have(s),
                      together({{"déjà " + participle(aller, s), "already been"}, to(place)}));
    }
  }
}

// "Elles sont parties ce matin." "Mon père n'est pas venu hier." They left this morning. My father did not come
// yesterday.
void moved(Sentences& out) {
  for (const Verb* verb : {&partir, &arriver, &venir}) {
    for (const Subject& s : cast(verb->english, 14)) {
      const std::string_view aux = auxiliary(*verb, s);
      const std::string form = participle(*verb, s);
      for (const Words& time : past_times()) {
        out.add(clause(s, phrase({aux, form}), verb->past, time));
        out.add(clause(s, phrase({negated(aux), form}), phrase({"did not", verb->english}), time));
        if (s.person == Person::je || s.person == Person::nous) continue;
        add_questions(out, s, aux, "did", together({{form, std::string(verb->english)}, time}));
      }
      if (s.person != Person::je && s.person != Person::nous)
        add_open_questions(out, {"quand", "when"}, s, aux, "did", {form, std::string(verb->english)});
      out.add(clause(s, phrase({aux, "déjà", form}), phrase({have(s), "already", verb->past_participle})));
      out.add(
          clause(s, phrase({"ne", aux, "pas encore", form}), phrase({have(s), "not", verb->past_participle, "yet"})));
    }
  }
}

// Where one lives: a country, a house, with somebody.
const std::vector<Words>& homes() {
  static const std::vector<Words> all = [] {
    std::vector<Words> list{{"ici", "here"},
                            {"près de ici", "near here"},
                            {"près de la gare", "near the station"},
                            {"dans cette ville", "in this city"},
                            {"dans une petite maison", "in a small house"},
                            {"dans une grande maison", "in a big house"},
                            {"dans cette maison", "in this house"},
                            {"avec nos amis", "with our friends"}};
    for (const Place& place : places())
      if (place.far) list.push_back(at(place));
    return list;
  }();
  return all;
}

// "J'habite dans une petite maison." "Habitez-vous ici ?" I live in a small house. Do you live here?
void lives(Sentences& out) {
  for (const Words& home : homes()) {
    for (const Subject& s : cast(home.english, 8)) {
      if (home.french.ends_with(s.french)) continue;
      out.add(clause(s, present(habiter, s), simple(habiter, s), home));
      out.add(clause(s, negated(present(habiter, s)), simple_negated(habiter, s, Negation::pas), home));
      out.add(
          clause(s, negated(present(habiter, s), Negation::plus), simple_negated(habiter, s, Negation::plus), home));
      add_questions(out, s, present(habiter, s), does(s), together({{"", "live"}, home}));
    }
  }
  for (const Subject& s : cast("où", people().size()))
    if (s.person != Person::je) add_open_questions(out, {"où", "where"}, s, present(habiter, s), does(s), {"", "live"});
}

// "Nous habitions à Londres." We used to live in London.
void used_to_live(Sentences& out) {
  constexpr std::array<std::string_view, 6> lived{"habitais",  "habitais", "habitait",
                                                  "habitions", "habitiez", "habitaient"};
  for (const Words& home : homes())
    for (const Subject& s : cast(home.french, 8))
      if (!home.french.ends_with(s.french))
        out.add(clause(s, lived[static_cast<std::size_t>(s.person)], "used to live", home));
}

}  // namespace

const std::vector<Construct>& moving_constructs() {
  static const std::vector<Construct> all{
      {"going to place", 135, going_to_place},
      {"goes to place", 125, goes_to_place},
      {"not going to place", 65, not_going_to_place},
      {"is going to place", 75, is_going_to_place},
      {"where going", 75, where_going},
      {"moving", 95, moving},
      {"coming with", 75, coming_with},
      {"staying", 75, staying},
      {"went", 125, went},
      {"did not go", 75, did_not_go},
      {"did go", 65, did_go},
      {"moved", 160, moved},
      {"lives", 135, lives},
      {"used to live", 50, used_to_live},
  };
  return all;
}

}  // namespace weft::nmt::sentences
