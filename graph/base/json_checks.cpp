#include "graph/base/json_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"

namespace weft {
namespace {

using nlohmann::json;

constexpr std::size_t longest_text = 80;  ///< that a message shows

}  // namespace

const json& member(const json& object, const char* key) {
  const auto at = object.find(key);
  require(at != object.end(), "the key '{}' is missing", key);
  return *at;
}

void require_object(const json& value, std::string_view what, std::initializer_list<std::string_view> keys) {
  require(value.is_object(), "{} must be an object, not {}", what, value.type_name());
  for (const auto& [key, content] : value.items())
    if (std::ranges::find(keys, key) == keys.end())
      fail("{} has an unknown key '{}': {} are known", what, excerpt(key, longest_text),
           joined(std::span(keys.begin(), keys.size()), ", "));
}

const std::string& as_string(const json& value, std::string_view what) {
  require(value.is_string(), "{} must be a string, not {}", what, value.type_name());
  return value.get_ref<const std::string&>();
}

const json& as_array(const json& value, std::string_view what) {
  require(value.is_array(), "{} must be an array, not {}", what, value.type_name());
  return value;
}

bool as_boolean(const json& value, std::string_view what) {
  require(value.is_boolean(), "{} must be true or false, not {}", what, value.type_name());
  return value.get<bool>();
}

std::int64_t as_integer(const json& value, std::string_view what) {
  if (!value.is_number_integer()) fail("{} must be an integer, not {}", what, excerpt(value.dump(), longest_text));
  require(!value.is_number_unsigned() || value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX},
          "{} does not fit in 64 bits", what);
  return value.get<std::int64_t>();
}

double as_number(const json& value, std::string_view what) {
  if (value.is_number()) return value.get<double>();
  const auto number = value.is_string() ? parse_double(value.get_ref<const std::string&>()) : std::nullopt;
  require(number.has_value(), "{} must be a number, \"inf\", \"-inf\" or \"nan\"", what);
  return *number;
}

}  // namespace weft
