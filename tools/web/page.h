#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Pages that the tools write for a browser: one file that holds all it needs, and may ask the network for nothing.

namespace weft::web {

struct Page {
  std::string title;
  /// Names of built-in assets (tools/web/assets/), in their order in the page.
  std::vector<std::string_view> styles = {"page.css"};
  std::vector<std::string_view> scripts = {"page.js"};
  /// Id and JSON text. The page's scripts read each with `weft.data(id)`.
  std::vector<std::pair<std::string, std::string>> data = {};
  /// What stands below the header, as HTML: whatever comes from a file goes through escape() first.
  std::string body = {};
  /// The page may ask the server that it came from, and no other, over HTTP.
  bool asks_its_server = false;
};

/// The whole page as one HTML file. It is the same for the same Page, byte for byte. Strings in `data` may say what
/// they like: they cannot leave their script element, and the page's policy runs no script but its own. Throws
/// InternalError for an asset that does not exist.
std::string to_html(const Page& page);

/// Text as it is to stand in HTML, between tags or in a quoted attribute.
std::string escape(std::string_view text);

/// The content of a file of tools/web/assets/, which is part of the program. Throws InternalError when there is none.
std::string_view asset(std::string_view name);

/// A built-in file.
struct Asset {
  std::string_view name;
  std::string_view content;
};
/// All of them, by name.
std::vector<Asset> assets();

}  // namespace weft::web
