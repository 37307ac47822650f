#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// The passé composé with "avoir": what people did, did not do, and have already done.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;
using enum Determiner;

std::string has_done(const VerbPhrase& what, const Subject& subject) {
  return phrase({auxiliary(*what.verb, subject), what.verb->participle});
}

// An action one sets out to do, with an object that is known: it can be done already, or not yet.
bool is_task(const VerbPhrase& what) {
  return (what.uses & wish) && what.noun && what.determiner != partitive && what.determiner != indefinite_plural &&
         what.determiner != indefinite;
}

// "Elle a perdu ses clés hier." She lost her keys yesterday.
void did(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const Subject& s : cast(key(what), 10)) {
      if (!suits(what, s, past)) continue;
      const Words object_words = object(what, s, ObjectStyle::with_some);
      out.add(clause(s, has_done(what, s), what.verb->past, object_words));
      if (what.uses & lengthy) continue;
      for (const Words& time : past_times())
        out.add(clause(s, has_done(what, s), what.verb->past, together({object_words, time})));
    }
  }
}

// "Nous n'avons pas vu ce film." We did not see this movie.
void did_not(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases())
    for (const Subject& s : cast(key(what), 8))
      if (suits(what, s, past))
        out.add(clause(s, phrase({negated(auxiliary(*what.verb, s)), what.verb->participle}),
                       phrase({"did not", what.verb->english}), object(what, s, ObjectStyle::negated)));
}

// "As-tu lu ce livre ?" Did you read this book?
void did_person(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    for (const Subject& s : cast(key(what), 5)) {
      if (!suits(what, s, past)) continue;
      add_questions(out, s, auxiliary(*what.verb, s), "did",
                    together({{std::string(what.verb->participle), std::string(what.verb->english)},
                              object(what, s, ObjectStyle::with_some)}));
    }
  }
}

// "J'ai déjà vu ce film." "As-tu déjà fini tes devoirs ?" I have already seen this movie. ...
void has_already_done(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    if (!is_task(what)) continue;
    for (const Subject& s : cast(key(what), 6)) {
      if (!suits(what, s, past)) continue;
      const Words done =
          together({{phrase({"déjà", what.verb->participle}), phrase({"already", what.verb->past_participle})},
                    object(what, s)});
      out.add(clause(s, auxiliary(*what.verb, s), have(s), done));
      if (s.pronoun) add_questions(out, s, auxiliary(*what.verb, s), have(s), done);
    }
  }
}

// "Il n'a pas encore fini son travail." He has not finished his work yet.
void has_not_done_yet(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    if (!is_task(what)) continue;
    for (const Subject& s : cast(key(what), 6))
      if (suits(what, s, past))
        out.add(clause(s, phrase({"ne", auxiliary(*what.verb, s), "pas encore", what.verb->participle}),
                       phrase({have(s), "not", what.verb->past_participle}), together({object(what, s), {"", "yet"}})));
  }
}

// "Je n'ai jamais bu de vin." I have never drunk wine.
void has_never_done(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    const bool own = what.noun && is_task(what) && what.determiner != demonstrative;
    if (own) continue;
    for (const Subject& s : cast(key(what), 6))
      if (suits(what, s, past))
        out.add(clause(s, phrase({negated(auxiliary(*what.verb, s), Negation::jamais), what.verb->participle}),
                       phrase({have(s), "never", what.verb->past_participle}),
                       object(what, s, ObjectStyle::negated_bare)));
  }
}

// "Qui a ouvert la porte ?" Who opened the door?
void who_did(Sentences& out) {
  for (const VerbPhrase& what : verb_phrases()) {
    if (!suits(what, who(), past) || what.determiner == owned || what.determiner == own_plural) continue;
    const Words object_words = object(what, who(), ObjectStyle::with_some);
    out.add(clause(who(), has_done(what, who()), what.verb->past, object_words), '?');
    for (const Words& time : past_times())
      if (what.noun && !(what.uses & lengthy))
        out.add(clause(who(), has_done(what, who()), what.verb->past, together({object_words, time})), '?');
  }
}

// "Qu'as-tu acheté hier ?" "Qu'est-ce que Paul a mangé ?" What did you buy yesterday? What did Paul eat?
void what_did(Sentences& out) {
  for (const Verb* verb : {&manger, &boire, &lire, &ecrire, &regarder, &chercher, &acheter, &faire, &apprendre,
                           &trouver, &perdre, &voir, &oublier}) {
    for (const Subject& s : cast(verb->infinitive, 8)) {
      if (s.person == Person::je || s.person == Person::nous) continue;
      for (const Words& time : {Words{}, Words{"hier", "yesterday"}, Words{"ce matin", "this morning"}}) {
        const std::string english =
            phrase({"what did", s.english, verb->english, verb->english_preposition, time.english});
        const std::string rest = phrase({verb->participle, time.french});
        out.add(ask(Question::est_ce_que, "que", s, auxiliary(*verb, s), rest), english, '?');
        if (s.pronoun) out.add(ask(Question::inversion, "que", s, auxiliary(*verb, s), rest), english, '?');
      }
    }
  }
}

}  // namespace

const std::vector<Construct>& past_constructs() {
  static const std::vector<Construct> all{
      {"did", 295, did},
      {"did not", 150, did_not},
      {"did person", 150, did_person},
      {"has already done", 95, has_already_done},
      {"has not done yet", 65, has_not_done_yet},
      {"has never done", 75, has_never_done},
      {"who did", 65, who_did},
      {"what did", 85, what_did},
  };
  return all;
}

}  // namespace weft::nmt::sentences
