#pragma once

#include "backends/onednn/onednn_backend.h"
#include "backends/runtime/backend.h"
#include "ops/op_list.h"
#include "ops/ops.h"

// A backend with one mistake, and a graph that meets it.

namespace weft::test {

/// The fast one, but for the last element of each tanh, which is a thousandth too large.
class WrongTanh : public Backend {
 public:
  std::string_view name() const override { return "wrong tanh"; }
  bool runs_whole(const Op& op) const override { return onednn_backend().runs_whole(op); }
  Kernel make_kernel(const KernelSpec& spec) const override {
    Kernel kernel = onednn_backend().make_kernel(spec);
    if (spec.node.op != &op::tanh) return kernel;
    const auto last = static_cast<std::size_t>(spec.results[0].shape.volume() - 1);
    kernel.run = [run = kernel.run, last](const KernelBuffers& buffers) {
      run(buffers);
      buffers.result<float>(0)[last] *= 1.001F;
    };
    return kernel;
  }
};
inline const WrongTanh with_wrong_tanh;

/// Two layers, whose second one is behind the tanh, a loss and an update.
inline Graph two_layers() {
  Graph graph("two_layers");
  const Value x = graph.input("x", DType::f32, {4, 3});
  const Value first = graph.parameter("first", {3, 5}, Initializer::glorot_uniform());
  const Value second = graph.parameter("second", {5, 2}, Initializer::glorot_uniform());
  const Value hidden = [&] {
    const Graph::Scope scope = graph.scope("layer");
    return tanh(matmul(x, first).named("product")).named("hidden");
  }();
  const Value y = matmul(hidden, second).named("y");
  graph.output("y", y);
  graph.update(second, second * 0.5 + reduce_sum(y));
  return graph;
}

}  // namespace weft::test
