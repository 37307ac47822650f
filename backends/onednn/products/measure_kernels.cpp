#include "backends/onednn/products/measure_kernels.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "backends/onednn/products/product_kernel.h"
#include "backends/onednn/threads.h"
#include "graph/cost.h"
#include "graph/leaf.h"
#include "graph/tensor.h"
#include "ops/op_list.h"
#include "passes/memory/view.h"

// A round times the candidates one after the other, so that what else the machine does meets all of them; the medians
// of the rounds are compared. Before each round a candidate runs once: operands come from the caches as they do in a
// step, where the kernel before has just written them.
//
// Packing is charged by the step: a variable changes with each, so its copy is packed once a step, and the uses of that
// copy share what it costs. With a product that takes t, a packing that takes p and u uses, that is t + p / u.

namespace weft::onednn {
namespace {

constexpr int rounds = 5;
constexpr int rounds_of_long = 3;  ///< of products that take so long that chance matters less
constexpr double long_seconds = 0.02;
constexpr double least_seconds = 200e-6;  ///< that is timed as one
constexpr double clear_win = 0.95;        ///< of the rule's time

using Clock = std::chrono::steady_clock;

bool outlives_a_run(const Graph& graph, ValueId source) {
  const Op* op = graph.node(graph.producer(source)).op;
  return is_leaf(*op) && op != &leaf::input;
}

/// The median over rounds, in seconds.
double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// The operands of a product, and its result.
struct Operands {
  Tensor a, b, bias, result;

  explicit Operands(const Product& product)
      : a(filled({product.batch, product.m, product.k}).converted_to(product.factors)),
        b(filled({product.batch, product.k, product.n}).converted_to(product.rounds_b ? DType::f32 : product.factors)),
        bias(filled({product.n})),
        result(TensorType{DType::f32, {product.batch, product.m, product.n}}) {}

  /// Numbers from -0.5 to 0.5.
  static Tensor filled(const Shape& shape) {
    Tensor tensor(TensorType{DType::f32, shape});
    std::uint32_t state = 1;
    for (float& element : tensor.as<float>()) {
      state = state * 1664525U + 1013904223U;
      element = static_cast<float>(state >> 8U) * 0x1p-24F - 0.5F;
    }
    return tensor;
  }
};

/// One kernel of a product, and its times.
class Candidate {
 public:
  Candidate(const ProductSite& site, ProductKernel kernel, std::int64_t uses, Operands& operands)
      : kernel_(kernel),
        prepared_(product_kernel(site, kernel)),
        uses_(prepared_.packed.empty() ? 0 : uses),
        scratch_(
            {DType::boolean, Shape{std::max<std::int64_t>(1, static_cast<std::int64_t>(prepared_.scratch_bytes))}}),
        operands_{operands.a.bytes().data(), operands.b.bytes().data(), operands.bias.bytes().data()},
        results_{operands.result.bytes().data()} {
    for (const PackRequest& request : prepared_.packed)
      packed_.push_back({request.make(), &version_, operands_[request.operand]});
  }
  // What is packed knows the address of the version.
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;

  ProductKernel kernel() const { return kernel_; }
  double seconds() const { return median(times_); }

  /// A first run, with all that is done but once.
  void warm_up() {
    run();
    const double once = seconds_of_runs(1);
    repeats_ = std::clamp(static_cast<int>(least_seconds / std::max(once, 1e-9)), 1, 100);
    rounds_ = once > long_seconds ? rounds_of_long : rounds;
  }
  int rounds_wanted() const { return rounds_; }

  void time() {
    ++version_;  // what was packed is stale
    const double first = seconds_of_runs(1);
    const double each = seconds_of_runs(repeats_) / repeats_;
    const double packing = uses_ > 0 ? std::max(0.0, first - each) / static_cast<double>(uses_) : 0.0;
    times_.push_back(each + packing);
  }

