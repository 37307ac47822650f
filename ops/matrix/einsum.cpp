#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "graph/base/quote.h"
#include "ops/helpers.h"
#include "ops/ops.h"

// Operands are contracted from left to right. For two of them the axes are of four kinds: batches, which both have and
// which are still needed; sums, which both have and nobody else needs; and those that one of them alone has. Each side
// becomes a batch of matrices by a transpose and a reshape, and their product is one matmul.
//
// The axes that "..." stands for get digits for letters, the last of them '0', so that those of all operands line up. An
// operand that is to be repeated along one of them drops it: what an operand has no axis for, it is repeated along.

namespace weft {
namespace {

/// A value whose axes are named.
struct Term {
  Value value;
  std::string axes;
};

class Einsum {
 public:
  Einsum(std::string_view equation, Values operands) : equation_(equation) { parse(operands); }

  Value run() {
    Term product = reduced(with_diagonals(terms_[0]), needed_after(0));
    for (std::size_t i = 1; i < terms_.size(); ++i) {
      const std::string needed = needed_after(i);
      product = contracted(product, reduced(with_diagonals(terms_[i]), needed + product.axes), needed);
    }
    return arranged(product, result_).value;
  }

 private:
  template <typename... Arguments>
  void check(bool holds, fmt::format_string<Arguments...> message, Arguments&&... arguments) const {
    if (!holds) fail("einsum {}: {}", quoted(equation_), fmt::format(message, std::forward<Arguments>(arguments)...));
  }

  // ---- Reading the equation

  void parse(Values operands) {
    std::string text(equation_);
    std::erase(text, ' ');
    const std::size_t arrow = text.find("->");
    const std::string inputs = text.substr(0, arrow);
    for (std::size_t begin = 0; begin <= inputs.size();) {
      const std::size_t end = std::min(inputs.find(',', begin), inputs.size());
      terms_.push_back({Value(), inputs.substr(begin, end - begin)});
      begin = end + 1;
    }
    check(terms_.size() == operands.size(), "it names {} operands, {} are given", terms_.size(), operands.size());
    for (std::size_t i = 0; i < terms_.size(); ++i) take(i, operands[i]);
    for (Term& term : terms_) drop_repeated_axes(term);
    result_ = arrow == std::string::npos ? "..." + letters_that_occur_once() : text.substr(arrow + 2);
    check(take_ellipsis(result_, unnamed_) || unnamed_ == 0,
          "the result lacks the \"...\" of the operands, which stands for {} axes", unnamed_);
    for (const char letter : result_) {
      check(extents_[index_of(letter)].has_value(), "the result's subscript '{}' is in no operand", letter);
      check(std::ranges::count(result_, letter) == 1, "the result has the subscript '{}' twice", letter);
    }
  }

