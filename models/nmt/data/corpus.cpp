#include "models/nmt/data/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <span>
#include <utility>

#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/number_text.h"
#include "graph/base/quantity.h"
#include "models/nmt/data/corpus_columns.h"
#include "models/nmt/data/corpus_lines.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

namespace fs = std::filesystem;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\v\f\r") == std::string_view::npos; }

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

/// `prefix.language`, or that with .gz or .zst behind it; nothing when none is there.
std::optional<std::string> side_file(std::string_view prefix, std::string_view language) {
  for (const std::string_view suffix : {"", ".gz", ".zst"}) {
    const std::string file = fmt::format("{}.{}{}", prefix, language, suffix);
    if (!language.empty() && fs::exists(file)) return file;
  }
  return std::nullopt;
}

// ---- Which pairs.

/// Reads the lines of a corpus one after another.
class Reader {
 public:
  Reader(std::string name, const CorpusFormat& format, std::optional<std::size_t> limit, const VisitLine& visit)
      : name_(std::move(name)),
        format_(format),
        left_(limit),
        visit_(visit),
        source_name_(format.source_language.empty() ? "source" : language_name(format.source_language)),
        target_name_(format.target_language.empty() ? "target" : language_name(format.target_language)) {}

  /// A file with both sides.
  CorpusReport read(CorpusLines lines) {
    bool is_first = true;
    while (wants_more()) {
      const std::optional<Line> line = lines.next();
      if (!line) break;
      ++report_.lines;
      const bool is_blank_line = line->text.find('\t') == std::string_view::npos && is_blank(line->text);
      if (!is_blank_line && std::exchange(is_first, false) && take_first_line(line->text)) continue;
      take(is_blank_line, [&] { return parse_pair(*line); });
    }
    require(report_.lines > 0, "the corpus '{}' is empty", name_);
    return finish(fmt::format("lines of {} TAB {}", target_name_, source_name_));
  }

  /// A file for each side.
  CorpusReport read(CorpusLines sources, CorpusLines targets, std::span<const std::string> files) {
    std::optional<Line> source;
    std::optional<Line> target;
    while (wants_more()) {
      source = sources.next();
      target = targets.next();
      if (!source || !target) break;
      ++report_.lines;
      take(is_blank(source->text) && is_blank(target->text), [&] {
        check_text(*source);
        check_text(*target);
        return make_pair(source->text, target->text);
      });
    }
    const auto lines_of = [&](CorpusLines& lines, const std::optional<Line>& last, const std::string& file) {
      const bool has_one_more = last && !(source && target);
      const std::size_t count = report_.lines + (has_one_more ? 1 : 0) + lines.count_rest();
      require(count > 0, "the corpus '{}' is empty", file);
      return count;
    };
    const std::size_t source_lines = lines_of(sources, source, files[0]);
    const std::size_t target_lines = lines_of(targets, target, files[1]);
    require(source_lines == target_lines,
            "the corpus '{}' is no pairs: its {} side has {} lines, its {} side {}; line by line one must be the "
            "translation of the other",
            name_, source_name_, source_lines, target_name_, target_lines);
    return finish("a sentence a line");
  }

 private:
  bool wants_more() const { return left_ != std::size_t{0}; }

  /// Counts and shows the line that parse() makes a pair of, as what it turns out to be.
  template <typename Parse>
  void take(bool is_blank_line, const Parse& parse) {
    if (is_blank_line) {
      ++report_.empty;
      return visit_(LineKind::empty, {});
    }
    Pair pair;
    try {
      pair = parse();
    } catch (const Error& error) {
      ++report_.malformed;
      if (report_.first_malformed.size() < max_listed_lines) {
        report_.first_malformed.push_back({.number = report_.lines, .reason = error.what()});
      }
      return visit_(LineKind::malformed, {});
    }
    ++report_.pairs;
    if (left_) --*left_;
    visit_(LineKind::pair, std::move(pair));
  }

