#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/nmt/text/normalise.h"
#include "models/nmt/text/subwords.h"

namespace weft::nmt {

/// How the sentences of a language become tokens, and tokens sentences: a normaliser makes words, which a subword
/// model, if there is one, cuts into pieces.
///
///     sentence --normalise--> words --split--> tokens
///     text   <-detokenise--  words  <--join--  tokens
class Tokeniser {
 public:
  Tokeniser(Normaliser normaliser = Normaliser::tutorial, std::shared_ptr<const SubwordModel> subwords = nullptr)
      : normaliser_(normaliser), subwords_(std::move(subwords)) {}

  Normaliser normaliser() const { return normaliser_; }
  /// Null: words are the tokens.
  const SubwordModel* subwords() const { return subwords_.get(); }

  /// The tokens of a sentence, from `<start>` to `<end>`. Throws Error if it is not UTF-8.
  std::vector<std::string> tokens(std::string_view sentence) const;
  /// The words that tokens (without `<start>` and `<end>`) stand for, with spaces between: what scores are reckoned of.
  std::string words(const std::vector<std::string>& tokens) const;
  /// Those words as a person writes them.
  std::string text(std::string_view words) const { return detokenise(words, normaliser_); }

 private:
  Normaliser normaliser_;
  std::shared_ptr<const SubwordModel> subwords_;
};

}  // namespace weft::nmt
