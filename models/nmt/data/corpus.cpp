#include "models/nmt/data/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/number_text.h"
#include "models/nmt/data/corpus_columns.h"
#include "models/nmt/data/text_file.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\v\f\r") == std::string_view::npos; }

/// The lines of a text, without their ends.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  std::string_view next() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    // One before each file of those that were put together; none is part of a sentence, which might come first one day.
    while (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    return line;
  }

  /// How many are left.
  std::size_t count() const {
    const auto ends = static_cast<std::size_t>(std::ranges::count(rest_, '\n'));
    return ends + (rest_.empty() || rest_.ends_with('\n') ? 0 : 1);
  }

 private:
  std::string_view rest_;
};

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    cells.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return cells;
}

// ---- Which files.

/// So that the name means the same file wherever it is read.
std::string absolute(const std::string& file) {
  return file == "-" ? file : fs::absolute(file).lexically_normal().string();
}

/// `prefix.language`, or that with .gz behind it; nothing when neither is there.
std::optional<std::string> side_file(std::string_view prefix, std::string_view language) {
  for (const std::string_view suffix : {"", ".gz"}) {
    const std::string file = fmt::format("{}.{}{}", prefix, language, suffix);
    if (!language.empty() && fs::exists(file)) return file;
  }
  return std::nullopt;
}

// ---- Which pairs.

/// Reads the lines of a corpus one after another.
class Reader {
 public:
  Reader(std::string name, const CorpusFormat& format, std::optional<std::size_t> limit)
      : name_(std::move(name)),
        format_(format),
        limit_(limit),
        source_name_(format.source_language.empty() ? "source" : language_name(format.source_language)),
        target_name_(format.target_language.empty() ? "target" : language_name(format.target_language)) {}

  /// A file with both sides.
  Corpus read(std::string_view content) {
    Lines lines(content);
    bool is_first = true;
    while (wants_more(lines)) {
      const std::string_view line = lines.next();
      ++report().lines;
      const bool is_blank_line = line.find('\t') == std::string_view::npos && is_blank(line);
      if (!is_blank_line && std::exchange(is_first, false) && take_first_line(line)) continue;
      take(is_blank_line, [&] { return parse_pair(line); });
    }
    return finish(fmt::format("lines of {} TAB {}", target_name_, source_name_));
  }

  /// A file for each side.
  Corpus read(std::string_view sources, std::string_view targets) {
    Lines source_lines(sources);
    Lines target_lines(targets);
    require(source_lines.count() == target_lines.count(),
            "the corpus '{}' is no pairs: its {} side has {} lines, its {} side {}; line by line one must be the "
            "translation of the other",
            name_, source_name_, source_lines.count(), target_name_, target_lines.count());
    while (wants_more(source_lines)) {
      const std::string_view source = source_lines.next();
      const std::string_view target = target_lines.next();
      ++report().lines;
      take(is_blank(source) && is_blank(target), [&] {
        check_text(source);
        check_text(target);
        return make_pair(source, target);
      });
    }
    return finish("a sentence a line");
  }

 private:
  CorpusReport& report() { return corpus_.report; }
  bool wants_more(const Lines& lines) const { return !lines.at_end() && (!limit_ || corpus_.pairs.size() < *limit_); }

  /// Counts the line that parse() makes a pair of, as what it turns out to be.
  template <typename Parse>
  void take(bool is_blank_line, const Parse& parse) {
    if (is_blank_line) {
      ++report().empty;
      corpus_.lines.push_back(LineKind::empty);
      return;
    }
    try {
      corpus_.pairs.push_back(parse());
      corpus_.lines.push_back(LineKind::pair);
    } catch (const Error& error) {
      corpus_.lines.push_back(LineKind::malformed);
      ++report().malformed;
      if (report().first_malformed.size() < max_listed_lines) {
        report().first_malformed.push_back({.number = report().lines, .reason = error.what()});
      }
    }
  }

  /// Finds the columns. Returns whether the line is a header.
  bool take_first_line(std::string_view line) {
    const std::vector<std::string_view> cells = cells_of(line);
    try {
      columns_ = find_columns(format_.columns, cells);
    } catch (const Error& error) {
      fail("{}:{}: {}", name_, report().lines, error.what());
    }
    const auto names = parse_columns(format_.columns);
    const bool are_named = names && (is_name(names->source) || is_name(names->target));
    if (!are_named && !is_header(cells)) return false;
    report().header = line;
    corpus_.lines.push_back(LineKind::empty);
    return true;
  }

  static bool is_name(std::string_view column) { return !looks_like_integer(column); }

  bool is_header(std::span<const std::string_view> cells) const {
    const bool has_both = std::max(columns_.source, columns_.target) < cells.size();
    if (!has_both || format_.source_language.empty() || format_.target_language.empty()) return false;
    const FirstLine kind = classify_first_line(cells[columns_.source], cells[columns_.target], format_.source_language,
                                               format_.target_language);
    require(kind != FirstLine::swapped_header,
            "{}:{}: by the header column {} is {} and column {} is {}, but they are read the other way round: give "
            "--columns {},{}, or interchange --source-language and --target-language",
            name_, corpus_.report.lines, columns_.target + 1, source_name_, columns_.source + 1, target_name_,
            columns_.target + 1, columns_.source + 1);
    return kind == FirstLine::header;
  }

