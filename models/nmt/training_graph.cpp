#include "models/nmt/model.h"
#include "passes/autodiff.h"

namespace weft::nmt {
namespace {

Value declare_loss(Graph& graph, const Parameters& parameters, const ModelConfig& config, const ModelShape& shape,
                   LossNormalisation normalisation, double label_smoothing) {
  const Forward forward = declare_forward(graph, parameters, config, shape);
  return masked_cross_entropy(forward.logits, forward.targets, normalisation, label_smoothing, 1).named("loss");
}

}  // namespace

Graph loss_graph(const ModelConfig& config, const ModelShape& shape, LossNormalisation normalisation) {
  Graph graph("nmt_loss");
  const Parameters parameters = declare_parameters(graph, config);
  graph.output("loss", declare_loss(graph, parameters, config, shape, normalisation, 0.0));
  return graph;
}

Graph training_graph(const ModelConfig& config, const TrainingConfig& training, const ModelShape& shape) {
  Graph graph("nmt_training");
  const Parameters parameters = declare_parameters(graph, config);
  const Value learning_rate = graph.input("learning_rate", DType::f32, {});
  const Value loss = declare_loss(graph, parameters, config, shape, training.normalisation, training.label_smoothing);

  const std::vector<Value> all = parameters.all();
  std::vector<Value> slopes = gradients(loss, all);
  const Graph::Scope scope = graph.scope("update");
  graph.output("loss", loss);
  graph.output("gradient_norm", global_norm(slopes));
  if (training.clip_norm > 0) slopes = clip_by_global_norm(slopes, training.clip_norm);
  adam(all, slopes, learning_rate);
  return graph;
}

}  // namespace weft::nmt
