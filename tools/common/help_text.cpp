#include "tools/common/help_text.h"

#include <algorithm>
#include <vector>

namespace weft::tool {
namespace {

bool begins_character(char c) { return (c & 0xC0) != 0x80; }

/// Where to break a line that is too long: the end of its first part. The first `indent` bytes stay together.
std::size_t break_of(std::string_view line, std::size_t indent) {
  std::size_t columns = 0, at_blank = 0, in_word = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool fits = columns <= help_columns;
    if (!fits && at_blank > 0) return at_blank;
    if (!fits && in_word > 0) return in_word;
    if (i > indent && line[i] == ' ' && line[i - 1] != ' ') at_blank = i;
    if (i > indent && (line[i - 1] == '|' || line[i - 1] == ',')) in_word = i;
    if (begins_character(line[i])) ++columns;
  }
  return columns <= help_columns ? line.size() : std::max(at_blank, in_word);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    if (end == text.size()) return lines;
    text.remove_prefix(end + 1);
  }
}

/// Where a command that is too long can go on in another line: before the last option or pipe that leaves room for a
/// backslash, outside quotes. 0 when there is none.
std::size_t command_break(std::string_view command, std::size_t indent) {
  std::size_t columns = 0, found = 0;
  char quote = 0;
  for (std::size_t i = 0; i < command.size() && columns + 2 <= help_columns; ++i) {
    if (begins_character(command[i])) ++columns;
    if (quote != 0) {
      if (command[i] == quote) quote = 0;
    } else if (command[i] == '\'' || command[i] == '"') {
      quote = command[i];
    } else if (i > indent && command[i - 1] == ' ' && (command[i] == '-' || command[i] == '|')) {
      found = i;
    }
  }
  return found;
}

/// `  COMMAND     what it does`, the second part below the first where one line has no room for both.
std::string example(std::string_view line) {
  if (columns_of(line) <= help_columns) return std::string(line);
  const std::size_t begin = line.find_first_not_of(' ');
  const std::size_t gap = std::min(line.find("  ", begin), line.size());
  const std::size_t meaning = std::min(line.find_first_not_of(' ', gap), line.size());
  const std::string below(begin + 4, ' ');
  std::string text, command(line.substr(0, gap));
  while (columns_of(command) > help_columns) {
    const std::size_t end = command_break(command, below.size());
    if (end == 0) break;
    text += command.substr(0, end) + "\\\n";
    command = below + command.substr(end);
  }
  text += command;
  if (meaning < line.size()) text += "\n" + wrapped(below + std::string(line.substr(meaning)), below.size());
  return text;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string wrapped(std::string_view line, std::size_t indent) {
  std::string text, rest(line);
  std::size_t kept = std::min(rest.find_first_not_of(' '), rest.size());
  while (columns_of(rest) > help_columns) {
    const std::size_t end = break_of(rest, kept);
    const std::size_t next = end == 0 ? std::string::npos : rest.find_first_not_of(' ', end);
    if (next == std::string::npos) break;
    text += rest.substr(0, end) + "\n";
    rest = std::string(indent, ' ') + rest.substr(next);
    kept = indent;
  }
  return text + rest;
}

std::string filled(std::string_view text) {
  std::string result, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) result += wrapped(paragraph, 0) + "\n";
    paragraph.clear();
  };
  for (const std::string_view line : lines_of(text)) {
    if (!line.empty() && line.front() != ' ') {
      paragraph += (paragraph.empty() ? "" : " ") + std::string(line);
      continue;
    }
    end_paragraph();
    result += example(line) + "\n";
  }
  end_paragraph();
  result.pop_back();
  return result;
}

}  // namespace weft::tool
