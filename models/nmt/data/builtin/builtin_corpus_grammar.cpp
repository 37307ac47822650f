#include "models/nmt/data/builtin/builtin_corpus_grammar.h"

#include <algorithm>
#include <cstddef>

#include "graph/base/error.h"

namespace weft::nmt::grammar {
namespace {

std::vector<std::string> split(std::string_view words) {
  std::vector<std::string> tokens;
  std::size_t begin = 0;
  while (begin < words.size()) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    if (end > begin) tokens.emplace_back(words.substr(begin, end - begin));
    begin = end + 1;
  }
  return tokens;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  for (const std::string_view candidate : words)
    if (word == candidate) return true;
  return false;
}

// "à le" -> "au", "de les" -> "des"; empty where the two words stay apart. Before a vowel "le" elides instead.
std::string_view contraction(std::string_view first, std::string_view second, std::string_view third) {
  if (second == "les") return first == "à" ? "aux" : first == "de" ? "des" : "";
  if (second != "le" || begins_with_vowel(third)) return "";
  return first == "à" ? "au" : first == "de" ? "du" : "";
}

bool elides(std::string_view word, std::string_view next) {
  static constexpr std::array<std::string_view, 9> eliding{"je", "le", "la", "ne", "de", "que", "me", "te", "ce"};
  if (word == "si") return next == "il" || next == "ils";
  return (is_one_of(word, eliding) || word == "se") && begins_with_vowel(next);
}

// Puts the first letter in upper case, accents included: in UTF-8 the capital of 0xC3 0xA0..0xBE is 0x20 below.
void capitalise(std::string& sentence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sentence[i]); };
  if (byte(0) >= 'a' && byte(0) <= 'z') {
    sentence[0] = static_cast<char>(byte(0) - 0x20);
  } else if (sentence.size() > 1 && byte(0) == 0xC3 && byte(1) >= 0xA0) {
    sentence[1] = static_cast<char>(byte(1) - 0x20);
  }
}

std::size_t index(Person person) { return static_cast<std::size_t>(person); }

// "mon", "ma", "mes" by owner and by the word that follows: "mon amie", for the sake of the vowel.
std::string_view french_possessive(Person owner, Gender gender, bool plural, std::string_view next) {
  static constexpr std::array<std::array<std::string_view, 3>, 6> possessives{{{"mon", "ma", "mes"},
                                                                               {"ton", "ta", "tes"},
                                                                               {"son", "sa", "ses"},
                                                                               {"notre", "notre", "nos"},
                                                                               {"votre", "votre", "vos"},
                                                                               {"leur", "leur", "leurs"}}};
  const auto& forms = possessives[index(owner)];
  if (plural) return forms[2];
  return gender == Gender::masculine || begins_with_vowel(next) ? forms[0] : forms[1];
}

std::string_view english_possessive(const Subject& owner) {
  static constexpr std::array<std::string_view, 6> possessives{"my", "your", "his", "our", "your", "their"};
  return owner.person == Person::il && owner.gender == Gender::feminine ? "her" : possessives[index(owner.person)];
}

std::string_view agreeing(const Adjective& adjective, Gender gender, bool plural) {
  if (gender == Gender::masculine) return plural ? adjective.masculine_plural : adjective.masculine;
  return plural ? adjective.feminine_plural : adjective.feminine;
}

// "un beau chat" but "un bel oiseau".
std::string_view before_vowel(std::string_view adjective) {
  return adjective == "beau" ? "bel" : adjective == "nouveau" ? "nouvel" : adjective == "vieux" ? "vieil" : adjective;
}

// The noun with its adjective, in French order.
std::string french_nominal(const Noun& noun, bool plural, const Adjective* adjective) {
  const std::string_view bare = plural ? noun.french_plural : noun.french;
  check_invariant(!bare.empty(), "the built-in corpus has no plural of '{}'", noun.french);
  if (!adjective) return std::string(bare);
  const std::string_view form = agreeing(*adjective, noun.gender, plural);
  if (adjective->position == Position::after) return phrase({bare, form});
  return phrase({begins_with_vowel(bare) ? before_vowel(form) : form, bare});
}

std::string french_determiner(Determiner determiner, Gender gender, const Subject& owner, ObjectStyle style,
                              std::string_view next) {
  const bool masculine = gender == Gender::masculine;
  const bool negated = style == ObjectStyle::negated || style == ObjectStyle::negated_bare;
  switch (determiner) {
    case Determiner::indefinite:
      return negated ? "de" : masculine ? "un" : "une";
    case Determiner::indefinite_plural:
      return negated ? "de" : "des";
    case Determiner::partitive:
      return negated ? "de" : masculine ? "de le" : "de la";
    case Determiner::definite:
      return masculine ? "le" : "la";
    case Determiner::definite_plural:
      return "les";
    case Determiner::demonstrative:
      return !masculine ? "cette" : begins_with_vowel(next) ? "cet" : "ce";
    case Determiner::demonstrative_plural:
      return "ces";
    case Determiner::owned:
    case Determiner::own_plural:
      return std::string(french_possessive(owner.person, gender, is_plural(determiner), next));
  }
  return "";
}

