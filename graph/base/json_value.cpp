#include "graph/base/json_value.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "graph/base/error.h"

namespace weft {
namespace {

using List = std::vector<Json>;
using Members = std::vector<Json::Member>;

}  // namespace

struct Json::Content {
  std::variant<bool, std::int64_t, std::uint64_t, double, std::string, List, Members> value;

  /// The value as the library has it.
  static nlohmann::ordered_json written(const Json& json) {
    if (!json.content_) return nullptr;
    return std::visit([](const auto& value) { return written(value); }, json.content_->value);
  }
  template <typename T>
  static nlohmann::ordered_json written(const T& value) {
    return value;
  }
  static nlohmann::ordered_json written(const List& items) {
    auto list = nlohmann::ordered_json::array();
    for (const Json& item : items) list.push_back(written(item));
    return list;
  }
  static nlohmann::ordered_json written(const Members& members) {
    auto object = nlohmann::ordered_json::object();
    for (const auto& [name, value] : members) object[name] = written(value);
    return object;
  }
};

Json::Json() = default;
Json::Json(bool content) : content_(new Content{content}) {}
Json::Json(std::int64_t content) : content_(new Content{content}) {}
Json::Json(std::uint64_t content) : content_(new Content{content}) {}
Json::Json(double content) : content_(new Content{content}) {}
Json::Json(std::string_view content) : content_(new Content{std::string(content)}) {}
Json::Json(std::initializer_list<Member> members) : content_(new Content{Members(members)}) {}
Json::Json(const Json& other) : content_(other.content_ ? new Content(*other.content_) : nullptr) {}
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(Json other) noexcept {
  content_.swap(other.content_);
  return *this;
}
Json::~Json() = default;

Json Json::list(std::initializer_list<Json> items) {
  Json json;
  json.content_.reset(new Content{List(items)});
  return json;
}

Json& Json::operator[](std::string_view name) {
  if (!content_) content_.reset(new Content{Members{}});
  auto* members = std::get_if<Members>(&content_->value);
  check_invariant(members != nullptr, "'{}' is set in JSON that is no object", name);
  for (Member& member : *members)
    if (member.name == name) return member.value;
  return members->emplace_back(Member{std::string(name), Json()}).value;
}

void Json::push_back(Json item) {
  if (!content_) content_.reset(new Content{List{}});
  auto* items = std::get_if<List>(&content_->value);
  check_invariant(items != nullptr, "an item is put into JSON that is no list");
  items->push_back(std::move(item));
}

std::size_t Json::size() const {
  if (!content_) return 0;
  if (const auto* items = std::get_if<List>(&content_->value)) return items->size();
  const auto* members = std::get_if<Members>(&content_->value);
  return members == nullptr ? 0 : members->size();
}

std::string Json::dump(int indent) const {
  return Content::written(*this).dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace weft
