#include "models/nmt/data/builtin/builtin_corpus_sentences.h"

/// Everyday talk: weather, clock, calendar, prices, greetings and thanks.
namespace weft::nmt::sentences {
namespace {

using namespace grammar;
using namespace lexicon;
using enum Determiner;

std::vector<Words> far_places() {
  std::vector<Words> list;
  for (const Place& place : places())
    if (place.far) list.push_back({std::string(place.french), std::string(place.at)});
  return list;
}

const std::vector<Words>& present_times() {
  static const std::vector<Words> all{
      {}, {"aujourd'hui", "today"}, {"ce matin", "this morning"}, {"ce soir", "tonight"}, {"maintenant", "now"}};
  return all;
}

// What the weather is: "Il fait froid." is "It is cold.", but "Il fait beau." is "The weather is nice."
struct Weather {
  Words words;
  std::string_view it;  // the English subject
};

const std::vector<Weather>& weathers() {
  static const std::vector<Weather> all{
      {{"froid", "cold"}, "it"}, {{"chaud", "hot"}, "it"}, {{"beau", "nice"}, "the weather"}};
  return all;
}

// "Il fait froid aujourd'hui." "Est-ce qu'il fait chaud en Italie ?" It is cold today. Is it hot in Italy?
void weather(Sentences& out) {
  const std::vector<Words> where = far_places();
  for (const auto& [words, it] : weathers()) {
    const auto add = [&, it = it](const Words& rest) {
      out.add("il fait " + rest.french, phrase({it, "is", rest.english}));
      out.add("il ne fait pas " + rest.french, phrase({it, "is not", rest.english}));
      out.add("est-ce que il fait " + rest.french, phrase({"is", it, rest.english}), '?');
      out.add("fait-il " + rest.french, phrase({"is", it, rest.english}), '?');
    };
    for (const Words& time : present_times()) {
      add(together({words, time}));
      for (const Words& degree : {Words{"très", "very"}, Words{"trop", "too"}}) {
        if (it != "it" && degree.french == "trop") continue;
        const Words rest = together({degree, words, time});
        out.add("il fait " + rest.french, phrase({it, "is", rest.english}));
      }
    }
    for (const Words& place : where) {
      add(together({words, place}));
      out.add("il fait souvent " + words.french + " " + place.french,
              phrase({it, "is often", words.english, place.english}));
    }
    for (const Words& time : past_times()) {
      const Words rest = together({words, time});
      out.add("il faisait " + rest.french, phrase({it, "was", rest.english}));
      out.add("il faisait très " + rest.french, phrase({it, "was very", rest.english}));
      out.add("il ne faisait pas " + rest.french, phrase({it, "was not", rest.english}));
    }
    for (const Words& time : future_times()) {
      const Words rest = together({words, time});
      out.add("il va faire " + rest.french, phrase({it, "is going to be", rest.english}));
      out.add("il ne va pas faire " + rest.french, phrase({it, "is not going to be", rest.english}));
    }
  }
  for (const Words& place : where)
    out.add("quel temps fait-il " + place.french, "what is the weather like " + place.english, '?');
  for (const Words& time : present_times())
    out.add("quel temps fait-il " + time.french, "what is the weather like " + time.english, '?');
}

// "Il pleut à Londres." "Il va neiger demain." "Il n'a pas plu hier." It is raining in London. ...
void rain(Sentences& out) {
  const std::vector<Words> where = far_places();
  for (const bool snow : {false, true}) {
    const std::string finite = snow ? "neige" : "pleut", infinitive = snow ? "neiger" : "pleuvoir";
    const std::string participle = snow ? "neigé" : "plu", verb = snow ? "snow" : "rain";
    std::vector<Words> rests = present_times();
    rests.insert(rests.end(), where.begin(), where.end());
    for (const Words& rest : rests) {
      out.add(phrase({"il", finite, rest.french}), phrase({"it is", verb + "ing", rest.english}));
      out.add(phrase({"il ne", finite, "pas", rest.french}), phrase({"it is not", verb + "ing", rest.english}));
      out.add(phrase({"il ne", finite, "plus", rest.french}), phrase({"it is no longer", verb + "ing", rest.english}));
      out.add(phrase({"est-ce que il", finite, rest.french}), phrase({"is it", verb + "ing", rest.english}), '?');
    }
    for (const Words& rest : where) {
      if (snow) break;
      for (const Words& adverb : habitual_adverbs())
        out.add(phrase({"il", finite, adverb.french, rest.french}),
                phrase({"it", adverb.english, verb + "s", rest.english}));
      out.add(phrase({"il ne", finite, "jamais", rest.french}), phrase({"it never", verb + "s", rest.english}));
    }
    for (const Words& time : future_times()) {
      out.add(phrase({"il va", infinitive, time.french}), phrase({"it is going to", verb, time.english}));
      out.add(phrase({"il ne va pas", infinitive, time.french}), phrase({"it is not going to", verb, time.english}));
      out.add(phrase({"est-ce que il va", infinitive, time.french}), phrase({"is it going to", verb, time.english}),
              '?');
    }
    for (const Words& time : past_times()) {
      if (snow) break;
      out.add(phrase({"il a", participle, time.french}), phrase({"it", verb + "ed", time.english}));
      out.add(phrase({"il ne a pas", participle, time.french}), phrase({"it did not", verb, time.english}));
      out.add(phrase({"est-ce que il a", participle, time.french}), phrase({"did it", verb, time.english}), '?');
      for (const Words& place : where)
        out.add(phrase({"il a", participle, place.french, time.french}),
                phrase({"it", verb + "ed", place.english, time.english}));
    }
  }
}

// "à trois heures" without the "à": "trois heures", "three o'clock".
const std::vector<Words>& full_hours() {
  static const std::vector<Words> all = [] {
    std::vector<Words> list{{"une heure", "one o'clock"}};
    for (const Words& number : small_numbers())
      list.push_back({number.french + " heures", number.english + " o'clock"});
    return list;
  }();
  return all;
}

// The times of the clock: full, half and quarter hours, noon and midnight.
const std::vector<Words>& clock_times() {
  static const std::vector<Words> all = [] {
    std::vector<Words> list{{"midi", "noon"}, {"minuit", "midnight"}};
    for (const Words& hour : full_hours()) {
      list.push_back(hour);
      const std::string bare = hour.english.substr(0, hour.english.find(' '));
      list.push_back({hour.french + " et demie", "half past " + bare});
      list.push_back({hour.french + " et quart", "a quarter past " + bare});
      list.push_back({hour.french + " moins le quart", "a quarter to " + bare});
    }
    return list;
  }();
  return all;
}

// "Il est trois heures et demie." "Quelle heure est-il à Paris ?" It is half past three. What time is it in Paris?
void clock(Sentences& out) {
  for (const Words& time : clock_times()) {
    out.add("il est " + time.french, "it is " + time.english);
    out.add("il est déjà " + time.french, "it is already " + time.english);
    out.add("il ne est pas encore " + time.french, "it is not " + time.english + " yet");
  }
  for (const Words& time : full_hours()) {
    out.add(phrase({"il est", time.french, "de le matin"}), phrase({"it is", time.english, "in the morning"}));
  }
  for (const Words& place : far_places()) {
    out.add("quelle heure est-il " + place.french, "what time is it " + place.english, '?');
    for (const Words& time : full_hours())
      if (stable_hash(time.french + place.french) % 4 == 0)
        out.add(phrase({"il est", time.french, place.french}), phrase({"it is", time.english, place.english}));
  }
  out.add("quelle heure est-il", "what time is it", '?');
  out.add("quelle heure est-il maintenant", "what time is it now", '?');
}

// "Le train pour Paris part à huit heures." "À quelle heure arrive le bus ?" The train to Paris leaves at ...
void timetable(Sentences& out) {
  for (const Words& what :
       {Words{"le train", "the train"}, Words{"le bus", "the bus"}, Words{"le train pour Paris", "the train to Paris"},
        Words{"le train pour Londres", "the train to London"}, Words{"le bus pour Paris", "the bus to Paris"}}) {
    for (const auto& [french, english] : {Words{"part", "leave"}, Words{"arrive", "arrive"}}) {
      for (const Words& time : clock_times())
        out.add(phrase({what.french, french, "à", time.french}),
                phrase({what.english, english + "s", "at", time.english}));
      out.add(phrase({"à quelle heure", french, what.french}), phrase({"what time does", what.english, english}), '?');
      out.add(phrase({"quand", french, what.french}), phrase({"when does", what.english, english}), '?');
    }
  }
  for (const Noun* noun : {&banque, &musee, &magasin, &restaurant, &bibliotheque, &ecole}) {
    const Words what = noun_phrase(definite, *noun);
    for (const auto& [french, english] : {Words{"ouvre", "open"}, Words{"ferme", "close"}}) {
      for (const Words& time : clock_times())
        out.add(phrase({what.french, french, "à", time.french}),
                phrase({what.english, english + "s", "at", time.english}));
      out.add(phrase({"à quelle heure", french, what.french}), phrase({"what time does", what.english, english}), '?');
    }
  }
}

// "Je pars à huit heures." "À quelle heure arrives-tu ?" I am leaving at eight o'clock. What time are you arriving?
void appointment(Sentences& out) {
  for (const Verb* verb : {&partir, &arriver, &venir}) {
    for (const Words& time : clock_times()) {
      for (const Subject& s : cast(time.french + std::string(verb->english), 4))
        out.add(clause(s, present(*verb, s), phrase({am(s), verb->ing, "at"}), {"à " + time.french, time.english}));
    }
    for (const Subject& s : cast(verb->infinitive, 10))
      if (s.person != Person::je)
        add_open_questions(out, {"à quelle heure", "what time"}, s, present(*verb, s), am(s),
                           {"", std::string(verb->ing)});
  }
}

// "Aujourd'hui, c'est lundi." "Est-ce que c'est samedi ?" Today is Monday. Is it Saturday?
void weekday(Sentences& out) {
  for (const auto& [french, english] : weekdays()) {
    out.add("aujourd'hui , ce est " + french, "today is " + english);
    out.add("demain , ce est " + french, "tomorrow is " + english);
    out.add("hier , ce était " + french, "yesterday was " + english);
    out.add("ce est " + french, "it is " + english);
    out.add("ce ne est pas " + french, "it is not " + english);
    out.add("nous sommes " + french, "it is " + english);
    out.add("est-ce que ce est " + french, "is it " + english, '?');
    out.add(phrase({"est-ce que ce est", french, "aujourd'hui"}), phrase({"is it", english, "today"}), '?');
    out.add("sommes-nous " + french, "is it " + english, '?');
    out.add("à " + french, "see you on " + english, '!');
  }
}

// "Cette robe coûte vingt euros." "Combien coûtent ces chaussures ?" This dress costs twenty euros. ...
void price(Sentences& out) {
  const auto add = [&](const Words& what, bool plural) {
    const std::string verb = plural ? "coûtent" : "coûte";
    out.add(phrase({"combien", verb, what.french}), phrase({"how much", plural ? "do" : "does", what.english, "cost"}),
            '?');
    std::vector<Words> prices = small_numbers();
    prices.insert(prices.end(), large_numbers().begin(), large_numbers().end());
    for (const Words& number : prices)
      out.add(phrase({what.french, verb, number.french, "euros"}),
              phrase({what.english, plural ? "cost" : "costs", number.english, "euros"}));
  };
  for (const Noun* noun : {&robe, &chapeau, &livre, &sac, &parapluie, &stylo, &gateau}) {
    add(noun_phrase(demonstrative, *noun), false);
    for (const Adjective* adjective : {&rouge, &bleu, &noir})
      if (noun != &gateau) add(noun_phrase(demonstrative, *noun, ObjectStyle::bare, adjective), false);
  }
  for (const Noun* noun : {&chaussure, &pomme, &orange, &oeuf, &livre})
    add(noun_phrase(demonstrative_plural, *noun), true);
}

// "Bonjour, Marie !" "À demain, Paul !" Hello, Marie! See you tomorrow, Paul!
void greeting(Sentences& out) {
  std::vector<Words> addressed{
      {}, {", mon ami", ", my friend"}, {", mes amis", ", my friends"}, {", les enfants", ", children"}};
  for (const Subject& name : names()) addressed.push_back({", " + name.french, ", " + name.english});
  for (const Words& hail :
       {Words{"bonjour", "hello"}, Words{"bonne nuit", "good night"}, Words{"à le revoir", "goodbye"},
        Words{"à demain", "see you tomorrow"}, Words{"à ce soir", "see you tonight"}, Words{"merci", "thank you"},
        Words{"merci beaucoup", "thank you very much"}})
    for (const Words& whom : addressed) out.add(together({hail, whom}), '!');
  for (const Words& day : weekdays())
    for (const Words& whom : addressed)
      if (!whom.french.empty()) out.add(together({{"à " + day.french, "see you on " + day.english}, whom}), '!');
}

// "Merci beaucoup pour le café." Thank you very much for the coffee.
void thanks(Sentences& out) {
  const auto add = [&](const Words& what) {
    out.add("merci pour " + what.french, "thank you for " + what.english, '!');
    out.add("merci beaucoup pour " + what.french, "thank you very much for " + what.english, '!');
  };
  for (const Noun* noun : {&the, &cafe, &gateau, &soupe, &vin, &chocolat, &livre, &photo, &chapeau, &lettre}) {
    add(noun_phrase(definite, *noun));
    if (noun == &vin || noun == &chocolat || noun == &montre || noun == &chapeau) continue;
    for (const Subject& owner : owners())
      if (owner.person == Person::tu || owner.person == Person::vous) add(noun_phrase(owned, *noun, owner));
  }
}

// "Comment vas-tu ?" "Mes parents vont très bien." How are you? My parents are very well.
void how_are_you(Sentences& out) {
  for (const Subject& s : cast("comment", people().size())) {
    const std::string_view va = present(aller, s);
    if (!s.pronoun) out.add(phrase({"comment", va, s.french}), phrase({"how", am(s), s.english}), '?');
    if (s.pronoun && s.person != Person::je)
      out.add(ask(Question::inversion, "comment", s, va, ""), phrase({"how", am(s), s.english}), '?');
    out.add(clause(s, va, am(s), {"bien", "well"}));
    out.add(clause(s, va, am(s), {"très bien", "very well"}));
    out.add(clause(s, negated(va), am(s), {"très bien", "not very well"}));
    out.add(clause(s, va, am(s), {"bien aujourd'hui", "well today"}));
    if (s.person == Person::je || s.person == Person::nous) {
      out.add(clause(s, va, am(s), {"bien , merci", "well , thank you"}));
      out.add(clause(s, va, am(s), {"très bien , merci", "very well , thank you"}));
    }
  }
  for (const Subject& owner : owners()) {
    if (owner.person != Person::tu && owner.person != Person::vous) continue;
    for (const Noun* noun : {&mere, &pere, &frere, &soeur, &ami, &amie}) {
      const Words who_is_meant = noun_phrase(owned, *noun, owner);
      out.add("comment va " + who_is_meant.french, "how is " + who_is_meant.english, '?');
    }
    for (const Noun* noun : {&parents, &enfant, &ami}) {
      const Words who_is_meant = noun_phrase(own_plural, *noun, owner);
      out.add("comment vont " + who_is_meant.french, "how are " + who_is_meant.english, '?');
    }
  }
}

}  // namespace

const std::vector<Construct>& everyday_constructs() {
  static const std::vector<Construct> all{
      {"weather", 135, weather},
      {"rain", 75, rain},
      {"clock", 75, clock},
      {"timetable", 95, timetable},
      {"appointment", 65, appointment},
      {"weekday", 50, weekday},
      {"price", 105, price},
      {"greeting", 80, greeting},
      {"thanks", 40, thanks},
      {"how are you", 65, how_are_you},
  };
  return all;
}

}  // namespace weft::nmt::sentences
