#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::nmt {

/// A sentence and its translation, as they stand in the corpus (not normalised), UTF-8.
struct Pair {
  std::string source;  ///< what is translated
  std::string target;
};
/// A side of the pairs.
using Side = std::string Pair::*;

/// The longest line, in bytes without its end, that is read as a pair; longer ones count as malformed.
inline constexpr std::size_t max_corpus_line = std::size_t{64} << 10;

/// The most bytes of sentences that read_corpus holds in memory.
inline constexpr std::uint64_t max_corpus_bytes = std::uint64_t{1} << 30;

/// How many malformed lines a report lists; the rest is only counted.
inline constexpr std::size_t max_listed_lines = 10;

/// A line that could not be read as a pair.
struct MalformedLine {
  std::size_t number = 0;  ///< from 1
  std::string reason;
};

/// What became of the lines of a corpus.
struct CorpusReport {
  std::size_t lines = 0;                       ///< lines read, up to the one that reached the limit of pairs
  std::size_t pairs = 0;                       ///< of them
  std::size_t empty = 0;                       ///< lines with nothing but blanks, skipped
  std::size_t malformed = 0;                   ///< lines that are no pair, skipped
  std::vector<MalformedLine> first_malformed;  ///< the first max_listed_lines of them
  std::string header;                          ///< the first line, skipped, if it names the columns; else empty
};

/// What a line of a corpus is; a header counts as empty.
enum class LineKind : std::uint8_t { pair, empty, malformed };

struct Corpus {
  std::vector<Pair> pairs;  ///< in the order of the file
  CorpusReport report;
  std::vector<LineKind> lines;  ///< of each line that was read, what it is
};

/// The number, from 1, of the line that the pair with that index stands in.
std::size_t line_of_pair(const Corpus& corpus, std::size_t pair);

/// How the pairs stand in a corpus.
struct CorpusFormat {
  std::string columns;          ///< of source and target (corpus_columns.h): "2,1"; empty: 2,1 of at most 3 columns
  std::string source_language;  ///< BCP 47 tags; empty: not known, and no first line is taken for a header
  std::string target_language;
};

/// The files that `name` means, as absolute paths. The one of that name; else, for `A;B`, what A means and what B
/// means; else, for `SOURCE,TARGET`, the two of those names; else, as Moses and fairseq have it, `name.LANGUAGE` for
/// both languages (`.gz` or `.zst` behind it where only that is there). "-" is standard input. What is not there is left
/// as it is.
std::string resolve_corpus(std::string_view name, std::string_view source_language, std::string_view target_language);

/// The corpora of a resolved name: those of `A;B`, else the one. An empty name has none.
std::vector<std::string> corpora_of(const std::string& name);
/// The files of one of them: two of `SOURCE,TARGET`, else the one.
std::vector<std::string> corpus_files(const std::string& name);
/// The files of all of them.
std::vector<std::string> all_corpus_files(const std::string& name);

/// Is shown a line: what it is, and if that is a pair, which.
using VisitLine = std::function<void(LineKind kind, Pair&& pair)>;

/// Shows `visit` the lines of a corpus up to the first `limit` pairs (all of them without a limit), one after another,
/// in as much memory for a large corpus as for a small one: UTF-8 text that gzip or Zstandard may have packed.
///
/// `name` is a file with one pair a line, columns with tabs between: `target TAB source` or `target TAB source TAB
/// attribution`, unless the format chooses columns. Or it is two files, `SOURCE,TARGET`, with a sentence a line and as
/// many lines in one as in the other; tabs in their lines are blanks. "-" is standard input.
///
/// Lines end with LF or CRLF; byte order marks before a line are skipped. Malformed lines (too few or too many columns,
/// a blank side, not UTF-8, a NUL byte, longer than max_corpus_line) are skipped and reported, not fatal.
///
/// Throws Error if a file cannot be read, is empty, or holds no pair at all; if two files have different numbers of
/// lines; if the columns that are chosen are not there; if a header says that source and target are interchanged; and
/// if the limit is 0.
CorpusReport for_each_line(const std::string& name, std::optional<std::size_t> limit, const CorpusFormat& format,
                           const VisitLine& visit);

/// The same lines in memory; throws Error as well when they are more than max_corpus_bytes.
Corpus read_corpus(const std::string& name, std::optional<std::size_t> limit = std::nullopt,
                   const CorpusFormat& format = {});

/// The report as warnings for people, a line each, with the corpus' name; none if all is well.
std::vector<std::string> describe_malformed(const CorpusReport& report, const std::string& name);

}  // namespace weft::nmt