std::string english_noun_phrase(Determiner determiner, const std::string& nominal, const Subject& owner,
                                ObjectStyle style) {
  switch (determiner) {
    case Determiner::indefinite:
      return with_article(nominal);
    case Determiner::indefinite_plural:
    case Determiner::partitive:
      return phrase({style == ObjectStyle::with_some ? "some" : style == ObjectStyle::negated ? "any" : "", nominal});
    case Determiner::definite:
    case Determiner::definite_plural:
      return phrase({"the", nominal});
    case Determiner::demonstrative:
      return phrase({"this", nominal});
    case Determiner::demonstrative_plural:
      return phrase({"these", nominal});
    case Determiner::owned:
    case Determiner::own_plural:
      return phrase({english_possessive(owner), nominal});
  }
  return "";
}

}  // namespace

std::string phrase(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!joined.empty()) joined += ' ';
    joined += part;
  }
  return joined;
}

bool begins_with_vowel(std::string_view word) {
  static constexpr std::array<std::string_view, 10> accented{"é", "è", "ê", "à", "â", "î", "ô", "œ", "É", "û"};
  if (word.empty() || word.starts_with("huit") || word.starts_with("onze")) return false;
  if (std::string_view("aeiouyhAEIOUH").find(word[0]) != std::string_view::npos) return true;
  return word.size() > 1 && is_one_of(word.substr(0, 2), accented);
}

std::string spell_french(std::string_view words, char punctuation) {
  std::vector<std::string> tokens = split(words);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string_view third = i + 2 < tokens.size() ? std::string_view(tokens[i + 2]) : "";
    const std::string_view contracted = contraction(tokens[i], tokens[i + 1], third);
    if (contracted.empty()) continue;
    tokens[i] = contracted;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  }
  std::string sentence;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool last = i + 1 == tokens.size();
    if (!last && elides(tokens[i], tokens[i + 1])) {
      tokens[i].back() = '\'';  // every eliding word ends in a one-byte vowel
      sentence += tokens[i];
    } else {
      sentence += tokens[i];
      if (!last && tokens[i + 1] != ",") sentence += ' ';
    }
  }
  capitalise(sentence);
  if (punctuation != '.') sentence += ' ';
  return sentence + punctuation;
}

std::string spell_english(std::string_view words, char punctuation) {
  std::string sentence;
  for (const std::string& token : split(words)) {
    if (!sentence.empty() && token != ",") sentence += ' ';
    sentence += token;
  }
  capitalise(sentence);
  return sentence + punctuation;
}

bool is_plural(Determiner determiner) {
  return determiner == Determiner::indefinite_plural || determiner == Determiner::definite_plural ||
         determiner == Determiner::demonstrative_plural || determiner == Determiner::own_plural;
}

Words noun_phrase(Determiner determiner, const Noun& noun, const Subject& owner, ObjectStyle style,
                  const Adjective* adjective) {
  const bool plural = is_plural(determiner);
  const std::string french = french_nominal(noun, plural, adjective);
  const std::string english =
      phrase({adjective ? adjective->english : "", plural ? noun.english_plural : noun.english});
  return {phrase({french_determiner(determiner, noun.gender, owner, style, french), french}),
          english_noun_phrase(determiner, english, owner, style)};
}

Words noun_phrase(Determiner determiner, const Noun& noun, ObjectStyle style, const Adjective* adjective) {
  check_invariant(determiner != Determiner::owned && determiner != Determiner::own_plural,
                  "'{}' of the built-in corpus needs an owner", noun.french);
  return noun_phrase(determiner, noun, Subject{}, style, adjective);
}

std::string with_article(std::string_view english) {
  const bool vowel = std::string_view("aeiou").find(english.front()) != std::string_view::npos;
  return phrase({vowel && !english.starts_with("uni") ? "an" : "a", english});
}

std::string english_genitive(std::string_view owner) {
  return std::string(owner) + (owner.ends_with("parents") || owner.ends_with("friends") ? "'" : "'s");
}

Subject thing(Determiner determiner, const Noun& noun, const Subject& owner) {
  const Words words = noun_phrase(determiner, noun, owner);
  const bool plural = is_plural(determiner);
  return {words.french, words.english, plural ? Person::ils : Person::il, noun.gender, plural, false, false};
}

Subject thing(Determiner determiner, const Noun& noun) { return thing(determiner, noun, Subject{}); }

