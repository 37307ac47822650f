#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/onednn/products/primitive.h"

// Which kernel runs which matrix product: a rule that knows all products, and selections that override it where a
// machine was measured (measure_kernels.h). The bits of a result depend on the kernel, never on how it was chosen: who
// keeps the table repeats the bits.

namespace weft::onednn {

/// The ways to run a product. None has bits that depend on the number of threads.
enum class ProductKernel {
  packed,  ///< oneDNN's matmul on a packed copy of the right operand: a row's bits do not depend on the rows beside it
  plain,   ///< oneDNN's matmul on the operands as they are
  sgemm,   ///< oneDNN's sgemm, by tiles of fixed extents
  vector,  ///< loops of our own: a vector's bits do not depend on the vectors beside it
  panels,  ///< loops of our own for factors in bf16, on a copy of the right operand: a row's bits do not depend on others
};
/// "packed", "plain", "sgemm", "vector", "panels".
std::string_view to_string(ProductKernel kernel);

/// A product as the choice of its kernel sees it.
struct ProductSite {
  Product product;
  bool batched = false;   ///< operands with batch axes, even if the batch is 1
  bool variable = false;  ///< the right operand is a variable or a constant, which may be packed once for many runs

  /// "64 x 1024 x 3072, bias, right operand a variable": m, k and n, and what else there is to say.
  std::string to_string() const;
  friend auto operator<=>(const ProductSite&, const ProductSite&) = default;
};

/// Of products with so many rows the right operand is soon packed, next to what they take.
inline constexpr std::int64_t many_rows = 256;

/// The kernels that can run it, the rule's among them.
std::vector<ProductKernel> kernels_for(const ProductSite& site);
/// What runs a product that no table speaks of; made from measurements (docs/performance.md, "Which product kernel").
ProductKernel kernel_by_rule(const ProductSite& site);

/// A table of products and the kernels that run them; what it lacks goes by the rule.
class KernelSelection {
 public:
  /// The table of a file, for instance
  ///
  ///     {
  ///       "format": "weft kernels 1",
  ///       "machine": "AMD EPYC 9R14, oneDNN 2.6.3, 2 threads",
  ///       "picks": [
  ///         {"m": 64, "k": 1024, "n": 5921, "bias": true, "variable": true, "kernel": "plain"}
  ///       ]
  ///     }
  ///
  /// with "batch" where operands have batch axes, "transpose_a" and "transpose_b" where they are transposed, "bf16" where
  /// they are in that type, and "rounds_b" where the right one is to be rounded to it. Throws Error, with the path and the number of the entry, when anything is unknown, missing, out of range or there twice,
  /// and when a kernel cannot run its product.
  static KernelSelection load(const std::filesystem::path& path);
  /// The same for its text; `origin` stands before messages.
  static KernelSelection from_json(std::string_view text, std::string_view origin);
  /// The text of such a file: one product a line, sorted.
  std::string to_json() const;

  /// The kernel of a product, by the table or else by the rule.
  ProductKernel kernel(const ProductSite& site) const;
  /// Throws Error that names the kernels that can when this one cannot run the product.
  void set(const ProductSite& site, ProductKernel kernel);
  std::size_t size() const { return selection_.size(); }
  /// How many of them are not what the rule says.
  std::size_t differing() const;

  /// Where it was measured, for readers; changes nothing.
  const std::string& machine() const { return machine_; }
  void set_machine(std::string machine) { machine_ = std::move(machine); }

  friend bool operator==(const KernelSelection&, const KernelSelection&) = default;

 private:
  std::string machine_;
  std::map<ProductSite, ProductKernel> selection_;
};

}  // namespace weft::onednn
