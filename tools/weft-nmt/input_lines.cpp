#include "tools/weft-nmt/input_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/quote.h"
#include "models/nmt/search/translator.h"
#include "models/nmt/text/utf8.h"
#include "tools/weft-nmt/output.h"

namespace weft::nmt {
namespace {

constexpr std::size_t kMaxToldLines = 10;
constexpr std::size_t kMaxNamedWords = 10;
constexpr std::size_t kLongestName = 60;  // bytes

}  // namespace

void check_sentence(std::string_view sentence, const Tokeniser& tokeniser) {
  require(sentence.size() <= kMaxLineBytes, "it has more than {} bytes; split it", kMaxLineBytes);
  require(sentence.find('\0') == std::string_view::npos,
          "it has a NUL byte: is the input binary, or UTF-16 instead of UTF-8?");
  if (const auto invalid = find_invalid_utf8(sentence))
    fail("byte {} is not UTF-8; convert it, for instance with iconv -f latin1 -t utf-8", *invalid + 1);
  const std::size_t count = tokeniser.tokens(sentence).size();
  require(count <= kMaxSourceTokens, "it has {} tokens, at most {} can be translated; split it", count,
          kMaxSourceTokens);
}

void add_skip_bad_option(const tool::Command& command, bool& skip_bad) {
  command.flag("--skip-bad", skip_bad, "Exit with 0 even if some lines of the input are bad");
}

void BadLines::add(std::size_t number, std::string_view reason) {
  if (++count_ <= kMaxToldLines) say(fmt::format("weft-nmt: {}: line {}: {}", input_, number, reason));
}

bool BadLines::finish() const {
  if (count_ == 0) return true;
  say(fmt::format("weft-nmt: {}: {} bad {}{}; \"{}\" stands in the place of each", input_, count_,
                  count_ == 1 ? "line" : "lines", count_ > kMaxToldLines ? ", the first of which are named" : "",
                  kBadLine));
  return false;
}

void UnknownWords::add(const std::vector<std::string>& words) {
  count_ += words.size();
  for (const std::string& word : words) {
    std::string name = fmt::format("\"{}\"", excerpt(word, kLongestName));
    if (std::ranges::find(first_, name) != first_.end()) continue;
    if (first_.size() == kMaxNamedWords) {
      more_ = true;
      return;
    }
    first_.push_back(std::move(name));
  }
}

void UnknownWords::warn() const {
  if (count_ == 0) return;
  say(fmt::format("weft-nmt: warning: {} {} not in the model's vocabulary, and read as <unk>: {}{}", count_,
                  count_ == 1 ? "word of the input is" : "words of the input are", joined(first_, ", "),
                  more_ ? " and others" : ""));
}

}  // namespace weft::nmt
