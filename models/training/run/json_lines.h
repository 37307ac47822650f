#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

// Files of JSON objects, one a line, that are read while they are written, and after their writer was killed.

/// Calls `on_object` with each line that is a JSON object; it returns whether it could use it. Returns how many lines
/// were of no use: those that are not whole, too. Never throws for what the text says.
std::size_t read_json_lines(std::string_view text, const std::function<bool(const nlohmann::json& object)>& on_object);

/// A finite number.
std::optional<double> number_of(const nlohmann::json& object, const char* key);
/// A count, 0 when there is none.
std::int64_t count_of(const nlohmann::json& object, const char* key);
/// Empty when there is none.
std::string text_of(const nlohmann::json& object, const char* key);

/// Puts the record of a step behind those of earlier steps. Training that goes on from a checkpoint does steps anew that
/// the log has already: they replace what they were.
template <typename Records, typename Record>
void add_by_step(Records& records, Record record) {
  while (!records.empty() && records.back().step >= record.step) records.pop_back();
  records.push_back(std::move(record));
}

}  // namespace weft
