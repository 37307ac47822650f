#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace weft {

// What readers of files in JSON expect of a value. `what` names it in messages, as in "'name'" or "an extent". Each
// throws Error without saying where; the callers put the file's or the node's name before it.

const nlohmann::json& member(const nlohmann::json& object, const char* key);
/// Refuses what is no object, and keys besides these.
void require_object(const nlohmann::json& value, std::string_view what, std::initializer_list<std::string_view> keys);
const std::string& as_string(const nlohmann::json& value, std::string_view what);
const nlohmann::json& as_array(const nlohmann::json& value, std::string_view what);
bool as_boolean(const nlohmann::json& value, std::string_view what);
std::int64_t as_integer(const nlohmann::json& value, std::string_view what);
/// A number, or "inf", "-inf", "nan" in quotes.
double as_number(const nlohmann::json& value, std::string_view what);

}  // namespace weft
