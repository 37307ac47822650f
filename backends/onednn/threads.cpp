#include "backends/onednn/threads.h"

#include <omp.h>

#include <algorithm>
#include <string_view>

#include "graph/base/error.h"
#include "graph/cost.h"

namespace weft::onednn {
namespace {

// Of one thread, a nanosecond: of the kinds of kernels, measured, the slower ones.
constexpr double bytes_moved = 40.0;
constexpr double flops_of_products = 100.0;
constexpr double flops_of_attention = 40.0;
constexpr double flops_of_loops = 10.0;

/// Half of it is what a second thread saves: as much as it takes to wake one, when that is fast. Threads that wait for
/// less than about as long do not fall asleep (openmp_wait.h), so kernels below it keep none waiting.
constexpr double least_nanoseconds = 20'000.0;

double flops_a_nanosecond(std::string_view family) {
  if (family == "matrix" || family == "convolution") return flops_of_products;
  return family == "attention" ? flops_of_attention : flops_of_loops;
}

}  // namespace

int thread_count() { return omp_get_max_threads(); }

void set_thread_count(int count) {
  require(count >= 1 && count <= 1024, "{} threads are asked for: give a number from 1 to 1024", count);
  omp_set_num_threads(count);
}

bool pays_on_threads(const KernelSpec& spec) {
  const Op& op = *spec.node.op;
  const double arithmetic =
      flops_of(op, spec.operands, spec.results, spec.node.attributes) / flops_a_nanosecond(op.family);
  const double movement = bytes_of(op, spec.operands, spec.results, spec.node.attributes) / bytes_moved;
  return std::max(arithmetic, movement) >= least_nanoseconds;
}

bool pays_on_threads(std::size_t bytes) { return static_cast<double>(bytes) / bytes_moved >= least_nanoseconds; }

}  // namespace weft::onednn