std::string_view agreeing(const Adjective& adjective, const Subject& subject) {
  return agreeing(adjective, subject.gender, subject.plural);
}

Subject pronoun_for(const Subject& subject) {
  if (subject.pronoun) return subject;
  const bool masculine = subject.gender == Gender::masculine;
  if (subject.plural) return {masculine ? "ils" : "elles", "they", Person::ils, subject.gender, true, true, false};
  return {masculine ? "il" : "elle", masculine ? "he" : "she", Person::il, subject.gender, false, true, false};
}

Words stressed(const Subject& subject) {
  if (!subject.pronoun) return {subject.french, subject.english};
  const bool masculine = subject.gender == Gender::masculine;
  switch (subject.person) {
    case Person::je:
      return {"moi", "me"};
    case Person::tu:
      return {"toi", "you"};
    case Person::il:
      return masculine ? Words{"lui", "him"} : Words{"elle", "her"};
    case Person::nous:
      return {"nous", "us"};
    case Person::vous:
      return {"vous", "you"};
    case Person::ils:
      return {masculine ? "eux" : "elles", "them"};
  }
  return {};
}

Words negation_words(Negation negation) {
  return negation == Negation::pas    ? Words{"pas", "not"}
         : negation == Negation::plus ? Words{"plus", "no longer"}
                                      : Words{"jamais", "never"};
}

std::string_view present(const Verb& verb, const Subject& subject) {
  const std::string_view form = verb.present[index(subject.person)];
  check_invariant(!form.empty(), "the built-in corpus has no present of '{}'", verb.infinitive);
  return form;
}

std::string negated(std::string_view finite, Negation negation) {
  return phrase({"ne", finite, negation_words(negation).french});
}

std::string_view auxiliary(const Verb& verb, const Subject& subject) {
  static constexpr std::array<std::string_view, 6> avoir{"ai", "as", "a", "avons", "avez", "ont"};
  static constexpr std::array<std::string_view, 6> etre{"suis", "es", "est", "sommes", "êtes", "sont"};
  return verb.takes_etre ? etre[index(subject.person)] : avoir[index(subject.person)];
}

std::string participle(const Verb& verb, const Subject& subject) {
  std::string form(verb.participle);
  if (!verb.takes_etre) return form;
  if (subject.gender == Gender::feminine) form += 'e';
  if (subject.plural) form += 's';
  return form;
}

std::string imperative(const Verb& verb, Person person) {
  std::string form(verb.present[index(person)]);
  // Verbs conjugated like "manger" drop the -s of the second person singular.
  const bool drops_s = verb.infinitive.ends_with("er") || verb.infinitive.ends_with("vrir");
  if (person == Person::tu && drops_s) form.pop_back();
  return form;
}

std::string_view am(const Subject& subject) {
  return subject.person == Person::je ? "am" : subject.person == Person::il ? "is" : "are";
}

std::string_view was(const Subject& subject) {
  return subject.person == Person::je || subject.person == Person::il ? "was" : "were";
}

std::string_view have(const Subject& subject) { return subject.person == Person::il ? "has" : "have"; }

std::string_view does(const Subject& subject) { return subject.person == Person::il ? "does" : "do"; }

std::string_view simple(const Verb& verb, const Subject& subject) {
  return subject.person == Person::il ? verb.third : verb.english;
}

std::string simple_negated(const Verb& verb, const Subject& subject, Negation negation) {
  if (negation == Negation::pas) return phrase({does(subject), "not", verb.english});
  return phrase({negation_words(negation).english, simple(verb, subject)});
}

std::vector<Question> questions(const Subject& subject) {
  if (subject.person == Person::je) return {Question::est_ce_que, Question::intonation};
  return {Question::est_ce_que, Question::inversion, Question::intonation};
}

std::vector<Question> open_questions(const Subject& subject) {
  if (subject.person == Person::je) return {Question::est_ce_que};
  return {Question::est_ce_que, Question::inversion};
}

std::string ask(Question question, std::string_view question_word, const Subject& subject, std::string_view finite,
                std::string_view rest) {
  if (question == Question::est_ce_que) return phrase({question_word, "est-ce que", subject.french, finite, rest});
  if (question == Question::intonation) return phrase({question_word, subject.french, finite, rest});
  const std::string pronoun = pronoun_for(subject).french;
  // "parle-t-il": a t between two vowels; verbs that end in a vowel end in e or a.
  const bool needs_t = (finite.ends_with('e') || finite.ends_with('a')) && begins_with_vowel(pronoun);
  const std::string verb = std::string(finite) + (needs_t ? "-t-" : "-") + pronoun;
  return phrase({question_word, subject.pronoun ? "" : subject.french, verb, rest});
}

}  // namespace weft::nmt::grammar
