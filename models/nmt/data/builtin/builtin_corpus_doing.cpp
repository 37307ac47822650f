#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// Activities in the present: what people are doing, what they do often or never, and what they are told to do.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;
using enum Determiner;

std::string doing(const VerbPhrase& what, const Subject& subject) { return phrase({am(subject), what.verb->ing}); }

std::string_view does(const VerbPhrase& what, const Subject& subject) { return present(*what.verb, subject); }

// A partitive in a question without an adverb leaves open whether it asks for now or in general.
bool is_generic(const VerbPhrase& what) {
  return what.noun && (what.determiner == partitive || what.determiner == indefinite_plural);
}

// "Il mange une pomme." He is eating an apple.
void is_doing(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), 10))
      if (suits(what, s, now)) out.add(clause(s, does(what, s), doing(what, s), object(what, s)));
}

// "Marie travaille aujourd'hui." "Elle ne chante pas ce soir." Marie is working today. She is not singing tonight.
void is_doing_today(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    if (what.noun || !what.french.empty()) continue;
    for (const Subject& s : cast(what.verb->english, 14)) {
      if (!suits(what, s, now)) continue;
      for (const Words& time : {Words{"aujourd'hui", "today"}, Words{"ce soir", "tonight"}, Words{"maintenant", "now"},
                                Words{"dans le jardin", "in the garden"}, Words{"à la maison", "at home"}}) {
        const bool indoors = what.verb == &nager && (time.english == "at home" || time.english == "in the garden");
        const bool asleep = what.verb == &dormir && (time.english == "today" || time.english == "tonight");
        if (indoors || asleep) continue;
        out.add(clause(s, does(what, s), doing(what, s), time));
        out.add(clause(s, negated(does(what, s)), phrase({am(s), "not", what.verb->ing}), time));
      }
    }
  }
}

// "Je suis en train d'écrire une lettre." I am writing a letter.
void in_the_middle_of(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), 4))
      if (suits(what, s, now) && what.verb != &apprendre)
        out.add(clause(s, phrase({present(etre, s), "en train de", what.verb->infinitive}), doing(what, s),
                       object(what, s)));
}

// "Elle boit souvent du thé." She often drinks tea.
void often_does(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const Subject& s : cast(key(what), 8)) {
      if (!suits(what, s, habit)) continue;
      if (what.verb == &dormir) continue;  // everybody sleeps
      const Words object_words = object(what, s);
      for (const Words& adverb : habitual_adverbs())
        out.add({phrase({s.french, does(what, s), adverb.french, object_words.french}),
                 phrase({s.english, adverb.english, simple(*what.verb, s), object_words.english})});
    }
  }
}

// "Nous lisons le journal tous les jours." We read the newspaper every day.
void does_every_day(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), 8))
      if (suits(what, s, habit) && what.verb != &dormir)
        for (const Words& time : habitual_times())
          out.add(clause(s, does(what, s), simple(*what.verb, s), together({object(what, s), time})));
}

// "Mon père travaille le lundi." "Je ne travaille pas le dimanche." My father works on Mondays. ...
void does_on_mondays(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    if (is_generic(what) || what.verb == &dormir) continue;
    for (const Subject& s : cast(key(what), 6)) {
      if (!suits(what, s, habit)) continue;
      for (const Words& day : weekdays()) {
        const Words on{"le " + day.french, "on " + day.english + "s"};
        out.add(clause(s, does(what, s), simple(*what.verb, s), together({object(what, s), on})));
        out.add(clause(s, negated(does(what, s)), simple_negated(*what.verb, s, Negation::pas),
                       together({object(what, s, ObjectStyle::negated_bare), on})));
      }
    }
  }
}

// "Il ne mange jamais de viande." "Elle ne boit plus de café." He never eats meat. She no longer drinks coffee.
void never_does(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), 8))
      if (suits(what, s, habit))
        for (const Negation negation : {Negation::jamais, Negation::plus})
          out.add(clause(s, negated(does(what, s), negation), simple_negated(*what.verb, s, negation),
                         object(what, s, ObjectStyle::negated_bare)));
}

// "Je ne mange pas de viande." I do not eat meat.
void does_not(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), 8))
      if (suits(what, s, habit) && is_generic(what))
        out.add(clause(s, negated(does(what, s)), simple_negated(*what.verb, s, Negation::pas),
                       object(what, s, ObjectStyle::negated_bare)));
}

// "Est-ce que tu cherches tes clés ?" Are you looking for your keys?
void is_person_doing(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), 5))
      if (suits(what, s, now) && !is_generic(what))
        add_questions(out, s, does(what, s), am(s), together({{"", std::string(what.verb->ing)}, object(what, s)}));
}

// "Manges-tu souvent du poisson ?" Do you often eat fish?
void does_person_often(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const Subject& s : cast(key(what), 5)) {
      if (!suits(what, s, habit) || what.verb == &dormir) continue;
      const Words object_words = object(what, s);
      add_questions(
          out, s, does(what, s), does(s),
          {phrase({"souvent", object_words.french}), phrase({"often", what.verb->english, object_words.english})});
    }
  }
}

