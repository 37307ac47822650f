#include "models/nmt/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "graph/counted.h"
#include "graph/error.h"
#include "graph/file.h"
#include "graph/joined.h"
#include "models/nmt/utf8.h"

namespace weft::nmt {
namespace {

constexpr std::uint64_t kMaxCorpusBytes = std::uint64_t{1} << 30;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\v\f\r") == std::string_view::npos; }

/// Cuts the first line off `text` and returns it without its end.
std::string_view take_line(std::string_view* text) {
  const std::size_t end = std::min(text->find('\n'), text->size());
  std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Cuts the first column off `line`, which ends before a tab.
std::string_view take_column(std::string_view* line) {
  const std::size_t end = std::min(line->find('\t'), line->size());
  const std::string_view column = line->substr(0, end);
  line->remove_prefix(std::min(end + 1, line->size()));
  return column;
}

/// Throws Error with the reason unless the line is a pair.
Pair parse_pair(std::string_view line) {
  require(line.size() <= kMaxCorpusLine, "{} bytes long, the limit is {}", line.size(), kMaxCorpusLine);
  require(line.find('\0') == std::string_view::npos, "a NUL byte: is the file binary, or UTF-16 instead of UTF-8?");
  if (const auto invalid = find_invalid_utf8(line)) fail("byte {} is not UTF-8", *invalid + 1);

  const auto tabs = std::count(line.begin(), line.end(), '\t');
  require(tabs > 0, "no tab between the English and the French sentence");
  require(tabs <= 2, "{} columns, at most 3 are known: English, French, attribution", tabs + 1);
  const std::string_view english = take_column(&line);
  const std::string_view french = take_column(&line);
  require(!is_blank(english), "the English sentence is empty");
  require(!is_blank(french), "the French sentence is empty");
  return {.source = std::string(french), .target = std::string(english)};
}

}  // namespace

Corpus read_corpus(const std::filesystem::path& path, std::optional<std::size_t> limit) {
  require(limit != std::size_t{0}, "cannot read 0 pairs of '{}': the limit must be at least 1", path.string());
  const std::string content = read_file(path, kMaxCorpusBytes);
  require(!content.empty(), "the corpus '{}' is empty", path.string());

  std::string_view rest = content;
  Corpus corpus;
  CorpusReport& report = corpus.report;
  while (!rest.empty() && (!limit || corpus.pairs.size() < *limit)) {
    std::string_view line = take_line(&rest);
    // One before each file of those that were put together; none is part of a sentence, which might come first one day.
    while (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    ++report.lines;
    if (line.find('\t') == std::string_view::npos && is_blank(line)) {
      ++report.empty;
      corpus.lines.push_back(LineKind::empty);
      continue;
    }
    try {
      corpus.pairs.push_back(parse_pair(line));
      corpus.lines.push_back(LineKind::pair);
    } catch (const Error& error) {
      corpus.lines.push_back(LineKind::malformed);
      ++report.malformed;
      if (report.first_malformed.size() < kMaxListedLines) {
        report.first_malformed.push_back({.number = report.lines, .reason = error.what()});
      }
    }
  }
  if (corpus.pairs.empty()) {
    const std::vector<std::string> warnings = describe_malformed(report, path);
    fail("the corpus '{}' holds no pair (lines: {}, of them empty: {}); it must hold lines of English TAB French{}{}",
         path.string(), report.lines, report.empty, warnings.empty() ? "" : "\n", joined(warnings, "\n"));
  }
  return corpus;
}

std::vector<std::string> describe_malformed(const CorpusReport& report, const std::filesystem::path& path) {
  std::vector<std::string> warnings;
  for (const MalformedLine& line : report.first_malformed) {
    warnings.push_back(fmt::format("{}:{}: skipped: {}", path.string(), line.number, line.reason));
  }
  if (report.malformed > report.first_malformed.size()) {
    warnings.push_back(fmt::format("{}: {} skipped, {} in all", path.string(),
                                   counted(report.malformed - report.first_malformed.size(), "more malformed line"),
                                   report.malformed));
  }
  return warnings;
}

}  // namespace weft::nmt
