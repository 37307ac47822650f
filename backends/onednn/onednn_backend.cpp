#include "backends/onednn/onednn_backend.h"

#include <algorithm>
#include <map>

#include "backends/onednn/codegen/vector_code.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/products/product_kernel.h"
#include "backends/onednn/threads.h"
#include "ops/op_list.h"

namespace weft {
namespace {

const std::map<const Op*, KernelFactory*>& kernels() {
  static const std::map<const Op*, KernelFactory*> table{
#define WEFT_OP(name) {&op::name, onednn::name},
#define WEFT_FUSED_OP(name) {&op::name, onednn::name},
#include "ops/ops.def"
  };
  return table;
}

/// What several processes do together.
const std::map<const Op*, onednn::CollectiveFactory*>& collectives() {
  static const std::map<const Op*, onednn::CollectiveFactory*> table{
      {&op::all_reduce, onednn::all_reduce_among},
      {&op::reduce_scatter, onednn::reduce_scatter_among},
      {&op::all_gather, onednn::all_gather_among},
      {&op::shard, onednn::shard_among},
      {&op::global_norm_of_shards, onednn::global_norm_of_shards_among},
  };
  return table;
}

class OnednnBackend : public Backend {
 public:
  explicit OnednnBackend(OnednnOptions options) : options_(std::move(options)) {
    if (!options_.communicator) options_.communicator = onednn::one_process();
  }

  std::string_view name() const override { return "onednn"; }
  bool runs_whole(const Op& op) const override {
    return kernels().contains(&op) && (&op != &op::fusion || onednn::instruction_set());
  }
  // oneDNN has no fast kernels for them where there is no AVX2.
  bool prefers_channels_last() const override { return __builtin_cpu_supports("avx2") != 0; }

  const Communicator& communicator() const override { return *options_.communicator; }
  Precision communicates_in() const override { return options_.communicate; }

  Kernel make_kernel(const KernelSpec& spec) const override {
    if (options_.threads == 0 && onednn::pays_on_threads(spec)) return make(spec);
    const int threads = std::max(1, options_.threads);
    const onednn::ThreadLimit limit(threads);
    Kernel kernel = make(spec);
    kernel.run = [run = std::move(kernel.run), threads](const KernelBuffers& buffers) {
      const onednn::ThreadLimit limit(threads);
      run(buffers);
    };
    return kernel;
  }

 private:
  Kernel make(const KernelSpec& spec) const {
    if (const auto collective = collectives().find(spec.node.op); collective != collectives().end())
      return collective->second(spec, options_.communicator);
    const bool is_product = spec.node.op == &op::matmul || spec.node.op == &op::dense;
    if (options_.kernels && is_product) return onednn::selected_product(spec, *options_.kernels);
    return kernels().at(spec.node.op)(spec);
  }

  OnednnOptions options_;
};

}  // namespace

bool onednn::has_bf16_instructions() {
  static const bool found = __builtin_cpu_supports("avx512bf16") != 0;
  return found;
}

const Backend& onednn_backend() {
  static const OnednnBackend backend{{}};
  return backend;
}

std::shared_ptr<const Backend> onednn_backend(const OnednnOptions& options) {
  return std::make_shared<OnednnBackend>(options);
}

}  // namespace weft
