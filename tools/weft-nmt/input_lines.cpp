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

constexpr std::size_t max_told_lines = 10;
constexpr std::size_t max_named_words = 10;
constexpr std::size_t longest_name = 60;  // bytes

}  // namespace

void check_sentence(std::string_view sentence, const Tokeniser& tokeniser) {
  require(sentence.size() <= max_line_bytes, "it has more than {} bytes; split it", max_line_bytes);
  require(sentence.find('\0') == std::string_view::npos,
          "it has a NUL byte: is the input binary, or UTF-16 instead of UTF-8?");
  if (const auto invalid = find_invalid_utf8(sentence))
    fail("byte {} is not UTF-8; convert it, for instance with iconv -f latin1 -t utf-8", *invalid + 1);
  const std::size_t count = tokeniser.tokens(sentence).size();
  require(count <= max_source_tokens, "it has {} tokens, at most {} can be translated; split it", count,
          max_source_tokens);
}

void add_skip_bad_option(const tool::Command& command, bool& skip_bad) {
  command.flag("--skip-bad", skip_bad, "Exit with 0 even if some lines of the input are bad");
}

void BadLines::add(std::size_t number, std::string_view reason) {
  if (++count_ <= max_told_lines) say(fmt::format("weft-nmt: {}: line {}: {}", input_, number, reason));
}

bool BadLines::finish() const {
  if (count_ == 0) return true;
  say(fmt::format("weft-nmt: {}: {} bad {}{}; \"{}\" stands in the place of each", input_, count_,
                  count_ == 1 ? "line" : "lines", count_ > max_told_lines ? ", the first of which are named" : "",
                  bad_line));
  return false;
}

void UnknownWords::add(const std::vector<std::string>& words) {
  count_ += words.size();
  for (const std::string& word : words) {
    std::string name = fmt::format("\"{}\"", excerpt(word, longest_name));
    if (std::ranges::find(first_, name) != first_.end()) continue;
    if (first_.size() == max_named_words) {
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