  /// Finds the columns. Returns whether the line is a header.
  bool take_first_line(std::string_view line) {
    const std::vector<std::string_view> cells = cells_of(line);
    try {
      columns_ = find_columns(format_.columns, cells);
    } catch (const Error& error) {
      fail("{}:{}: {}", name_, report_.lines, error.what());
    }
    const auto names = parse_columns(format_.columns);
    const bool are_named = names && (is_name(names->source) || is_name(names->target));
    if (!are_named && !is_header(cells)) return false;
    report_.header = line;
    visit_(LineKind::empty, {});
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
            name_, report_.lines, columns_.target + 1, source_name_, columns_.source + 1, target_name_,
            columns_.target + 1, columns_.source + 1);
    return kind == FirstLine::header;
  }

  static void check_text(const Line& line) {
    require(line.size() <= max_corpus_line, "{} bytes long, the limit is {}", line.size(), max_corpus_line);
    require(line.text.find('\0') == std::string_view::npos,
            "a NUL byte: is the file binary, or UTF-16 instead of UTF-8?");
    if (const auto invalid = find_invalid_utf8(line.text)) fail("byte {} is not UTF-8", *invalid + 1);
  }

  /// Throws Error with the reason unless the line is a pair.
  Pair parse_pair(const Line& line) const {
    check_text(line);
    const std::vector<std::string_view> cells = cells_of(line.text);
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

  CorpusReport finish(std::string_view expected) {
    if (report_.pairs == 0) {
      const std::vector<std::string> warnings = describe_malformed(report_, name_);
      fail("the corpus '{}' holds no pair (lines: {}, of them empty: {}); it must hold {}{}{}", name_, report_.lines,
           report_.empty, expected, warnings.empty() ? "" : "\n", joined(warnings, "\n"));
    }
    return std::move(report_);
  }

  std::string name_;
  const CorpusFormat& format_;
  std::optional<std::size_t> left_;  ///< pairs until the limit
  const VisitLine& visit_;
  std::string source_name_;
  std::string target_name_;
  Columns columns_;
  CorpusReport report_;
};

/// The parts of `text` between those separators; the whole if that is the name of a file.
std::vector<std::string> parts_of(const std::string& text, char separator) {
  if (fs::exists(text)) return {text};
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

std::vector<std::string> corpora_of(const std::string& name) {
  std::vector<std::string> names = parts_of(name, ';');
  std::erase(names, "");
  return names;
}

std::vector<std::string> corpus_files(const std::string& name) {
  std::vector<std::string> files = parts_of(name, ',');
  return files.size() == 2 ? files : std::vector{name};
}

std::vector<std::string> all_corpus_files(const std::string& name) {
  std::vector<std::string> files;
  for (const std::string& corpus : corpora_of(name)) std::ranges::move(corpus_files(corpus), std::back_inserter(files));
  return files;
}

std::string resolve_corpus(std::string_view name, std::string_view source_language, std::string_view target_language) {
  const std::string given(name);
  const std::vector<std::string> corpora = corpora_of(given);
  if (corpora.size() > 1) {
    std::vector<std::string> resolved;
    for (const std::string& corpus : corpora)
      resolved.push_back(resolve_corpus(corpus, source_language, target_language));
    return joined(resolved, ";");
  }
  const std::vector<std::string> files = corpus_files(given);
  if (files.size() == 2) return absolute(files[0]) + "," + absolute(files[1]);
  if (given != "-" && !fs::is_regular_file(given)) {
    const auto source = side_file(given, source_language);
    const auto target = side_file(given, target_language);
    if (source && target) return absolute(*source) + "," + absolute(*target);
  }
  return absolute(given);
}

CorpusReport for_each_line(const std::string& name, std::optional<std::size_t> limit, const CorpusFormat& format,
                           const VisitLine& visit) {
  require(limit != std::size_t{0}, "cannot read 0 pairs of '{}': the limit must be at least 1", name);
  const std::vector<std::string> files = corpus_files(name);
  Reader reader(name, format, limit, visit);
  if (files.size() == 1) return reader.read(CorpusLines(name));
  require(format.columns.empty(), "'{}' are two files with a side each, which have no columns: leave out --columns {}",
          name, format.columns);
  return reader.read(CorpusLines(files[0]), CorpusLines(files[1]), files);
}

Corpus read_corpus(const std::string& name, std::optional<std::size_t> limit, const CorpusFormat& format) {
  Corpus corpus;
  std::uint64_t bytes = 0;
  corpus.report = for_each_line(name, limit, format, [&](LineKind kind, Pair&& pair) {
    bytes += pair.source.size() + pair.target.size();
    require(bytes <= max_corpus_bytes, "the corpus '{}' has more than {} of sentences; take fewer, or cut it in parts",
            name, bytes_text(max_corpus_bytes));
    corpus.lines.push_back(kind);
    if (kind == LineKind::pair) corpus.pairs.push_back(std::move(pair));
  });
  return corpus;
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