// "Que lis-tu ?" "Qu'est-ce que Marie mange ?" "Qui attendez-vous ?" What are you reading? ...
void what_is_person_doing(Sentences& out) {
  for (const Verb* verb :
       {&manger, &boire, &lire, &ecrire, &regarder, &ecouter, &chercher, &acheter, &faire, &apprendre}) {
    for (const Subject& s : cast(verb->infinitive, 8)) {
      if (s.person == Person::je || s.person == Person::nous) continue;
      const Words rest{"", phrase({verb->ing, verb->english_preposition})};
      out.add(ask(Question::est_ce_que, "que", s, present(*verb, s), ""),
              phrase({"what", am(s), s.english, rest.english}), '?');
      if (s.pronoun)
        out.add(ask(Question::inversion, "que", s, present(*verb, s), ""),
                phrase({"what", am(s), s.english, rest.english}), '?');
    }
  }
  for (const Verb* verb : {&attendre, &chercher, &aider, &ecouter})
    for (const Subject& s : cast(verb->infinitive, 6))
      add_open_questions(out, {"qui", "who"}, s, present(*verb, s), am(s),
                         {"", phrase({verb->ing, verb->english_preposition})});
}

// One who is spoken to, and how one asks politely.
struct Addressee {
  Subject subject;
  std::string_view please;
};

std::vector<Addressee> addressees() {
  std::vector<Addressee> list;
  for (const Subject& s : owners()) {
    if (s.person == Person::tu) list.push_back({s, "s'il te plaît"});
    if (s.person == Person::vous) list.push_back({s, "s'il vous plaît"});
  }
  return list;
}

// "Ferme la porte !" "Lavez votre chemise, s'il vous plaît." Close the door! Wash your shirt, please.
void order(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const auto& [s, please] : addressees()) {
      if (!suits(what, s, orderable) || what.verb == &oublier) continue;
      const Words object_words = object(what, s, ObjectStyle::with_some);
      const Words command{phrase({imperative(*what.verb, s.person), object_words.french}),
                          phrase({what.verb->english, object_words.english})};
      out.add(command, '!');
      out.add(phrase({command.french, ",", please}), phrase({command.english, ", please"}));
      out.add(together({command, {"maintenant", "now"}}), '!');
    }
  }
}

// "N'ouvrez pas la fenêtre !" "N'oublie pas ton parapluie !" Do not open the window! ...
void order_not_to(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const auto& [s, please] : addressees()) {
      if (!suits(what, s, orderable) || what.verb == &faire) continue;
      const Words object_words = object(what, s, ObjectStyle::negated);
      const Words command{phrase({negated(imperative(*what.verb, s.person)), object_words.french}),
                          phrase({"do not", what.verb->english, object_words.english})};
      out.add(command, '!');
      out.add(phrase({command.french, ",", please}), phrase({command.english, ", please"}));
    }
  }
}

// "Allons à la plage !" "Prenons le bus !" Let's go to the beach! Let's take the bus!
void let_us(Sentences& out) {
  Subject we;
  for (const Subject& s : owners())
    if (s.person == Person::nous) we = s;
  for (const VerbPhrase& what : verb_phrases()) {
    if (!suits(what, we, orderable) || !suits(what, we, now)) continue;
    const Words object_words = object(what, we, ObjectStyle::with_some);
    out.add(phrase({imperative(*what.verb, Person::nous), object_words.french}),
            phrase({"let's", what.verb->english, object_words.english}), '!');
  }
  for (const Place& place : places()) out.add(phrase({"allons", place.french}), phrase({"let's go", place.to}), '!');
}

// "Il a donné une pomme à Marie." He gave an apple to Marie.
void gave(Sentences& out) {
  for (const Noun* noun : {&pomme, &orange, &livre, &lettre, &robe, &velo, &stylo, &chat}) {
    for (const Subject& s : cast(noun->english, 6)) {
      for (const Subject& other : people()) {
        if (other.french == s.french || other.english == s.english) continue;
        const Words what = together({noun_phrase(indefinite, *noun), {"à " + other.french, "to " + other.english}});
        out.add(clause(s, phrase({auxiliary(donner, s), donner.participle}), "gave", what));
      }
    }
  }
}

// "Donne-moi ce livre, s'il te plaît." Give me this book, please.
void give_me(Sentences& out) {
  for (const Noun* noun : {&pomme, &orange, &livre, &journal, &lettre, &sac, &stylo, &photo, &parapluie, &chapeau}) {
    for (const Determiner determiner : {definite, demonstrative}) {
      const Words what = noun_phrase(determiner, *noun);
      for (const Words& whom : {Words{"moi", "me"}, Words{"nous", "us"}}) {
        for (const auto& [s, please] : addressees()) {
          const Words command{imperative(donner, s.person) + "-" + whom.french + " " + what.french,
                              phrase({"give", whom.english, what.english})};
          out.add(command, '!');
          out.add(phrase({command.french, ",", please}), phrase({command.english, ", please"}));
        }
      }
    }
  }
}

}  // namespace

const std::vector<Construct>& doing_constructs() {
  static const std::vector<Construct> all{
      {"is doing", 240, is_doing},
      {"is doing today", 95, is_doing_today},
      {"in the middle of", 75, in_the_middle_of},
      {"often does", 150, often_does},
      {"does every day", 125, does_every_day},
      {"does on Mondays", 115, does_on_mondays},
      {"never does", 150, never_does},
      {"does not", 65, does_not},
      {"is person doing", 125, is_person_doing},
      {"does person often", 75, does_person_often},
      {"what is person doing", 95, what_is_person_doing},
      {"order", 125, order},
      {"order not to", 95, order_not_to},
      {"let us", 40, let_us},
      {"gave", 105, gave},
      {"give me", 55, give_me},
  };
  return all;
}

}  // namespace weft::nmt::sentences