 private:
  void run() { prepared_.run({operands_, results_, scratch_.bytes().data(), packed_}); }
  double seconds_of_runs(int count) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < count; ++i) run();
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  ProductKernel kernel_;
  Kernel prepared_;
  std::int64_t uses_;  ///< that share a packing; 0: nothing is packed
  std::uint64_t version_ = 1;
  Tensor scratch_;
  const void* operands_[3];
  void* results_[1];
  std::vector<PackedOperand> packed_;
  int repeats_ = 1;
  int rounds_ = rounds;
  std::vector<double> times_;
};

ProductKernel fastest_kernel(const ProductSite& site, std::int64_t uses) {
  const ProductKernel by_rule = kernel_by_rule(site);
  const std::vector<ProductKernel> kernels = kernels_for(site);
  if (kernels.size() == 1) return by_rule;
  Operands operands(site.product);
  std::vector<std::unique_ptr<Candidate>> candidates;
  for (const ProductKernel kernel : kernels)
    candidates.push_back(std::make_unique<Candidate>(site, kernel, uses, operands));
  int wanted = 0;
  for (const auto& candidate : candidates) {
    candidate->warm_up();
    wanted = std::max(wanted, candidate->rounds_wanted());
  }
  for (int round = 0; round < wanted; ++round)
    for (const auto& candidate : candidates) candidate->time();
  const auto fastest = std::ranges::min_element(candidates, {}, [](const auto& each) { return each->seconds(); });
  const auto of_rule = std::ranges::find(candidates, by_rule, [](const auto& each) { return each->kernel(); });
  return (*fastest)->seconds() <= clear_win * (*of_rule)->seconds() ? (*fastest)->kernel() : by_rule;
}

/// "AMD EPYC 9R14, oneDNN 2.6.3, 2 threads".
std::string machine_description() {
  std::ifstream file("/proc/cpuinfo");
  std::string processor = "unknown processor";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    processor = line.substr(std::min(line.size(), line.find(": ") + 2));
    break;
  }
  return fmt::format("{}, {}, {} threads", processor, library_version(), thread_count());
}

}  // namespace

void add_products(const Graph& compiled, ProductUses& products) {
  using Copy = std::tuple<ValueId, std::int64_t, bool>;  // a variable, the offset in it, and whether it is transposed
  std::map<Copy, std::int64_t> uses;
  std::vector<std::pair<ProductSite, Copy>> found;
  for (const NodeId id : compiled.nodes()) {
    const Node& node = compiled.node(id);
    if (node.op != &op::matmul && node.op != &op::dense) continue;
    const Piece right = piece_of(compiled, node.operands[1]);
    const std::vector<TensorType> operands = types_of(compiled, node.operands);
    const std::vector<TensorType> results = types_of(compiled, node.results);
    std::vector<Lifetime> lifetimes(operands.size(), Lifetime::run);
    if (outlives_a_run(compiled, right.source)) lifetimes[1] = Lifetime::program;
    const KernelSpec spec{node, operands, results, lifetimes};
    const std::optional<ProductSite> site = product_site(spec);
    if (!site) continue;
    const Copy copy{right.source, right.offset, site->product.transpose_b};
    if (site->variable) ++uses[copy];
    found.emplace_back(*site, copy);
  }
  for (const auto& [site, copy] : found) {
    const std::int64_t sharing = site.variable ? uses[copy] : 1;
    const auto [at, is_new] = products.try_emplace(site, sharing);
    if (!is_new) at->second = std::min(at->second, sharing);
  }
}

KernelSelection measure_kernels(const ProductUses& products, const std::function<void(std::size_t)>& on_progress) {
  KernelSelection selection;
  selection.set_machine(machine_description());
  for (const auto& [site, uses] : products) {
    selection.set(site, fastest_kernel(site, uses));
    if (on_progress) on_progress(selection.size());
  }
  return selection;
}

}  // namespace weft::onednn
