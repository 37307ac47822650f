#include "models/training/run/json_lines.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "graph/base/error.h"
#include "graph/base/json_parse.h"

namespace weft {

std::size_t read_json_lines(std::string_view text, const std::function<bool(const nlohmann::json& object)>& on_object) {
  std::size_t unreadable = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    try {
      const nlohmann::json object = parse_json(line);
      if (!object.is_object() || !on_object(object)) ++unreadable;
    } catch (const Error&) {
      ++unreadable;
    }
  }
  return unreadable;
}

std::optional<double> number_of(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number()) return std::nullopt;
  const auto value = at->get<double>();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::int64_t count_of(const nlohmann::json& object, const char* key) {
  const std::optional<double> value = number_of(object, key);
  constexpr double most = 1e15;
  return value && *value >= 0 && *value <= most ? static_cast<std::int64_t>(*value) : 0;
}

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

}  // namespace weft
