#include "backends/onednn/threads.h"

#include <omp.h>

#include <algorithm>
#include <map>

#include "graph/base/error.h"
#include "graph/cost.h"
#include "ops/op_list.h"

namespace weft::onednn {
namespace {

// Of one thread: of each kind of kernels, as measured, the slower ones.
constexpr double bytes_a_nanosecond = 40.0;
constexpr double flops_of_loops = 10.0;

double flops_a_nanosecond(const Op& of) {
  static const std::map<const Op*, double> others{
      // products
      {&op::conv, 100.0},
      {&op::conv_filter_gradient, 100.0},
      {&op::conv_input_gradient, 100.0},
      {&op::dense, 100.0},
      {&op::embedding_dense, 100.0},
      {&op::embedding_dense_gradient, 100.0},
      {&op::int8_dense, 100.0},
      {&op::matmul, 100.0},
      {&op::scaled_dot_product_attention, 40.0},
      {&op::scaled_dot_product_attention_gradient, 40.0},
      // windows that overlap
      {&op::average_pool_gradient, 2.0},
      {&op::max_pool_gradient, 2.0},
  };
  const auto at = others.find(&of);
  return at == others.end() ? flops_of_loops : at->second;
}

/// Half of it is what a second thread saves: as much as it takes to wake one, when that is fast. Threads that wait for
/// less than about as long do not fall asleep (openmp_wait.h), so kernels below it keep none waiting.
constexpr double least_nanoseconds = 20'000.0;

}  // namespace

int thread_count() { return omp_get_max_threads(); }

void set_thread_count(int count) {
  require(count >= 1 && count <= 1024, "{} threads are asked for: give a number from 1 to 1024", count);
  omp_set_num_threads(count);
}

bool pays_on_threads(const KernelSpec& spec) {
  const Op& op = *spec.node.op;
  const double arithmetic = flops_of(op, spec.operands, spec.results, spec.node.attributes) / flops_a_nanosecond(op);
  const double movement = bytes_of(op, spec.operands, spec.results, spec.node.attributes) / bytes_a_nanosecond;
  return std::max(arithmetic, movement) >= least_nanoseconds;
}

bool pays_on_threads(std::size_t bytes) { return static_cast<double>(bytes) / bytes_a_nanosecond >= least_nanoseconds; }

}  // namespace weft::onednn
