#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

/// How BLEU finds the words of a sentence; the names are sacreBLEU's.
enum class BleuTokenizer {
  none,        ///< words are what stands between blanks: for sentences whose words are separated already
  mteval_13a,  ///< "13a", the tokenizer of WMT's mteval-v13a: punctuation is taken off words of text as people write it
};
/// "none", "13a".
std::string_view to_string(BleuTokenizer tokenizer);
/// The inverse of to_string. Throws Error that lists the names.
BleuTokenizer parse_bleu_tokenizer(std::string_view name);

/// The words that BLEU compares. Throws Error when the sentence is not UTF-8.
std::vector<std::string> bleu_words(std::string_view sentence, BleuTokenizer tokenizer);

}  // namespace weft::nmt
