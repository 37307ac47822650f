#include "graph/json_parse.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "graph/error.h"

namespace weft {

nlohmann::json parse_json(std::string_view text, std::size_t max_depth) {
  using nlohmann::json;
  // The parser would take it for the end, whatever follows.
  require(text.find('\0') == std::string_view::npos, "it holds a zero byte");
  // The parser would keep the last of equal keys, and nest as deep as memory reaches.
  std::vector<std::set<std::string>> keys_of_open_objects;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start)
      require(static_cast<std::size_t>(depth) < max_depth, "it is nested deeper than {} levels", max_depth);
    if (event == json::parse_event_t::object_start) keys_of_open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) keys_of_open_objects.pop_back();
    if (event == json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      require(keys_of_open_objects.back().insert(key).second, "the key '{:.40}' is given twice", key);
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
    const std::string_view message = error.what();
    const std::size_t prefix = message.find("] ");
    throw Error(std::string(prefix == std::string_view::npos ? message : message.substr(prefix + 2)));
  }
}

}  // namespace weft
