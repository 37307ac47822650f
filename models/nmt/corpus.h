#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weft::nmt {

/// A sentence and its translation, as they stand in the corpus (not normalised), UTF-8.
struct Pair {
  std::string source;  ///< French
  std::string target;  ///< English
};

/// The longest line, in bytes without its end, that is read as a pair; longer ones count as malformed.
inline constexpr std::size_t kMaxCorpusLine = std::size_t{64} << 10;

/// How many malformed lines a report lists; the rest is only counted.
inline constexpr std::size_t kMaxListedLines = 10;

/// A line that could not be read as a pair.
struct MalformedLine {
  std::size_t number = 0;  ///< from 1
  std::string reason;
};

/// What became of the lines of a corpus.
struct CorpusReport {
  std::size_t lines = 0;                       ///< lines read, up to the one that reached the limit of pairs
  std::size_t empty = 0;                       ///< lines with nothing but blanks, skipped
  std::size_t malformed = 0;                   ///< lines that are no pair, skipped
  std::vector<MalformedLine> first_malformed;  ///< the first kMaxListedLines of them
};

/// What a line of a corpus is.
enum class LineKind : std::uint8_t { pair, empty, malformed };

struct Corpus {
  std::vector<Pair> pairs;  ///< in the order of the file
  CorpusReport report;
  std::vector<LineKind> lines;  ///< of each line that was read, what it is
};

/// Reads the first `limit` pairs (all of them without a limit) of a UTF-8 text file with one pair a line, `English TAB
/// French` or `English TAB French TAB attribution`. Lines end with LF or CRLF; byte order marks before a line
/// are skipped. Malformed lines (no tab, more than three columns, a blank side, not UTF-8, a NUL byte, longer than
/// kMaxCorpusLine) are skipped and reported, not fatal.
///
/// Throws Error if the file cannot be read, is empty, or holds no pair at all, and if the limit is 0.
Corpus read_corpus(const std::filesystem::path& path, std::optional<std::size_t> limit = std::nullopt);

/// The report as warnings for people, a line each, with `path`; none if no line was malformed.
std::vector<std::string> describe_malformed(const CorpusReport& report, const std::filesystem::path& path);

}  // namespace weft::nmt
