#include "models/nmt/text/tokeniser.h"

#include <iterator>

#include "models/nmt/text/special_words.h"
#include "models/nmt/text/words.h"

namespace weft::nmt {

std::vector<std::string> Tokeniser::tokens(std::string_view sentence) const {
  if (!subwords_) return nmt::tokens(sentence, normaliser_);
  std::vector<std::string> tokens{std::string(start_token)};
  std::ranges::move(subwords_->split(normalised_words(sentence, normaliser_)), std::back_inserter(tokens));
  tokens.emplace_back(end_token);
  return tokens;
}

std::string Tokeniser::words(const std::vector<std::string>& tokens) const {
  return subwords_ ? SubwordModel::join(tokens) : join_words(tokens);
}

}  // namespace weft::nmt
