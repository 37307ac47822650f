#include "graph/base/joined.h"

namespace weft {
namespace {

std::string_view text_of(std::string_view item) { return item; }
std::string text_of(std::int64_t item) { return std::to_string(item); }

template <typename Items>
std::string join(const Items& items, std::string_view separator) {
  std::string result;
  std::string_view before;
  for (const auto& item : items) {
    result += before;
    result += text_of(item);
    before = separator;
  }
  return result;
}

}  // namespace

std::string joined(std::span<const std::string> items, std::string_view separator) { return join(items, separator); }

std::string joined(std::span<const std::string_view> items, std::string_view separator) {
  return join(items, separator);
}

std::string joined(std::span<const std::int64_t> items, std::string_view separator) { return join(items, separator); }

}  // namespace weft