  static void check_text(std::string_view line) {
    require(line.size() <= max_corpus_line, "{} bytes long, the limit is {}", line.size(), max_corpus_line);
    require(line.find('\0') == std::string_view::npos, "a NUL byte: is the file binary, or UTF-16 instead of UTF-8?");
    if (const auto invalid = find_invalid_utf8(line)) fail("byte {} is not UTF-8", *invalid + 1);
  }

  /// Throws Error with the reason unless the line is a pair.
  Pair parse_pair(std::string_view line) const {
    check_text(line);
    const std::vector<std::string_view> cells = cells_of(line);
    require(cells.size() > 1, "no tab between the {} and the {} sentence", target_name_, source_name_);
    require(columns_.are_chosen || cells.size() <= 3,
            "{} columns, at most 3 are known: {}, {}, attribution; choose with --columns", cells.size(), target_name_,
            source_name_);
    const std::size_t last = std::max(columns_.source, columns_.target);
    require(last < cells.size(), "{} columns, column {} is needed (--columns)", cells.size(), last + 1);
    return make_pair(cells[columns_.source], cells[columns_.target]);
  }

  Pair make_pair(std::string_view source, std::string_view target) const {
    require(!is_blank(target), "the {} sentence is empty", target_name_);
    require(!is_blank(source), "the {} sentence is empty", source_name_);
    Pair pair{std::string(source), std::string(target)};
    std::ranges::replace(pair.source, '\t', ' ');
    std::ranges::replace(pair.target, '\t', ' ');
    return pair;
  }

  Corpus finish(std::string_view expected) {
    if (corpus_.pairs.empty()) {
      const std::vector<std::string> warnings = describe_malformed(report(), name_);
      fail("the corpus '{}' holds no pair (lines: {}, of them empty: {}); it must hold {}{}{}", name_, report().lines,
           report().empty, expected, warnings.empty() ? "" : "\n", joined(warnings, "\n"));
    }
    return std::move(corpus_);
  }

  std::string name_;
  const CorpusFormat& format_;
  std::optional<std::size_t> limit_;
  std::string source_name_;
  std::string target_name_;
  Columns columns_;
  Corpus corpus_;
};

std::string read_side(const std::string& file) {
  std::string content = read_text(file, max_corpus_bytes);
  require(!content.empty(), "the corpus '{}' is empty", file);
  return content;
}

}  // namespace

std::vector<std::string> corpus_files(const std::string& name) {
  const std::size_t comma = name.find(',');
  if (comma == std::string::npos || name.find(',', comma + 1) != std::string::npos || fs::exists(name)) return {name};
  return {name.substr(0, comma), name.substr(comma + 1)};
}

std::string resolve_corpus(std::string_view name, std::string_view source_language, std::string_view target_language) {
  const std::string given(name);
  const std::vector<std::string> files = corpus_files(given);
  if (files.size() == 2) return absolute(files[0]) + "," + absolute(files[1]);
  if (given != "-" && !fs::is_regular_file(given)) {
    const auto source = side_file(given, source_language);
    const auto target = side_file(given, target_language);
    if (source && target) return absolute(*source) + "," + absolute(*target);
  }
  return absolute(given);
}

Corpus read_corpus(const std::string& name, std::optional<std::size_t> limit, const CorpusFormat& format) {
  require(limit != std::size_t{0}, "cannot read 0 pairs of '{}': the limit must be at least 1", name);
  const std::vector<std::string> files = corpus_files(name);
  Reader reader(name, format, limit);
  if (files.size() == 1) return reader.read(read_side(name));
  require(format.columns.empty(), "'{}' are two files with a side each, which have no columns: leave out --columns {}",
          name, format.columns);
  const std::string sources = read_side(files[0]);
  return reader.read(sources, read_side(files[1]));
}

std::size_t line_of_pair(const Corpus& corpus, std::size_t pair) {
  for (std::size_t line = 0; line < corpus.lines.size(); ++line) {
    if (corpus.lines[line] == LineKind::pair && pair-- == 0) return line + 1;
  }
  throw InternalError("a corpus lacks the line of a pair");
}

std::vector<std::string> describe_malformed(const CorpusReport& report, const std::string& name) {
  std::vector<std::string> warnings;
  for (const MalformedLine& line : report.first_malformed) {
    warnings.push_back(fmt::format("{}:{}: skipped: {}", name, line.number, line.reason));
  }
  if (report.malformed > report.first_malformed.size()) {
    warnings.push_back(fmt::format("{}: {} skipped, {} in all", name,
                                   counted(report.malformed - report.first_malformed.size(), "more malformed line"),
                                   report.malformed));
  }
  return warnings;
}

}  // namespace weft::nmt
