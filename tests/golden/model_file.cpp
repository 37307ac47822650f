#include "tests/golden/model_file.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/runtime/execution.h"
#include "models/nmt/network/model.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "passes/float_type.h"
#include "tests/golden/comparison.h"
#include "tests/golden/golden_op.h"

namespace weft::test {
namespace {

using nmt::ModelConfig;
using nmt::ModelShape;

/// The files write "encoder_gru.kernel", the model "encoder_gru/kernel".
TensorMap with_model_names(const TensorMap& tensors) {
  TensorMap renamed;
  for (const auto& [name, tensor] : tensors) {
    std::string model_name = name;
    std::ranges::replace(model_name, '.', '/');
    renamed.emplace(model_name, tensor);
  }
  return renamed;
}

ModelConfig config_of(const GoldenFile& file) {
  const TensorMap& parameters = file.section("parameters");
  ModelConfig config;
  config.source_vocabulary = parameters.at("source_embedding").shape()[0];
  config.target_vocabulary = parameters.at("target_embedding").shape()[0];
  config.embedding = parameters.at("source_embedding").shape()[1];
  config.units = parameters.at("output.kernel").shape()[0];
  const bool masked = file.attributes.get<bool>("masked_source");
  const std::string& state = file.attributes.get<std::string>("decoder_state");
  require(state == (masked ? "carried" : "zero"), "no variant has masked_source {} and decoder_state {}", masked,
          state);
  config.variant = masked ? nmt::Variant::masked : nmt::Variant::tutorial;
  return config;
}

ModelShape shape_of(const GoldenFile& file) {
  const Shape& source = file.tensor("source").shape();
  return {.rows = source[0], .source_length = source[1], .target_length = file.tensor("target").shape()[1]};
}

void set_parameters(Execution& execution, const TensorMap& parameters, DType dtype) {
  for (const auto& [name, tensor] : parameters) execution.variables().set(name, tensor.converted_to(dtype));
}

/// A file, and one way to run it.
class ModelRun {
 public:
  ModelRun(const GoldenFile& file, const Run& run)
      : file_(file), run_(run), config_(config_of(file)), parameters_(with_model_names(file.section("parameters"))) {}

  std::vector<std::string> failures() {
    check_forward();
    check_gradients();
    check_training();
    check_greedy_search();
    return std::move(failures_);
  }

 private:
  Execution compiled(const Graph& graph, const TensorMap& parameters) const {
    Execution execution = compile(with_float_type(graph, run_.dtype), run_.backend, {.precision = run_.precision});
    set_parameters(execution, parameters, run_.dtype);
    return execution;
  }

  void set_ids(Execution& execution, std::initializer_list<const char*> names) const {
    for (const char* name : names) execution.set(name, as_ids(file_.tensor(name)));
  }

  void expect(std::string_view what, const Tensor& actual, const Tensor& expected) {
    note(compare(what, actual, expected, scale_of(expected), run_));
  }
  void note(std::vector<std::string> failures) { std::ranges::move(failures, std::back_inserter(failures_)); }

  LossNormalisation normalisation() const { return golden_normalisation(file_.attributes.get<std::string>("loss")); }

  void check_forward() {
    Execution execution = compiled(nmt::forward_graph(config_, shape_of(file_)), parameters_);
    set_ids(execution, {"source", "source_lengths", "target"});
    execution.run();
    expect("logits", execution.get("logits"), file_.tensor("logits"));
    expect("attention weights", execution.get("attention_weights"), file_.tensor("attention_weights"));
  }

  Graph gradient_graph() const {
    Graph graph("nmt_gradients");
    const nmt::Parameters parameters = nmt::declare_parameters(graph, config_);
    const nmt::Forward forward = nmt::declare_forward(graph, parameters, config_, shape_of(file_));
    const Value loss = masked_cross_entropy(forward.logits, forward.targets, normalisation(), 0.0, 1);
    const std::vector<Value> all = graph.parameters();
    const std::vector<Value> grads = gradients(loss, all);
    for (std::size_t i = 0; i < all.size(); ++i) graph.output(all[i].name(), grads[i]);
    return graph;
  }

  void check_gradients() {
    Execution execution = compiled(gradient_graph(), parameters_);
    set_ids(execution, {"source", "source_lengths", "target"});
    execution.run();
    const TensorMap expected = with_model_names(file_.section("gradients"));
    TensorMap actual;
    for (const auto& [name, tensor] : expected) actual.emplace(name, execution.get(name));
    note(compare_gradients(actual, expected, run_));
  }

