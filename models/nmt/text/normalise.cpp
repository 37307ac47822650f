#include "models/nmt/text/normalise.h"

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "models/nmt/text/reversible_normaliser.h"
#include "models/nmt/text/special_words.h"
#include "models/nmt/text/tutorial_normaliser.h"
#include "models/nmt/text/words.h"

namespace weft::nmt {
namespace {

/// One row a normaliser: the place to add another.
struct NormaliserEntry {
  Normaliser normaliser;
  std::string_view name;
  std::string (*normalise)(std::string_view sentence);
  std::string (*detokenise)(std::string_view words);
};

std::string as_it_is(std::string_view words) { return std::string(words); }

constexpr NormaliserEntry normalisers[] = {
    {Normaliser::tutorial, "tutorial", tutorial_normalise, as_it_is},
    {Normaliser::reversible, "reversible", reversible_normalise, reversible_detokenise},
};

const NormaliserEntry& entry(Normaliser normaliser) {
  for (const NormaliserEntry& candidate : normalisers) {
    if (candidate.normaliser == normaliser) return candidate;
  }
  throw InternalError("a normaliser is missing from the list of normalisers");
}

}  // namespace

std::string_view normaliser_name(Normaliser normaliser) { return entry(normaliser).name; }

std::vector<std::string_view> normaliser_names() {
  std::vector<std::string_view> names;
  for (const NormaliserEntry& candidate : normalisers) names.push_back(candidate.name);
  return names;
}

Normaliser find_normaliser(std::string_view name) {
  for (const NormaliserEntry& candidate : normalisers) {
    if (candidate.name == name) return candidate.normaliser;
  }
  fail("there is no normaliser '{}'; choose one of: {}", name, joined(normaliser_names(), ", "));
}

std::string normalise(std::string_view sentence, Normaliser normaliser) {
  return entry(normaliser).normalise(sentence);
}

std::string detokenise(std::string_view words, Normaliser normaliser) { return entry(normaliser).detokenise(words); }

std::vector<std::string> tokens(std::string_view sentence, Normaliser normaliser) {
  const std::string normalised = normalise(sentence, normaliser);
  const std::vector<std::string_view> words = split_words(normalised);
  return {words.begin(), words.end()};
}

std::string normalised_words(std::string_view sentence, Normaliser normaliser) {
  std::vector<std::string> words = tokens(sentence, normaliser);
  std::erase_if(words, [](const std::string& word) { return word == start_token || word == end_token; });
  return join_words(words);
}

}  // namespace weft::nmt
