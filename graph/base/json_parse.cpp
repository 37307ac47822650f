#include "graph/base/json_parse.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/quote.h"

namespace weft {
namespace {

using nlohmann::json;

/// Builds the document from the parser's events, refusing what the library's own builder lets pass. (That one, with a
/// callback to do the same, looks through all earlier items of an array after each.)
class DocumentBuilder : public nlohmann::json_sax<json> {
 public:
  explicit DocumentBuilder(std::size_t max_depth) : max_depth_(max_depth) {}

  json take() { return std::move(document_); }

  bool null() override { return place(nullptr); }
  bool boolean(bool value) override { return place(value); }
  bool number_integer(std::int64_t value) override { return place(value); }
  bool number_unsigned(std::uint64_t value) override { return place(value); }
  bool number_float(double value, const std::string&) override { return place(value); }
  bool string(std::string& value) override { return place(std::move(value)); }
  bool binary(json::binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(json::object()); }
  bool key(std::string& key) override {
    require(!open_.back()->contains(key), "the key '{}' is given twice", excerpt(key, 40));
    key_ = std::move(key);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ... last read: 'all of the token, as it is'"
    const std::string_view message = error.what();
    const std::size_t prefix = message.find("] ");
    const std::string shown = excerpt(prefix == std::string_view::npos ? message : message.substr(prefix + 2), 300);
    constexpr int number_overflow = 406;
    require(error.id != number_overflow || open_.empty() || !open_.back()->is_object(), "'{}': {}", excerpt(key_, 40),
            shown);
    throw Error(shown);
  }

 private:
  /// Puts a value where it belongs: into the innermost open array or object, or at the top.
  json& put(json value) {
    if (open_.empty()) return document_ = std::move(value);
    json& parent = *open_.back();
    if (parent.is_object()) return parent[key_] = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }

  bool place(json value) {
    put(std::move(value));
    return true;
  }

  bool open(json value) {
    require(open_.size() < max_depth_, "it is nested deeper than {} levels", max_depth_);
    open_.push_back(&put(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  json document_;
  std::vector<json*> open_;
  std::string key_;
};

}  // namespace

json parse_json(std::string_view text, std::size_t max_depth) {
  require(!text.empty(), "it is empty");
  // The parser would take it for the end, whatever follows.
  require(text.find('\0') == std::string_view::npos, "it holds a zero byte");
  DocumentBuilder builder(max_depth);
  json::sax_parse(text, &builder);
  return builder.take();
}

}  // namespace weft