  void check_training() {
    require_adam_options();
    nmt::TrainingConfig training;
    training.clip_norm = 0.0;
    training.normalisation = normalisation();
    Execution execution = compiled(nmt::training_graph(config_, training, shape_of(file_)), parameters_);
    set_ids(execution, {"source", "source_lengths", "target"});
    const double learning_rate = file_.attributes.get<double>("adam.learning_rate");
    execution.set("learning_rate", Tensor::full({run_.dtype, Shape{}}, learning_rate));

    Tensor losses(file_.tensor("losses").type());
    for (std::int64_t step = 0; step < losses.shape().volume(); ++step) {
      execution.run();
      losses.set_number(step, execution.get("loss").number(0));
    }
    expect("losses", losses, file_.tensor("losses"));
    check_trained(execution, learning_rate * static_cast<double>(losses.shape().volume()));
  }

  /// `way`: how far Adam's steps can take an element.
  void check_trained(const Execution& execution, double way) {
    const TensorMap gradients = with_model_names(file_.section("gradients"));
    const double smallest_scale = smallest_gradient_scale(gradients);
    for (const auto& [name, expected] : with_model_names(file_.section("parameters_after"))) {
      const Tensor& gradient = gradients.at(name);
      const double rounding = gradient_rounding(name, std::max(scale_of(gradient), smallest_scale));
      Tensor slack(expected.type());
      for (std::int64_t i = 0; i < expected.shape().volume(); ++i)
        slack.set_number(i, way * std::min(2.0, rounding / (std::abs(gradient.number(i)) + AdamOptions().epsilon)));
      note(compare(fmt::format("{} after training", name), execution.variables().get(name), expected,
                   scale_of(expected), run_, &slack));
    }
  }

  /// How far rounding may move an element of a gradient. Adam divides a gradient by its own size, so that what is
  /// rounded off a small element becomes a large part of a step: in f32 that is allowed for, in f64 it is too little to
  /// matter. attention/bv shifts all scores of a row alike, which the softmax does not see: its gradient is rounding
  /// alone.
  double gradient_rounding(std::string_view name, double scale) const {
    if (run_.dtype == DType::f64) return 0.0;
    const double rounding = run_.precision == Precision::bf16 ? 0x1p-7 : 1e-6;
    return name == "attention/bv" ? std::numeric_limits<double>::infinity() : rounding * scale;
  }

  /// The training graph has Adam's usual constants.
  void require_adam_options() const {
    const AdamOptions options;
    const auto given = [&](std::string_view name) { return file_.attributes.get<double>(name); };
    require(given("adam.beta1") == options.beta1 && given("adam.beta2") == options.beta2 &&
                given("adam.epsilon") == options.epsilon,
            "the translator is trained with beta1 {}, beta2 {}, epsilon {}", options.beta1, options.beta2,
            options.epsilon);
  }

  void check_greedy_search() {
    const ModelShape shape = shape_of(file_);
    const TensorMap trained = with_model_names(file_.section("parameters_after"));
    Execution encoder = compiled(nmt::encoder_graph(config_, shape.rows, shape.source_length), trained);
    set_ids(encoder, {"source", "source_lengths"});
    encoder.run();

    Execution decoder = compiled(nmt::decoder_step_graph(config_, shape.rows, shape.source_length), trained);
    set_ids(decoder, {"source_lengths"});
    for (const char* name : {"values", "keys", "state"}) decoder.set(name, encoder.get(name));
    const auto start = static_cast<double>(file_.attributes.get<std::int64_t>("start_id"));
    decoder.set("token", Tensor::full({DType::i32, Shape{shape.rows}}, start));

    const Tensor expected = as_ids(file_.tensor("greedy_tokens_6_steps"));
    Tensor tokens(expected.type());
    const std::int64_t steps = expected.shape()[1];
    for (std::int64_t step = 0; step < steps; ++step) {
      decoder.run();
      const Tensor next = decoder.get("next_token");
      for (std::int64_t row = 0; row < shape.rows; ++row) tokens.set_number(row * steps + step, next.number(row));
      decoder.set("token", next);
      decoder.set("state", decoder.get("next_state"));
    }
    if (!(tokens == expected)) failures_.push_back(fmt::format("{}: the greedy tokens differ", run_.name));
  }

  const GoldenFile& file_;
  const Run& run_;
  ModelConfig config_;
  TensorMap parameters_;
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> run_model_file(const GoldenFile& file) {
  std::vector<std::string> failures;
  for (const Run& run : runs()) std::ranges::move(ModelRun(file, run).failures(), std::back_inserter(failures));
  return failures;
}

}  // namespace weft::test
