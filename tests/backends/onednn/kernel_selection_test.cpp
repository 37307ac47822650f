// Selections of kernels: read, written, refused, used; and that no kernel's bits depend on the number of threads.

#include "backends/onednn/products/kernel_selection.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/measure_kernels.h"
#include "graph/base/error.h"
#include "graph/base/file.h"
#include "tests/backends/onednn/test.h"
#include "tests/temporary_folder.h"

namespace weft::onednn {
namespace {

const Initializer uniform = Initializer::uniform(-0.1, 0.1);

std::string table(const std::string& selection) {
  return R"({"format": "weft kernels 1", "machine": "mine", "picks": [)" + selection + "]}";
}

std::string error_of(const std::string& text) {
  try {
    KernelSelection::from_json(text, "kernels.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "it is read";
}

ProductSite of_variable(std::int64_t m, std::int64_t k, std::int64_t n) {
  return {.product = {.m = m, .k = k, .n = n}, .variable = true};
}

/// One product, and as what kernel it is compiled with the table.
struct OneProduct {
  Graph graph;
  ProductSite site;

  Execution compiled(const std::shared_ptr<const KernelSelection>& selection) const {
    return compile(graph, *onednn_backend({.kernels = selection}));
  }
  Execution compiled(ProductKernel kernel) const {
    const auto selection = std::make_shared<KernelSelection>();
    selection->set(site, kernel);
    return compiled(selection);
  }
  static std::string kind(const Execution& execution) {
    return std::string(execution.program().steps().front().implementation);
  }
};

/// a [m, k] b [k, n], of a batch if there is one, as `site` says.
OneProduct product_graph(const ProductSite& site) {
  OneProduct one{Graph(), site};
  const Product& product = site.product;
  const auto shape = [&](std::int64_t rows, std::int64_t columns, bool transposed) {
    const Shape matrix = transposed ? Shape{columns, rows} : Shape{rows, columns};
    return site.batched ? matrix.inserted(0, product.batch) : matrix;
  };
  const Value a = one.graph.input("a", product.factors, shape(product.m, product.k, product.transpose_a));
  const Shape right = shape(product.k, product.n, product.transpose_b);
  const DType dtype = product.rounds_b ? DType::f32 : product.factors;
  const Value b = site.variable ? one.graph.parameter("b", right, uniform, dtype) : one.graph.input("b", dtype, right);
  one.graph.output("y", product.bias ? dense(a, b, one.graph.input("bias", DType::f32, {product.n}))
                                     : matmul(a, b, product.transpose_a, product.transpose_b));
  return one;
}

/// Products of every kind; the long sums are those that oneDNN would split.
std::vector<ProductSite> all_kinds() {
  std::vector<ProductSite> sites;
  for (const auto& [m, k, n] : std::vector<std::array<std::int64_t, 3>>{
           {1, 512, 700}, {64, 1024, 300}, {300, 65, 129}, {33, 2000, 64}, {5, 5000, 64}, {64, 9, 1}, {256, 640, 320}})
    for (const bool transpose_b : {false, true})
      for (const bool variable : {false, true}) {
        sites.push_back({.product = {.m = m, .k = k, .n = n, .transpose_b = transpose_b}, .variable = variable});
        sites.push_back({.product = {.batch = 3, .m = m, .k = k, .n = n, .transpose_b = transpose_b},
                         .batched = true,
                         .variable = variable});
        if (transpose_b) continue;
        sites.push_back({.product = {.m = m, .k = k, .n = n, .transpose_a = true}, .variable = variable});
        sites.push_back({.product = {.m = m, .k = k, .n = n, .bias = true}, .variable = variable});
      }
  const std::vector<ProductSite> in_f32 = sites;
  for (ProductSite site : in_f32) {
    site.product.factors = DType::bf16;
    sites.push_back(site);
    site.product.rounds_b = true;
    if (!site.batched) sites.push_back(site);
  }
  return sites;
}

}  // namespace

TEST_CASE("a selection is written as it is read, sorted, one product a line") {
  KernelSelection selection;
  selection.set_machine("a \"machine\"\n");
  selection.set({.product = {.m = 64, .k = 1024, .n = 5921, .bias = true}, .variable = true}, ProductKernel::plain);
  selection.set({.product = {.batch = 64, .m = 1, .k = 9, .n = 1024}, .batched = true}, ProductKernel::plain);
  selection.set({.product = {.m = 8, .k = 2, .n = 4, .transpose_a = true, .transpose_b = true}}, ProductKernel::sgemm);
  const std::string text = selection.to_json();
  CHECK(text ==
        "{\n"
        "  \"format\": \"weft kernels 1\",\n"
        "  \"machine\": \"a \\\"machine\\\"\\n\",\n"
        "  \"picks\": [\n"
        "    {\"m\": 8, \"k\": 2, \"n\": 4, \"transpose_a\": true, \"transpose_b\": true, \"kernel\": \"sgemm\"},\n"
        "    {\"m\": 64, \"k\": 1024, \"n\": 5921, \"bias\": true, \"variable\": true, \"kernel\": \"plain\"},\n"
        "    {\"batch\": 64, \"m\": 1, \"k\": 9, \"n\": 1024, \"kernel\": \"plain\"}\n"
        "  ]\n"
        "}\n");
  CHECK(KernelSelection::from_json(text, "x") == selection);
  CHECK(KernelSelection::from_json(KernelSelection().to_json(), "x") == KernelSelection());
  CHECK(selection.size() == 3);
  CHECK(selection.differing() == 2);  // the rule has packed and vector for them, and sgemm for the first

  const test::TemporaryFolder folder;
  write_file(folder / "kernels.json", text);
  CHECK(KernelSelection::load(folder / "kernels.json") == selection);
  CHECK_THROWS_AS(KernelSelection::load(folder / "missing.json"), Error);
}

TEST_CASE("a bad selection is refused, with its name, the entry and what is wrong") {
  const std::string good = R"({"m": 2, "k": 3, "n": 4, "variable": true, "kernel": "packed"})";
  CHECK(error_of(table(good)) == "it is read");
  const auto bad_table = [](const std::string& text, const std::string& message) {
    CHECK(error_of(text) == "kernels.json: it is no table of kernels: " + message);
  };
  bad_table("[1, 2]", "the table must be an object, not array");
  bad_table(std::string(100'000, '['), "it is nested deeper than 3 levels");
  bad_table(table(good) + '\0', "it holds a zero byte");
  bad_table(R"({"format": "weft kernels 2", "machine": "", "picks": []})",
            "the format is 'weft kernels 2', 'weft kernels 1' is needed: measure again");
  bad_table(R"({"format": "weft kernels 1", "picks": []})", "the key 'machine' is missing");
  bad_table(R"({"format": "weft kernels 1", "machine": 7, "picks": []})", "'machine' must be a string, not number");
  bad_table(R"({"format": "weft kernels 1", "machine": "", "picks": {}})", "'picks' must be an array, not object");
  bad_table("", "it is empty");
  for (const std::string& damaged : {table(good).substr(0, 90), std::string("\x7f"
                                                                            "ELF")})
    CHECK(error_of(damaged).starts_with("kernels.json: it is no table of kernels: parse error at line 1, column "));

  const auto bad_entry = [&](const std::string& entry, const std::string& message) {
    CHECK(error_of(table(good + ", " + entry)) == "kernels.json: pick 2: " + message);
  };
  bad_entry("7", "a pick must be an object, not number");
  bad_entry(R"({"k": 3, "n": 4, "kernel": "plain"})", "the key 'm' is missing");
  bad_entry(R"({"m": 2, "k": 3, "n": 4})", "the key 'kernel' is missing");
  bad_entry(R"({"m": 2, "k": 0, "n": 4, "kernel": "plain"})", "'k' is 0, it must be from 1 to 1099511627776");
  bad_entry(R"({"m": 2, "k": -3, "n": 4, "kernel": "plain"})", "'k' is -3, it must be from 1 to 1099511627776");
  bad_entry(R"({"m": 2, "k": 3.5, "n": 4, "kernel": "plain"})", "'k' must be an integer, not 3.5");
  bad_entry(R"({"m": 2, "k": "3", "n": 4, "kernel": "plain"})", "'k' must be an integer, not \"3\"");
  bad_entry(R"({"m": 2, "k": 3, "n": 4, "bias": 1, "kernel": "plain"})", "'bias' must be true or false, not number");
  bad_entry(R"({"m": 2, "k": 3, "n": 4, "kernel": "plan"})",
            "there is no kernel 'plan'; did you mean 'plain'?; there are packed, plain, sgemm, vector, panels");
  bad_entry(R"({"m": 2, "k": 3, "n": 4, "kernal": "plain"})",
            "a pick has an unknown key 'kernal': batch, m, k, n, transpose_a, transpose_b, bias, bf16, rounds_b, "
            "variable, kernel "
            "are known");
  bad_entry(good, "it speaks of 2 x 3 x 4, right operand a variable once more");
  bad_entry(R"({"m": 2, "k": 3, "n": 4, "rounds_b": true, "kernel": "panels"})",
            "'rounds_b' is of products in bf16 without batch axes");
  bad_entry(R"({"m": 2, "k": 3, "n": 4, "bf16": true, "rounds_b": true, "kernel": "sgemm"})",
            "sgemm cannot run 2 x 3 x 4, bf16, right operand rounded; panels can");
  bad_entry(R"({"m": 2, "k": 3, "n": 4, "kernel": "packed"})", "packed cannot run 2 x 3 x 4; plain, sgemm can");
  bad_entry(R"({"m": 2, "k": 3, "n": 4, "bias": true, "kernel": "sgemm"})",
            "sgemm cannot run 2 x 3 x 4, bias; plain can");
  bad_entry(R"({"batch": 5, "m": 2, "k": 3, "n": 4, "transpose_a": true, "kernel": "vector"})",
            "vector cannot run batch of 5, 2 x 3 x 4, left operand transposed; plain can");
}

TEST_CASE("a product runs by the kernel that the table has for it, and by the rule where it has none") {
  KernelSelection other;
  other.set(of_variable(5, 30, 41), ProductKernel::sgemm);
  for (const auto& [kernel, kind] :
       std::vector<std::pair<ProductKernel, std::string>>{{ProductKernel::packed, "matmul:packed"},
                                                          {ProductKernel::plain, "matmul:plain"},
                                                          {ProductKernel::sgemm, "sgemm"}})
    CHECK(OneProduct::kind(product_graph(of_variable(5, 30, 40)).compiled(kernel)) == kind);
  const OneProduct product = product_graph(of_variable(5, 30, 40));
  CHECK(OneProduct::kind(product.compiled(std::make_shared<KernelSelection>(other))) == "matmul:packed");
  CHECK(OneProduct::kind(product.compiled(std::shared_ptr<const KernelSelection>())) == "matmul:packed");
  CHECK(OneProduct::kind(product_graph(of_variable(5, 30, 1)).compiled(ProductKernel::vector)) == "loop");
  ProductSite in_bf16 = of_variable(5, 30, 40);
  in_bf16.product.factors = DType::bf16;
  in_bf16.product.rounds_b = true;
  CHECK(OneProduct::kind(product_graph(in_bf16).compiled(ProductKernel::panels)) == "panels");
}

TEST_CASE("the rule's kernel is one that can run the product") {
  for (const ProductSite& site : all_kinds()) {
    CAPTURE(site.to_string());
    const std::vector<ProductKernel> kernels = kernels_for(site);
    CHECK(std::ranges::count(kernels, kernel_by_rule(site)) == 1);
  }
}

TEST_CASE("every kernel that can run a product computes it, with the same bits on any number of threads") {
  for (const ProductSite& site : all_kinds()) {
    const OneProduct one = product_graph(site);
    const TensorMap inputs = test::draw_all(one.graph);
    const TensorMap expected = one.compiled(kernel_by_rule(site)).run(inputs);
    for (const ProductKernel kernel : kernels_for(site)) {
      CAPTURE(site.to_string());
      CAPTURE(to_string(kernel));
      const auto run = [&](int count) {
        const test::Threads threads(count);
        return one.compiled(kernel).run(inputs).at("y");
      };
      const Tensor alone = run(1);
      // Sums of k terms, whose orders differ: an error of 2^-24 each, which adds up as a random walk does.
      CHECK(test::distance(alone, expected.at("y")) < 0x1p-22 * std::sqrt(static_cast<double>(site.product.k)));
      for (const int count : {2, 3, 4}) CHECK(run(count) == alone);
    }
  }
}

TEST_CASE("the products of a graph are found with the uses that share a packed copy") {
  Graph graph;
  const Value w = graph.parameter("w", {30, 30}, uniform);
  Value h = graph.input("h", DType::f32, {5, 30});
  for (int step = 0; step < 4; ++step) h = tanh(matmul(h, w));
  graph.output("h", h);
  graph.output("back", matmul(h, w, false, true));
  graph.output("outer", matmul(h, h, true));
  ProductUses products;
  add_products(compile(graph, onednn_backend()).graph(), products);
  ProductSite transposed = of_variable(5, 30, 30);
  transposed.product.transpose_b = true;
  const ProductSite outer{.product = {.m = 30, .k = 5, .n = 30, .transpose_a = true}};
  CHECK(products == ProductUses{{of_variable(5, 30, 30), 4}, {transposed, 1}, {outer, 1}});
  // Another graph, in which fewer share.
  Graph once;
  once.output("y", matmul(once.input("x", DType::f32, {5, 30}), once.parameter("w", {30, 30}, uniform)));
  add_products(compile(once, onednn_backend()).graph(), products);
  CHECK(products.at(of_variable(5, 30, 30)) == 1);
}

TEST_CASE("measuring picks a kernel for every product, which then run by them") {
  ProductUses products;
  for (const ProductSite& site : all_kinds())
    if (site.product.k < 1000) products.emplace(site, 2);
  std::vector<std::size_t> progress;
  const auto selection =
      std::make_shared<KernelSelection>(measure_kernels(products, [&](std::size_t done) { progress.push_back(done); }));
  CHECK(selection->size() == products.size());
  CHECK(progress.size() == products.size());
  CHECK(progress.back() == products.size());
  CHECK(selection->machine().find("oneDNN ") != std::string::npos);
  CHECK(KernelSelection::from_json(selection->to_json(), "x") == *selection);
  for (const auto& [site, uses] : products) {
    const OneProduct one = product_graph(site);
    const TensorMap inputs = test::draw_all(one.graph);
    CHECK(one.compiled(selection).run(inputs) == one.compiled(selection->kernel(site)).run(inputs));
  }
}

// A vector of 4096 x 4096 packed anew for a single use costs many times the product: whatever the clock, packing must
// not win.
TEST_CASE("packing is charged to the uses that share it") {
  const ProductSite site = of_variable(1, 4096, 4096);
  REQUIRE(kernel_by_rule(site) == ProductKernel::packed);
  CHECK(measure_kernels({{site, 1}}).kernel(site) != ProductKernel::packed);
}

}  // namespace weft::onednn
