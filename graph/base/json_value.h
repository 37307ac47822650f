#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

namespace weft {

/// A value of JSON to be written: null, a truth value, a number, a text, a list, or an object, whose members keep the
/// order in which they were put there. (nlohmann::json does the writing; it is kept out of this header because every
/// file that includes it takes two seconds more to compile.)
///
///   Json report{{"graph", name}, {"nodes", 12}, {"shape", Json::list({2, 3})}};
///   report["median_ms"] = median;
///   report["ops"].push_back("add");
///   report.dump(2);
class Json {
 public:
  struct Member;

  Json();  // null
  Json(std::nullptr_t) : Json() {}
  Json(bool content);
  Json(std::int64_t content);
  Json(std::uint64_t content);
  Json(double content);  // null when it is not finite
  Json(std::string_view content);
  Json(const std::string& content) : Json(std::string_view(content)) {}
  Json(const char* content) : Json(std::string_view(content)) {}
  /// An object.
  Json(std::initializer_list<Member> members);
  template <std::integral T>
  Json(T content) : Json(static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(content)) {}
  template <typename T>
  Json(const std::optional<T>& content) : Json(content ? Json(*content) : Json()) {}
  /// A list.
  template <std::ranges::input_range Range>
  requires(!std::convertible_to<const Range&, std::string_view>) Json(const Range& items) : Json(list()) {
    for (const auto& item : items) push_back(item);
  }
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(Json other) noexcept;
  ~Json();

  static Json list(std::initializer_list<Json> items = {});

  /// The member of that name, made when there is none. A null becomes an object. Throws InternalError for other kinds.
  Json& operator[](std::string_view name);
  /// Puts an item behind the others of a list. A null becomes a list. Throws InternalError for other kinds.
  void push_back(Json item);
  /// The items of a list or members of an object; 0 for other kinds.
  std::size_t size() const;

  /// In one line, or with `indent` more spaces a level. Bytes that are no UTF-8 become U+FFFD, for JSON has none.
  std::string dump(int indent = -1) const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

struct Json::Member {
  std::string name;
  Json value;
};

}  // namespace weft
