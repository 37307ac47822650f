#pragma once

#include <string>
#include <vector>

#include "models/nmt/data/corpus.h"

namespace weft::nmt {

/// What looks wrong with the columns of a corpus, as warnings for people, a line each. All are guesses, made to be
/// silent when in doubt, so nothing is refused:
///
///   - at least 9 in 10 sentences of a side are numbers, ids ("sent_0012"), addresses of pages or licences, the other
///     side's are not;
///   - the sides are interchanged: of the letters that only one of the two languages has (Writing::has_letter), ten
///     times as many stand on the wrong side as on the right one, at least one in 200 of all letters. So nothing is
///     said of languages with the same letters;
///   - else, less than half of the letters of a side are of its language's scripts.
///
/// Of fewer than 20 pairs, and of languages that the format does not name, nothing is said.
std::vector<std::string> check_columns(const Corpus& corpus, const std::string& name, const CorpusFormat& format);

/// A warning when a side is written without blanks between its words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) and
/// nobody has put any there: the sentences would be the words. Nothing when it is not so.
std::vector<std::string> check_blanks(const Corpus& corpus, const std::string& name, const CorpusFormat& format);

}  // namespace weft::nmt
