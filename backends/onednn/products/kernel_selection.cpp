#include "backends/onednn/products/kernel_selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "backends/onednn/products/vector_products.h"
#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/joined.h"
#include "graph/base/json_checks.h"
#include "graph/base/json_parse.h"
#include "graph/base/quote.h"
#include "graph/base/suggestion.h"

// The rule was found by measurement, among kernels whose bits do not depend on the number of threads:
//
// - The right operand is a variable: a packed copy of it, made once after each update and shared. A row's bits then do
//   not depend on the rows beside it. But transposed with many rows (the gradient of a layer's input), packing costs
//   more than it gains, and the plain order is read.
// - The left operand enters transposed (weight gradients), or both operands are computed in the run: sgemm, by tiles.
// - Batches of vectors, also of one: loops of our own, so that a vector's bits do not depend on the batch's size.
// - Factors in bf16: loops of our own on a copy of the right operand, packed once after each update where it is a variable
//   and the rows are few; of many rows, a copy that is kept would save next to nothing. But oneDNN's AMX is faster than they
//   are, on a packed copy of a variable or on the plain order.
// - Anything else, and batches in bf16: oneDNN's matmul on the plain order.

namespace weft::onednn {
namespace {

using nlohmann::json;

constexpr std::string_view format_name = "weft kernels 1";
constexpr std::uint64_t max_file_bytes = std::uint64_t{16} << 20;
constexpr std::int64_t max_extent = std::int64_t{1} << 40;
constexpr std::size_t longest_name = 80;  ///< that a message shows

constexpr std::array all_kernels{ProductKernel::packed, ProductKernel::plain, ProductKernel::sgemm,
                                 ProductKernel::vector, ProductKernel::panels};

bool can_run(ProductKernel kernel, const ProductSite& site) {
  const Product& product = site.product;
  const bool in_bf16 = product.factors == DType::bf16;
  switch (kernel) {
    case ProductKernel::packed:
      return site.variable && product.batch == 1 && !product.transpose_a && (!in_bf16 || has_bf16_instructions());
    case ProductKernel::plain:  // transposed on the left, oneDNN may split the sums among threads
      return !product.rounds_b && (product.batch > 1 || !product.transpose_a || in_bf16);
    case ProductKernel::sgemm:
      return product.batch == 1 && !product.bias && product.factors == DType::f32;
    case ProductKernel::vector:
      return is_vector_product(product);
    case ProductKernel::panels:
      return product.batch == 1 && in_bf16;
  }
  return false;
}

std::vector<std::string_view> names_of(const std::vector<ProductKernel>& kernels) {
  std::vector<std::string_view> names;
  for (const ProductKernel kernel : kernels) names.push_back(to_string(kernel));
  return names;
}

// ---- A site and its kernel as a JSON object

std::string entry_text(const ProductSite& site, ProductKernel kernel) {
  const auto& [batch, m, k, n, transpose_a, transpose_b, bias, factors, rounds_b] = site.product;
  std::string text = "{";
  if (site.batched) text += fmt::format(R"("batch": {}, )", batch);
  text += fmt::format(R"("m": {}, "k": {}, "n": {})", m, k, n);
  const auto add_flag = [&text](std::string_view name, bool is_so) {
    if (is_so) text += fmt::format(R"(, "{}": true)", name);
  };
  add_flag("transpose_a", transpose_a);
  add_flag("transpose_b", transpose_b);
  add_flag("bias", bias);
  add_flag("bf16", factors == DType::bf16);
  add_flag("rounds_b", rounds_b);
  add_flag("variable", site.variable);
  return text + fmt::format(R"(, "kernel": "{}"}})", to_string(kernel));
}

std::int64_t extent(const json& entry, const char* name) {
  const std::int64_t value = as_integer(member(entry, name), fmt::format("'{}'", name));
  require(value >= 1 && value <= max_extent, "'{}' is {}, it must be from 1 to {}", name, value, max_extent);
  return value;
}

bool flag(const json& entry, const char* name) {
  return entry.contains(name) && as_boolean(entry[name], fmt::format("'{}'", name));
}

ProductSite site_of(const json& entry) {
  require_object(
      entry, "a pick",
      {"batch", "m", "k", "n", "transpose_a", "transpose_b", "bias", "bf16", "rounds_b", "variable", "kernel"});
  const bool batched = entry.contains("batch");
  require(!flag(entry, "rounds_b") || (flag(entry, "bf16") && !batched),
          "'rounds_b' is of products in bf16 without batch axes");
  return {.product = {.batch = batched ? extent(entry, "batch") : 1,
                      .m = extent(entry, "m"),
                      .k = extent(entry, "k"),
                      .n = extent(entry, "n"),
                      .transpose_a = flag(entry, "transpose_a"),
                      .transpose_b = flag(entry, "transpose_b"),
                      .bias = flag(entry, "bias"),
                      .factors = flag(entry, "bf16") ? DType::bf16 : DType::f32,
                      .rounds_b = flag(entry, "rounds_b")},
          .batched = batched,
          .variable = flag(entry, "variable")};
}

ProductKernel kernel_named(const std::string& name) {
  for (const ProductKernel kernel : all_kernels)
    if (name == to_string(kernel)) return kernel;
  const std::vector<std::string_view> names = names_of({all_kernels.begin(), all_kernels.end()});
  const std::string shown = excerpt(name, longest_name);
  fail("there is no kernel '{}'{}; there are {}", shown, suggestion(shown, names), joined(names, ", "));
}

}  // namespace

std::string_view to_string(ProductKernel kernel) {
  constexpr std::string_view names[] = {"packed", "plain", "sgemm", "vector", "panels"};
  return names[static_cast<std::size_t>(kernel)];
}

std::string ProductSite::to_string() const {
  std::string text = fmt::format("{} x {} x {}", product.m, product.k, product.n);
  if (batched) text = fmt::format("batch of {}, {}", product.batch, text);
  if (product.transpose_a) text += ", left operand transposed";
  if (product.transpose_b) text += ", right operand transposed";
  if (product.bias) text += ", bias";
  if (product.factors == DType::bf16) text += ", bf16";
  if (product.rounds_b) text += ", right operand rounded";
  if (variable) text += ", right operand a variable";
  return text;
}

std::vector<ProductKernel> kernels_for(const ProductSite& site) {
  std::vector<ProductKernel> kernels;
  std::ranges::copy_if(all_kernels, std::back_inserter(kernels),
                       [&](ProductKernel kernel) { return can_run(kernel, site); });
  return kernels;
}

namespace {

ProductKernel bf16_kernel_by_rule(const ProductSite& site) {
  if (site.product.batch > 1) return ProductKernel::plain;
  if (!has_amx()) return ProductKernel::panels;
  if (can_run(ProductKernel::packed, site)) return ProductKernel::packed;
  return site.product.rounds_b ? ProductKernel::panels : ProductKernel::plain;
}

}  // namespace

ProductKernel kernel_by_rule(const ProductSite& site) {
  const Product& product = site.product;
  if (product.factors == DType::bf16) return bf16_kernel_by_rule(site);
  if (site.batched && is_vector_product(product)) return ProductKernel::vector;
  if (product.batch > 1) return ProductKernel::plain;
  if (product.transpose_a) return ProductKernel::sgemm;
  if (site.variable && !(product.transpose_b && product.m >= many_rows)) return ProductKernel::packed;
  if (!product.bias && !product.transpose_b) return ProductKernel::sgemm;
  return ProductKernel::plain;
}

KernelSelection KernelSelection::load(const std::filesystem::path& path) {
  return from_json(read_file(path, max_file_bytes), path.string());
}

KernelSelection KernelSelection::from_json(std::string_view text, std::string_view origin) {
  constexpr std::size_t deepest = 3;  // document, picks, pick
  std::size_t number = 0;
  try {
    const json document = parse_json(text, deepest);
    require_object(document, "the table", {"format", "machine", "picks"});
    const std::string& format = as_string(member(document, "format"), "'format'");
    require(format == format_name, "the format is '{}', '{}' is needed: measure again", excerpt(format, longest_name),
            format_name);
    KernelSelection table;
    table.set_machine(as_string(member(document, "machine"), "'machine'"));
    for (const json& entry : as_array(member(document, "picks"), "'picks'")) {
      ++number;
      const ProductSite site = site_of(entry);
      require(!table.selection_.contains(site), "it speaks of {} once more", site.to_string());
      table.set(site, kernel_named(as_string(member(entry, "kernel"), "'kernel'")));
    }
    return table;
  } catch (const Error& error) {
    if (number > 0) fail("{}: pick {}: {}", origin, number, error.what());
    fail("{}: it is no table of kernels: {}", origin, error.what());
  }
}

std::string KernelSelection::to_json() const {
  std::vector<std::string> entries;
  for (const auto& [site, kernel] : selection_) entries.push_back("    " + entry_text(site, kernel));
  // A machine may have any name.
  const std::string machine = json(machine_).dump(-1, ' ', false, json::error_handler_t::replace);
  return fmt::format("{{\n  \"format\": \"{}\",\n  \"machine\": {},\n  \"picks\": [\n{}\n  ]\n}}\n", format_name,
                     machine, joined(entries, ",\n"));
}

ProductKernel KernelSelection::kernel(const ProductSite& site) const {
  const auto at = selection_.find(site);
  return at == selection_.end() ? kernel_by_rule(site) : at->second;
}

void KernelSelection::set(const ProductSite& site, ProductKernel kernel) {
  const std::vector<ProductKernel> possible = kernels_for(site);
  require(std::ranges::find(possible, kernel) != possible.end(), "{} cannot run {}; {} can", onednn::to_string(kernel),
          site.to_string(), joined(names_of(possible), ", "));
  selection_[site] = kernel;
}

std::size_t KernelSelection::differing() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(selection_, [](const auto& pick) { return pick.second != kernel_by_rule(pick.first); }));
}

}  // namespace weft::onednn
