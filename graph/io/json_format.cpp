#include "graph/io/json_format.h"

#include <fmt/format.h>

#include <charconv>

namespace weft::json_format {

std::string reference(std::string_view node_name, std::size_t result_index) {
  const bool plain = split_reference(node_name).first.size() == node_name.size();
  return result_index == 0 && plain ? std::string(node_name) : fmt::format("{}:{}", node_name, result_index);
}

std::pair<std::string_view, std::size_t> split_reference(std::string_view reference) {
  const std::size_t colon = reference.rfind(':');
  if (colon == std::string_view::npos) return {reference, 0};
  const std::string_view digits = reference.substr(colon + 1);
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size()) return {reference, 0};
  return {reference.substr(0, colon), index};
}

}  // namespace weft::json_format
