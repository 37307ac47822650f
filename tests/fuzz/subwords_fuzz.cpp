#include "models/nmt/text/subwords.h"
#include "models/nmt/text/utf8.h"
#include "tests/fuzz/harness.h"

// Files of subword models, read by SentencePiece.

namespace weft::fuzz {
namespace {

using nmt::SubwordKind;
using nmt::SubwordModel;

const std::vector<std::string>& sentences() {
  static const std::vector<std::string> all{"je mange une pomme .", "tu manges la pomme .",
                                            "il ne mange pas de pommes ?", "nous mangeons du pain .",
                                            "je bois de l' eau , et toi ?"};
  return all;
}

void run(std::string_view input) {
  const auto model = accepted([&] { return SubwordModel(std::string(input)); });
  if (!model) return;
  for (const std::string& piece : model->pieces()) expect(!piece.empty(), "a piece is empty");
  for (const std::string& sentence : sentences()) {
    const std::vector<std::string> pieces = model->split(sentence);
    for (const std::string& piece : pieces)
      expect(!nmt::find_invalid_utf8(piece), "a piece of '{}' is not UTF-8", sentence);
    SubwordModel::join(pieces);
  }
}

std::vector<std::string> seeds() {
  return {SubwordModel::train(sentences(), 40, SubwordKind::unigram).bytes(),
          SubwordModel::train(sentences(), 40, SubwordKind::bpe).bytes()};
}

std::vector<std::string> words() { return {"\u2581", "identity", "nmt_nfkc", "\x0a", "\x12", "\x1a"}; }

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
