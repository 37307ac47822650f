#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "graph/base/error.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "graph/io/limits.h"
#include "graph/io/tensor_text.h"
#include "graph/io/text.h"
#include "graph/io/text_grammar.h"
#include "graph/scope_name.h"

namespace weft {
namespace {

/// The text and a place in it: what is skipped, what stands there, and errors that say where.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  /// Passes over white space and comments. Returns the place of what follows.
  std::size_t skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        ++at_;
      else if (c == '#' || text_.substr(at_).starts_with("//"))
        at_ = std::min(text_.find('\n', at_), text_.size());
      else
        break;
    }
    return at_;
  }

  bool at_end() { return skip() == text_.size(); }
  /// The next character without passing it; '\0' at the end.
  char peek() { return at_end() ? '\0' : text_[at_]; }
  /// Whether such a character stands right here, with no space before it.
  bool follows_directly(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool follows_directly(bool (*wanted)(char)) const { return at_ < text_.size() && wanted(text_[at_]); }
  /// The text from a place to here.
  std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  bool accept(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail_expected(fmt::format("'{}'", c));
  }

  /// The longest run of such characters; empty when there is none.
  std::string_view take_while(bool (*wanted)(char)) {
    const std::size_t begin = skip();
    while (at_ < text_.size() && wanted(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string_view expect_word(std::string_view what) {
    const std::string_view word = take_while(is_word_character);
    if (word.empty()) fail_expected(what);
    return word;
  }
  void expect_keyword(std::string_view keyword) {
    const std::size_t begin = skip();
    if (take_while(is_word_character) == keyword) return;
    at_ = begin;
    fail_expected(fmt::format("'{}'", keyword));
  }

  /// A string between quotes, its escapes resolved.
  std::string expect_string(std::string_view what) {
    const std::size_t begin = skip();
    if (!accept('"')) fail_expected(what);
    std::string content;
    while (!follows_directly('"')) {
      if (at_ == text_.size() || text_[at_] == '\n') fail_at(begin, "the string does not end in its line");
      content += text_[at_] == '\\' ? take_escape() : text_[at_++];
    }
    ++at_;
    return content;
  }

  /// What stands here, for a message: a word or a character, shortened.
  std::string found() {
    if (at_end()) return "the end of the text";
    const std::size_t begin = at_;
    std::string_view token = take_while(is_name_character);
    if (token.empty()) token = text_.substr(begin, 1);
    at_ = begin;
    constexpr std::size_t longest = 40;
    const std::string text = quoted(token.substr(0, longest));
    return fmt::format("'{}{}'", std::string_view(text).substr(1, text.size() - 2),
                       token.size() > longest ? "..." : "");
  }

  [[noreturn]] void fail_expected(std::string_view what) {
    const std::size_t begin = skip();
    fail_at(begin, fmt::format("expected {}, found {}", what, found()));
  }

  [[noreturn]] void fail_at(std::size_t place, std::string_view message) const {
    const std::string_view before = text_.substr(0, place);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t column = place - (before.rfind('\n') + 1) + 1;
    constexpr std::size_t longest_message = 1000;  // it may speak of names as they stand in the text
    fail("line {}, column {}: {}", line, column, excerpt(message, longest_message));
  }

 private:
  char take_escape() {
    const std::size_t begin = at_++;
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    if (c == 'n') return '\n';
    if (c == 't') return '\t';
    if (c == 'r') return '\r';
    if (c == '"' || c == '\\') return c;
    if (c == 'x') {
      const std::string_view digits = text_.substr(at_, 2);
      unsigned byte = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (error == std::errc() && end == digits.data() + 2) {
        at_ += 2;
        return static_cast<char>(byte);
      }
    }
    fail_at(begin, R"(an unknown escape: one of \n \t \r \" \\ \xNN is needed)");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Recursive descent into graphs; the grammar (docs/ir.md) nests nothing else, and graphs only once.
class Parser {
 public:
  Parser(Cursor& cursor, const OpTable& ops, SplatBudget& splat_budget, bool is_body = false)
      : cursor_(cursor), ops_(ops), splat_budget_(splat_budget), is_body_(is_body) {}

  Graph parse() {
    cursor_.expect_keyword("graph");
    return parse_rest();
  }

 private:
  /// What follows the word "graph".
  Graph parse_rest() {
    graph_ = Graph(cursor_.expect_string("the graph's name in quotes"));
    cursor_.expect('{');
    while (!cursor_.accept('}')) parse_statement();
    return std::move(graph_);
  }

  /// A name with the index of one result: `%x:1`.
  struct Use {
    std::size_t place = 0;
    std::string name;
    std::size_t index = 0;
  };

  void parse_statement() {
    if (cursor_.peek() == '%') return parse_node();
    const std::size_t place = cursor_.skip();
    const std::string_view word = cursor_.take_while(is_word_character);
    if (word == "output") {
      const std::string name = cursor_.expect_string("the output's name in quotes");
      cursor_.expect('=');
      const Value value = parse_value();
      located(place, [&] { graph_.output(name, value); });
    } else if (word == "update") {
      const Value variable = parse_value();
      cursor_.expect('=');
      const Value value = parse_value();
      located(place, [&] { graph_.update(variable, value); });
    } else {
      cursor_.fail_at(place, fmt::format("expected a node ('%name = ...'), 'output', 'update' or '}}', found {}",
                                         word.empty() ? cursor_.found() : fmt::format("'{:.40}'", word)));
    }
  }

  void parse_node() {
    const std::size_t place = cursor_.skip();
    const std::vector<Use> results = parse_results();
    cursor_.expect('=');
    const Op& op = parse_op();
    const std::vector<Value> operands = parse_operands();
    Attributes attributes = parse_attributes();
    const std::string& name = results[0].name;
    const std::string scope =
        cursor_.accept('@') ? cursor_.expect_string("the scope in quotes") : std::string(usual_scope(name));
    cursor_.expect(':');
    const std::vector<TensorType> types = parse_types();
    if (types.size() != results.size())
      cursor_.fail_at(place, fmt::format("{} {}: {} results are named, {} types are given", op.name, quoted(name),
                                         results.size(), types.size()));
    located(place, [&] { graph_.restore(op, operands, std::move(attributes), name, scope, types); });
  }

  /// `%x`, or `%x:0, %x:1` and so on.
  std::vector<Use> parse_results() {
    std::vector<Use> results;
    do {
      results.push_back(parse_use());
      const Use& result = results.back();
      if (result.index != results.size() - 1 || result.name != results[0].name)
        cursor_.fail_at(result.place, fmt::format("the results of one node are named %{0}:0, %{0}:1, and so on",
                                                  shortened(results[0].name)));
    } while (cursor_.accept(','));
    return results;
  }

  Use parse_use() {
    Use use;
    use.place = cursor_.skip();
    cursor_.expect('%');
    if (cursor_.follows_directly('"')) {
      use.name = cursor_.expect_string("a name");
    } else {
      if (!cursor_.follows_directly(is_name_character)) cursor_.fail_expected("a name right behind the '%'");
      use.name = cursor_.take_while(is_name_character);
    }
    if (use.name.empty()) cursor_.fail_at(use.place, "a name must not be empty");
    if (cursor_.follows_directly(':')) use.index = parse_result_index();
    return use;
  }

  /// The `:1` of `%x:1`.
  std::size_t parse_result_index() {
    cursor_.expect(':');
    const std::size_t place = cursor_.skip();
    const std::string_view digits = cursor_.expect_word("the number of a result");
    const auto index = parse_integer(digits);
    if (!index || *index < 0) cursor_.fail_at(place, fmt::format("'{:.40}' is no number of a result", digits));
    return static_cast<std::size_t>(*index);
  }

  Value parse_value() {
    const Use use = parse_use();
    const NodeId id = graph_.find(use.name);
    if (!id)
      cursor_.fail_at(use.place,
                      fmt::format("no node '{}' stands above; a node follows its operands", shortened(use.name)));
    const std::vector<ValueId>& results = graph_.node(id).results;
    if (use.index >= results.size())
      cursor_.fail_at(use.place, fmt::format("'{}' has {} result{}, there is no :{}", shortened(use.name),
                                             results.size(), results.size() == 1 ? "" : "s", use.index));
    return graph_.value(results[use.index]);
  }

  const Op& parse_op() {
    const std::size_t place = cursor_.skip();
    const std::string_view name = cursor_.expect_word("the name of an op");
    const Op* op = nullptr;
    located(place, [&] { op = &ops_.get(name); });
    return *op;
  }

  std::vector<Value> parse_operands() {
    std::vector<Value> operands;
    cursor_.expect('(');
    if (cursor_.accept(')')) return operands;
    do operands.push_back(parse_value());
    while (cursor_.accept(','));
    cursor_.expect(')');
    return operands;
  }

  std::vector<TensorType> parse_types() {
    std::vector<TensorType> types;
    do {
      const std::size_t place = cursor_.skip();
      types.push_back(parse_type(place, cursor_.expect_word("a type like f32[2,3]")));
    } while (cursor_.accept(','));
    return types;
  }

  /// The rest of a type, behind its element type.
  TensorType parse_type(std::size_t place, std::string_view dtype) {
    TensorType type;
    located(place, [&] { type.dtype = parse_dtype(dtype.substr(0, 40)); });
    cursor_.expect('[');
    std::vector<std::int64_t> extents;
    while (!cursor_.accept(']')) {
      if (!extents.empty()) cursor_.expect(',');
      const std::size_t at = cursor_.skip();
      const std::string_view word = cursor_.expect_word("an extent or ']'");
      const auto extent = parse_integer(word);
      if (!extent) cursor_.fail_at(at, fmt::format("'{:.40}' is no extent", word));
      extents.push_back(*extent);
      if (extents.size() > Shape::max_rank)
        cursor_.fail_at(place, fmt::format("a shape of more than {} extents", Shape::max_rank));
    }
    located(place, [&] { type.shape = Shape(std::span<const std::int64_t>(extents)); });
    return type;
  }

  Attributes parse_attributes() {
    Attributes attributes;
    if (!cursor_.accept('{')) return attributes;
    if (cursor_.accept('}')) return attributes;
    do {
      const std::size_t place = cursor_.skip();
      std::string name = cursor_.peek() == '"' ? cursor_.expect_string("an attribute's name")
                                               : std::string(cursor_.expect_word("an attribute's name"));
      if (attributes.contains(name))
        cursor_.fail_at(place, fmt::format("the attribute '{}' is given twice", shortened(name)));
      if (attributes.size() == max_attributes)
        cursor_.fail_at(place, fmt::format("a node of more than {} attributes", max_attributes));
      cursor_.expect('=');
      attributes.set(std::move(name), parse_attribute());
    } while (cursor_.accept(','));
    cursor_.expect('}');
    return attributes;
  }

  Attribute parse_attribute() {
    if (cursor_.peek() == '"') return cursor_.expect_string("a string");
    if (cursor_.peek() == '[') return parse_list();
    const std::size_t place = cursor_.skip();
    const std::string_view word = parse_scalar("true, false, a number, a string, a list, a tensor or a graph");
    if (word == "graph") {
      if (is_body_) cursor_.fail_at(place, "a graph within a graph's body: bodies nest once");
      return std::make_shared<const Graph>(Parser(cursor_, ops_, splat_budget_, true).parse_rest());
    }
    if (word == "true") return true;
    if (word == "false") return false;
    if (word == "numbers") {
      cursor_.expect('[');
      cursor_.expect(']');
      return std::vector<double>{};
    }
    if (cursor_.peek() == '[') return parse_tensor(place, word);
    return parse_number(place, word);
  }

  /// A word, or a NaN with its bits: `nan(0x7fc00001)`.
  std::string_view parse_scalar(std::string_view what) {
    const std::size_t begin = cursor_.skip();
    const std::string_view word = cursor_.expect_word(what);
    if (word != "nan" || !cursor_.follows_directly('(')) return word;
    cursor_.expect('(');
    cursor_.expect_word("the bits of a NaN");
    cursor_.expect(')');
    return cursor_.since(begin);
  }

  /// An integer when it looks like one, a double otherwise.
  Attribute parse_number(std::size_t place, std::string_view word) {
    if (looks_like_integer(word)) {
      const auto integer = parse_integer(word);
      if (!integer) cursor_.fail_at(place, fmt::format("'{:.40}' does not fit in 64 bits", word));
      return *integer;
    }
    const auto number = parse_double(word);
    if (!number)
      cursor_.fail_at(
          place, fmt::format("'{:.40}' is no number (or out of range), true, false, string, list or tensor", word));
    return *number;
  }

  /// Integers or doubles; an empty list is one of integers.
  Attribute parse_list() {
    std::vector<std::int64_t> integers;
    std::vector<double> numbers;
    cursor_.expect('[');
    while (!cursor_.accept(']')) {
      if (!integers.empty() || !numbers.empty()) cursor_.expect(',');
      const std::size_t place = cursor_.skip();
      const Attribute item = parse_number(place, parse_scalar("a number or ']'"));
      if (const auto* integer = std::get_if<std::int64_t>(&item))
        integers.push_back(*integer);
      else
        numbers.push_back(std::get<double>(item));
      if (!integers.empty() && !numbers.empty())
        cursor_.fail_at(place, "a list holds integers (1) or numbers (1.0), not both");
    }
    if (numbers.empty()) return integers;
    return numbers;
  }

  /// `f32[2,3] {0.5}` or `f32[2] {1.0, 2.0}`.
  Attribute parse_tensor(std::size_t place, std::string_view dtype) {
    const TensorType type = parse_type(place, dtype);
    std::vector<std::string_view> elements;
    cursor_.expect('{');
    do elements.push_back(parse_scalar("an element"));
    while (cursor_.accept(','));
    cursor_.expect('}');
    Attribute attribute;
    located(place,
            [&] { attribute = std::make_shared<const Tensor>(tensor_from_text(type, elements, splat_budget_)); });
    return attribute;
  }

  static std::string shortened(std::string_view name) {
    constexpr std::size_t longest = 80;
    return excerpt(name, longest);
  }

  /// Runs what knows nothing of the text, and puts the place before its errors.
  template <typename Action>
  void located(std::size_t place, const Action& action) {
    std::optional<std::string> message;
    try {
      action();
    } catch (const Error& error) {
      message = error.what();
    }
    if (message) cursor_.fail_at(place, *message);
  }

  Cursor& cursor_;
  const OpTable& ops_;
  SplatBudget& splat_budget_;
  bool is_body_;
  Graph graph_;
};

}  // namespace

Graph parse_text(std::string_view text, const OpTable& ops) {
  Cursor cursor(text);
  SplatBudget splat_budget;
  Graph graph = Parser(cursor, ops, splat_budget).parse();
  if (!cursor.at_end()) cursor.fail_expected("the end of the text");
  return graph;
}

}  // namespace weft
