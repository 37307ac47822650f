#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::serve {

/// What of a text is translated, each line by itself, and what is not and stands around that.
struct TextLines {
  std::vector<std::string> lines;
  std::vector<std::string> between;  ///< before the first line, between each two, behind the last one
  bool is_html = false;              ///< lines are text, which is escaped where it is put back

  /// The text with these in place of its lines.
  std::string with(std::span<const std::string> translations) const;
};

/// The lines of plain text. "\r\n" becomes "\n".
TextLines plain_text(std::string_view text);

/// What is text in HTML: each run of characters between two tags that holds a letter, without the blanks at its ends,
/// and with a single one for each run of blanks in it. References (&eacute;, &#233;) are read; &, < and > are written
/// again as such. Tags with their attributes, comments, and all that is in <script>, <style>, <code>, <pre>, <textarea>
/// and elements with translate="no" or the class notranslate stay as they are, byte for byte.
TextLines html_text(std::string_view html);

}  // namespace weft::serve
