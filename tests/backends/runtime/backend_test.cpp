// A backend of one's own: nothing in the runtime knows it.

#include "backends/runtime/backend.h"

#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/autodiff/autodiff.h"

namespace weft {
namespace {

/// The reference backend's kernels, counted; whatever may be decomposed it does not run whole.
class CountingBackend : public Backend {
 public:
  std::string_view name() const override { return "counting"; }
  bool runs_whole(const Op& op) const override { return op.decompose == nullptr && reference_backend().runs_whole(op); }
  Kernel make_kernel(const KernelSpec& spec) const override {
    Kernel kernel = reference_backend().make_kernel(spec);
    kernel.kind = "counted";
    kernel.run = [this, run = std::move(kernel.run)](const KernelBuffers& buffers) {
      ++calls;
      run(buffers);
    };
    return kernel;
  }

  mutable int calls = 0;
};

/// A layer, its loss, and an update of its kernel.
Graph layer() {
  Graph graph("layer");
  const Value x = graph.input("x", DType::f32, {67, 33});
  const Value kernel = graph.parameter("kernel", {33, 65}, Initializer::glorot_uniform());
  const Value loss = reduce_sum(tanh(matmul(x, kernel)));
  graph.output("loss", loss);
  graph.update(kernel, kernel - 0.01 * gradients(loss, std::vector<Value>{kernel})[0]);
  return graph;
}

Tensor ones() { return Tensor::full({DType::f32, {67, 33}}, 0.25); }

}  // namespace

TEST_CASE("a backend is an object that anybody may derive") {
  const CountingBackend counting;
  const Graph graph = layer();
  Execution execution = compile(graph, counting);
  counting.calls = 0;  // compiling may have computed constants
  const TensorMap results = execution.run({{"x", ones()}});
  CHECK(counting.calls == static_cast<int>(execution.report().kernels));
  CHECK(execution.program().steps().front().implementation == "counted");
  CHECK(results.at("loss") == Execution(compile(graph, reference_backend())).run({{"x", ones()}}).at("loss"));
}

TEST_CASE("the threads of the onednn backend are its own option, and change no bit") {
  const Graph graph = layer();
  const auto trained = [&](const Backend& backend) {
    Execution execution = compile(graph, backend);
    for (int step = 0; step < 3; ++step) execution.run({{"x", ones()}});
    return execution.variables().snapshot();
  };
  const TensorMap one = trained(*onednn_backend({.threads = 1}));
  CHECK(one == trained(*onednn_backend({.threads = 2})));
  CHECK(one == trained(onednn_backend()));
}

}  // namespace weft