  /// Puts digits for so many axes in the place of "..."; returns whether there is one.
  bool take_ellipsis(std::string& axes, std::size_t count) const {
    const std::size_t place = axes.find(ellipsis);
    const bool has_ellipsis = place != std::string::npos;
    if (has_ellipsis) axes.erase(place, ellipsis.size());
    for (const char letter : axes)
      check((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'),
            "'{}' is no subscript: a letter is needed, one \"...\", ',' or '->'", letter);
    if (has_ellipsis) axes.insert(place, digits, digits.size() - count);
    return has_ellipsis;
  }

  void take(std::size_t i, Value operand) {
    Term& term = terms_[i];
    check(static_cast<bool>(operand), "operand {} is a null value", i);
    const std::string written = term.axes;
    const std::size_t rank = operand.shape().rank();
    const std::size_t letters = written.size() - std::min(written.size(), ellipsis.size());  // beside a "..."
    const std::size_t unnamed = rank - std::min(rank, letters);
    if (take_ellipsis(term.axes, unnamed)) unnamed_ = std::max(unnamed_, unnamed);
    check(term.axes.size() == rank, "'{}' names {} axes, operand {} is {}", written, term.axes.size(), i,
          operand.type());
    check(operand.dtype() == (i == 0 ? operand : terms_[0].value).dtype(), "operand 0 is {}, operand {} is {}",
          terms_[0].value ? terms_[0].value.type() : operand.type(), i, operand.type());
    check(is_float(operand.dtype()) || operand.dtype() == DType::i32,
          "operand {} is {}: a floating-point type or i32 is needed", i, operand.type());
    term.value = operand;
    for (std::size_t axis = 0; axis < term.axes.size(); ++axis) {
      std::optional<std::int64_t>& known = extents_[index_of(term.axes[axis])];
      const std::int64_t extent = operand.shape().extents()[axis];
      const bool is_repeated = is_digit(term.axes[axis]) && (extent == 1 || known == 1);
      check(is_repeated || known.value_or(extent) == extent, "{} is {} before, and {} in operand {}, {}",
            described(term.axes[axis]), known.value_or(0), extent, i, operand.type());
      known = std::max(extent, known.value_or(1));
    }
  }

  void drop_repeated_axes(Term& term) const {
    const std::string all = std::exchange(term.axes, "");
    for (std::size_t axis = 0; axis < all.size(); ++axis)
      if (term.value.shape().extents()[axis] == extent_of(all[axis])) term.axes += all[axis];
    if (term.axes != all) term.value = reshape(term.value, shape(term.axes));
  }

  static constexpr std::string_view ellipsis = "...";
  static constexpr std::string_view digits = "76543210";
  static_assert(digits.size() == Shape::max_rank);

  static bool is_digit(char letter) { return has(digits, letter); }
  static std::string described(char letter) {
    return is_digit(letter) ? fmt::format("axis -{} of \"...\"", letter - '0' + 1)
                            : fmt::format("the subscript '{}'", letter);
  }
  static std::size_t index_of(char letter) { return static_cast<unsigned char>(letter); }
  std::int64_t extent_of(char letter) const { return extents_[index_of(letter)].value(); }

  std::string letters_that_occur_once() const {
    std::string all;
    for (const Term& term : terms_) all += term.axes;
    std::ranges::sort(all);
    std::string once;
    std::ranges::copy_if(all, std::back_inserter(once),
                         [&](char letter) { return !is_digit(letter) && std::ranges::count(all, letter) == 1; });
    return once;
  }

  /// The axes that the result and the operands behind this one have.
  std::string needed_after(std::size_t i) const {
    std::string needed = result_;
    for (std::size_t later = i + 1; later < terms_.size(); ++later) needed += terms_[later].axes;
    return needed;
  }

  // ---- Contracting

  static bool has(std::string_view axes, char letter) { return axes.find(letter) != std::string_view::npos; }

  /// Those of the axes that fulfil it.
  template <typename Condition>
  static std::string those(std::string_view axes, const Condition& condition) {
    std::string chosen;
    std::ranges::copy_if(axes, std::back_inserter(chosen), condition);
    return chosen;
  }

  std::int64_t volume(std::string_view axes) const {
    std::int64_t product = 1;
    for (const char letter : axes) product *= extent_of(letter);
    return product;
  }

  Shape shape(std::string_view axes) const {
    std::vector<std::int64_t> extents;
    for (const char letter : axes) extents.push_back(extent_of(letter));
    return Shape(std::span<const std::int64_t>(extents));
  }

  /// The same value with its axes in that order, which has the same letters.
  static Term arranged(const Term& term, const std::string& axes) {
    if (term.axes == axes) return term;
    std::vector<std::int64_t> permutation;
    for (const char letter : axes) permutation.push_back(static_cast<std::int64_t>(term.axes.find(letter)));
    return {transpose(term.value, permutation), axes};
  }

  /// Every letter once: of a letter that occurs twice the diagonal, whose elements lie n + 1 apart among n * n.
  Term with_diagonals(Term term) const {
    std::size_t first = 0;
    while (first < term.axes.size()) {
      const char letter = term.axes[first];
      const std::size_t second = term.axes.find(letter, first + 1);
      if (second == std::string::npos) {
        ++first;
        continue;
      }
      const std::int64_t n = extent_of(letter);
      const Value pairs = axis_to_last(axis_to_last(term.value, second), first);
      term.axes.erase(second, 1);
      term.axes.erase(first, 1);
      const Value rows = reshape(pairs, {volume(term.axes), n * n});
      term.axes += letter;
      term.value = reshape(slice(rows, 1, 0, n * n, n + 1), shape(term.axes));
    }
    return term;
  }

  /// Without the axes that nobody needs: they are summed over.
  static Term reduced(const Term& term, std::string_view needed) {
    std::vector<std::int64_t> axes;
    for (std::size_t axis = 0; axis < term.axes.size(); ++axis)
      if (!has(needed, term.axes[axis])) axes.push_back(static_cast<std::int64_t>(axis));
    if (axes.empty()) return term;
    return {reduce_sum(term.value, axes), those(term.axes, [&](char letter) { return has(needed, letter); })};
  }

  Term contracted(const Term& a, const Term& b, std::string_view needed) const {
    const std::string shared = those(a.axes, [&](char letter) { return has(b.axes, letter); });
    const std::string batch = those(shared, [&](char letter) { return has(needed, letter); });
    const std::string sums = those(shared, [&](char letter) { return !has(needed, letter); });
    const Term left = reduced(a, std::string(needed) + b.axes);
    const std::string rows = those(left.axes, [&](char letter) { return !has(shared, letter); });
    const std::string columns = those(b.axes, [&](char letter) { return !has(shared, letter); });
    const Term product{product_of(left, b, batch, rows, sums, columns), batch + rows + columns};
    return {reshape(product.value, shape(product.axes)), product.axes};
  }

  /// [batch, rows, columns], in which each of the three is one axis.
  Value product_of(const Term& a, const Term& b, const std::string& batch, const std::string& rows,
                   const std::string& sums, const std::string& columns) const {
    const bool by_matmul = !sums.empty() && is_float(a.value.dtype());
    // A side that is stored transposed enters so.
    const bool transpose_a = by_matmul && a.axes == batch + sums + rows && a.axes != batch + rows + sums;
    const bool transpose_b = by_matmul && b.axes == batch + columns + sums && b.axes != batch + sums + columns;
    const Value left = arranged(a, transpose_a ? a.axes : batch + rows + sums).value;
    const Value right = arranged(b, transpose_b ? b.axes : batch + sums + columns).value;
    const std::int64_t n = volume(batch);
    const std::int64_t m = volume(rows);
    const std::int64_t k = volume(sums);
    const std::int64_t l = volume(columns);
    if (by_matmul) {
      const auto matrix = [&](Value value, std::int64_t first, std::int64_t second) {
        return batch.empty() ? reshape(value, {first, second}) : reshape(value, {n, first, second});
      };
      return matmul(transpose_a ? matrix(left, k, m) : matrix(left, m, k),
                    transpose_b ? matrix(right, l, k) : matrix(right, k, l), transpose_a, transpose_b);
    }
    const Value products = reshape(left, {n, m, k, 1}) * reshape(right, {n, 1, k, l});
    return sums.empty() ? products : reduce_sum(products, {2});
  }

  std::string_view equation_;
  std::vector<Term> terms_;
  std::string result_;
  std::size_t unnamed_ = 0;  ///< axes that "..." stands for in the result
  std::array<std::optional<std::int64_t>, 256> extents_;
};

}  // namespace

Value einsum(std::string_view equation, Values operands) { return Einsum(equation, operands).run(); }

}  // namespace weft
