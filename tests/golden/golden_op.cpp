#include "tests/golden/golden_op.h"

#include <charconv>
#include <optional>

#include "graph/base/error.h"

namespace weft::test {
namespace {

/// What a case name says behind the op's: "axis1", "last", "".
using Variant = std::string_view;
using Apply = GoldenOutputs(const GoldenInputs& inputs, Variant variant);

template <Value (*builder)(Value)>
GoldenOutputs unary(const GoldenInputs& inputs, Variant) {
  return {{"y", builder(inputs.real("x"))}};
}

template <Value (*builder)(Value, Value)>
GoldenOutputs binary(const GoldenInputs& inputs, Variant) {
  return {{"y", builder(inputs.real("a"), inputs.real("b"))}};
}

/// The axis that the attributes or the name give.
std::optional<std::int64_t> axis_of(const GoldenInputs& inputs, Variant variant) {
  if (inputs.file().attributes.contains("axis")) return inputs.file().attributes.get<std::int64_t>("axis");
  if (variant == "first") return 0;
  if (variant == "last") return -1;
  std::int64_t axis = 0;
  const char* end = variant.data() + variant.size();
  if (variant.starts_with("axis") && std::from_chars(variant.data() + 4, end, axis).ptr == end) return axis;
  return std::nullopt;
}

template <Value (*builder)(Value, std::int64_t)>
GoldenOutputs along_axis(const GoldenInputs& inputs, Variant variant) {
  return {{"y", builder(inputs.real("x"), axis_of(inputs, variant).value_or(-1))}};
}

template <Value (*builder)(Value, const Integers&, bool)>
GoldenOutputs reduction(const GoldenInputs& inputs, Variant variant) {
  const Attributes& attributes = inputs.file().attributes;
  std::vector<std::int64_t> axes = attributes.get_or("axes", std::vector<std::int64_t>{});
  if (const std::optional<std::int64_t> axis = axis_of(inputs, variant)) axes = {*axis};
  return {{"y", builder(inputs.real("x"), axes, attributes.get_or("keep_dims", false))}};
}

GoldenOutputs cumsum_case(const GoldenInputs& inputs, Variant variant) {
  return {{"y", cumsum(inputs.real("x"), axis_of(inputs, variant).value_or(-1))}};
}

GoldenOutputs tile_case(const GoldenInputs& inputs, Variant) {
  return {{"y", tile(inputs.real("x"), inputs.file().attributes.get<std::vector<std::int64_t>>("repeats"))}};
}

GoldenOutputs clamp_case(const GoldenInputs& inputs, Variant) {
  const Attributes& attributes = inputs.file().attributes;
  return {{"y", clamp(inputs.real("x"), attributes.get<double>("low"), attributes.get<double>("high"))}};
}

GoldenOutputs gelu_case(const GoldenInputs& inputs, Variant variant) {
  return {{"y", gelu(inputs.real("x"), variant == "tanh" ? GeluForm::tanh : GeluForm::erf)}};
}

GoldenOutputs leaky_relu_case(const GoldenInputs& inputs, Variant) {
  return {{"y", leaky_relu(inputs.real("x"), inputs.file().attributes.get<double>("slope"))}};
}

GoldenOutputs elu_case(const GoldenInputs& inputs, Variant) {
  return {{"y", elu(inputs.real("x"), inputs.file().attributes.get<double>("alpha"))}};
}

GoldenOutputs layer_norm_case(const GoldenInputs& inputs, Variant) {
  return {{"y", layer_norm(inputs.real("x"), inputs.real("gain"), inputs.real("bias"),
                           inputs.file().attributes.get<double>("epsilon"))}};
}

GoldenOutputs rms_norm_case(const GoldenInputs& inputs, Variant) {
  return {{"y", rms_norm(inputs.real("x"), inputs.real("gain"), inputs.file().attributes.get<double>("epsilon"))}};
}

ChannelNormOptions channel_norm_options(const GoldenInputs& inputs) {
  return {.axis = 1, .epsilon = inputs.file().attributes.get<double>("epsilon")};
}

GoldenOutputs batch_norm_training_case(const GoldenInputs& inputs, Variant) {
  const auto [y, mean, variance] =
      batch_norm_training(inputs.real("x"), inputs.real("gain"), inputs.real("bias"), channel_norm_options(inputs));
  return {{"y", y}, {"mean", mean}, {"variance", variance}};
}

GoldenOutputs batch_norm_inference_case(const GoldenInputs& inputs, Variant) {
  return {{"y", batch_norm_inference(inputs.real("x"), inputs.real("gain"), inputs.real("bias"), inputs.real("mean"),
                                     inputs.real("variance"), channel_norm_options(inputs))}};
}

GoldenOutputs group_norm_case(const GoldenInputs& inputs, Variant) {
  return {{"y", group_norm(inputs.real("x"), inputs.real("gain"), inputs.real("bias"),
                           inputs.file().attributes.get<std::int64_t>("groups"), channel_norm_options(inputs))}};
}

/// The parts are all inputs, by their names.
GoldenOutputs concat_case(const GoldenInputs& inputs, Variant variant) {
  std::vector<Value> parts;
  for (const auto& [name, tensor] : inputs.file().section("inputs")) parts.push_back(inputs.real(name));
  return {{"y", concat(parts, axis_of(inputs, variant).value_or(-1))}};
}

GoldenOutputs slice_case(const GoldenInputs& inputs, Variant) {
  const Attributes& attributes = inputs.file().attributes;
  return {{"y", slice(inputs.real("x"), attributes.get<std::int64_t>("axis"), attributes.get<std::int64_t>("begin"),
                      attributes.get<std::int64_t>("end"), attributes.get_or("step", std::int64_t{1}))}};
}

GoldenOutputs pad_case(const GoldenInputs& inputs, Variant variant) {
  const Attributes& attributes = inputs.file().attributes;
  const PadMode mode = variant == "edge" ? PadMode::edge : variant == "reflect" ? PadMode::reflect : PadMode::zeros;
  return {{"y", pad(inputs.real("x"), attributes.get<std::int64_t>("axis"), attributes.get<std::int64_t>("before"),
                    attributes.get<std::int64_t>("after"), mode)}};
}

GoldenOutputs gather_case(const GoldenInputs& inputs, Variant) {
  const Attributes& attributes = inputs.file().attributes;
  return {{"y", gather(inputs.real("x"), inputs.ids("indices"), attributes.get<std::int64_t>("axis"),
                       attributes.get_or("batch_axes", std::int64_t{0}))}};
}

GoldenOutputs take_along_axis_case(const GoldenInputs& inputs, Variant variant) {
  return {{"y", take_along_axis(inputs.real("x"), inputs.ids("indices"), axis_of(inputs, variant).value())}};
}

GoldenOutputs scatter_add_case(const GoldenInputs& inputs, Variant) {
  const Attributes& attributes = inputs.file().attributes;
  return {{"y", scatter_add(inputs.real("updates"), inputs.ids("indices"), attributes.get<std::int64_t>("axis"),
                            attributes.get<std::int64_t>("extent"), attributes.get_or("batch_axes", std::int64_t{0}))}};
}

/// The values, and the values times their indices.
GoldenOutputs top_k_case(const GoldenInputs& inputs, Variant variant) {
  const TopK top =
      top_k(inputs.real("x"), inputs.file().attributes.get<std::int64_t>("k"), axis_of(inputs, variant).value());
  return {{"values", top.values}, {"picked", top.values * cast(top.indices, top.values.dtype())}};
}

GoldenOutputs einsum_case(const GoldenInputs& inputs, Variant) {
  std::vector<Value> operands;
  for (const auto& [name, tensor] : inputs.file().section("inputs")) operands.push_back(inputs.real(name));
  return {{"y", einsum(inputs.file().attributes.get<std::string>("equation"), operands)}};
}

GoldenOutputs transpose_case(const GoldenInputs& inputs, Variant) {
  return {{"y", transpose(inputs.real("x"), inputs.file().attributes.get<std::vector<std::int64_t>>("permutation"))}};
}

GoldenOutputs matmul_case(const GoldenInputs& inputs, Variant variant) {
  const bool both = variant == "transpose_ab" || variant == "transpose_both";
  return {{"y", matmul(inputs.real("a"), inputs.real("b"), both || variant == "transpose_a",
                       both || variant.starts_with("transpose_b"))}};
}

GoldenOutputs dense_case(const GoldenInputs& inputs, Variant) {
  return {{"y", dense(inputs.real("x"), inputs.real("kernel"), inputs.real("bias"))}};
}

GoldenOutputs embedding_case(const GoldenInputs& inputs, Variant) {
  return {{"y", embedding(inputs.real("table"), inputs.ids("ids"))}};
}

std::vector<std::int64_t> list(const GoldenInputs& inputs, std::string_view name) {
  return inputs.file().attributes.get<std::vector<std::int64_t>>(name);
}

ConvOptions conv_options(const GoldenInputs& inputs) {
  ConvOptions options{.strides = list(inputs, "strides"),
                      .padding = list(inputs, "padding"),
                      .dilations = list(inputs, "dilations"),
                      .groups = inputs.file().attributes.get<std::int64_t>("groups")};
  if (inputs.has("bias")) options.bias = inputs.real("bias");
  return options;
}

GoldenOutputs conv_case(const GoldenInputs& inputs, Variant) {
  return {{"y", conv(inputs.real("x"), inputs.real("filter"), conv_options(inputs))}};
}

GoldenOutputs conv_transpose_case(const GoldenInputs& inputs, Variant) {
  return {{"y", conv_transpose(inputs.real("x"), inputs.real("filter"), conv_options(inputs),
                               list(inputs, "output_padding"))}};
}

PoolOptions pool_options(const GoldenInputs& inputs) {
  return {.strides = list(inputs, "strides"), .padding = list(inputs, "padding")};
}

GoldenOutputs max_pool_case(const GoldenInputs& inputs, Variant) {
  return {{"y", max_pool(inputs.real("x"), list(inputs, "window"), pool_options(inputs))}};
}

GoldenOutputs average_pool_case(const GoldenInputs& inputs, Variant) {
  return {{"y", average_pool(inputs.real("x"), list(inputs, "window"), pool_options(inputs),
                             inputs.file().attributes.get<bool>("count_padding"))}};
}

GruWeights gru_weights(const GoldenInputs& inputs) {
  return {inputs.real("kernel"), inputs.real("recurrent_kernel"), inputs.real("input_bias"),
          inputs.real("recurrent_bias")};
}

GoldenOutputs gru_cell_case(const GoldenInputs& inputs, Variant) {
  return {{"h_next", gru_cell(inputs.real("x"), inputs.real("h"), gru_weights(inputs))}};
}

/// Step `step` of x [batch, time, units]: [batch, units].
Value step_of(Value x, std::int64_t step) {
  return reshape(slice(x, 1, step, step + 1), Shape{x.shape()[0], x.shape()[2]});
}

/// Unrolled over time; past a row's length, where lengths are given, the state is carried over.
GoldenOutputs gru_sequence_case(const GoldenInputs& inputs, Variant) {
  const Value x = inputs.real("x");
  const GruWeights weights = gru_weights(inputs);
  const std::int64_t time = x.shape()[1];
  const Value within = inputs.has("lengths") ? sequence_mask(inputs.ids("lengths"), time) : Value();
  Value h = inputs.real("h0");
  std::vector<Value> states;
  for (std::int64_t step = 0; step < time; ++step) {
    const Value next = gru_cell(step_of(x, step), h, weights);
    h = within ? select(slice(within, 1, step, step + 1), next, h) : next;
    states.push_back(h);
  }
  return {{"states", stack(states, 1)}, {"last", h}};
}

GoldenOutputs lstm_cell_case(const GoldenInputs& inputs, Variant) {
  const LstmState next = lstm_cell(inputs.real("x"), {inputs.real("h"), inputs.real("c")},
                                   {inputs.real("kernel"), inputs.real("recurrent_kernel"), inputs.real("bias")});
  return {{"h_next", next.h}, {"c_next", next.c}};
}

GoldenOutputs additive_attention_case(const GoldenInputs& inputs, Variant) {
  const AdditiveAttentionWeights weights{inputs.real("w1"), inputs.real("b1"), inputs.real("w2"),
                                         inputs.real("b2"), inputs.real("v"),  inputs.real("bv")};
  const Attention attention = additive_attention(inputs.real("query"), inputs.real("values"), weights,
                                                 inputs.has("lengths") ? inputs.ids("lengths") : Value());
  return {{"context", attention.context}, {"weights", attention.weights}};
}

GoldenOutputs scaled_dot_product_attention_case(const GoldenInputs& inputs, Variant) {
  const Attributes& attributes = inputs.file().attributes;
  ScaledDotProductOptions options{.causal = attributes.get_or("causal", false)};
  if (attributes.contains("scale")) options.scale = attributes.get<double>("scale");
  if (inputs.has("added")) options.mask = inputs.real("added");
  if (inputs.has("mask")) options.mask = cast(inputs.ids("mask"), DType::boolean);
  return {{"y", scaled_dot_product_attention(inputs.real("query"), inputs.real("key"), inputs.real("value"), options)}};
}

GoldenOutputs rotary_embedding_case(const GoldenInputs& inputs, Variant) {
  return {
      {"y", rotary_embedding(inputs.real("x"), inputs.ids("positions"), inputs.file().attributes.get<double>("base"))}};
}

GoldenOutputs ctc_loss_case(const GoldenInputs& inputs, Variant) {
  return {{"losses", ctc_loss(log_softmax(inputs.real("logits")), inputs.ids("labels"), inputs.ids("input_lengths"),
                              inputs.ids("label_lengths"), inputs.file().attributes.get<std::int64_t>("blank"))}};
}

GoldenOutputs masked_cross_entropy_case(const GoldenInputs& inputs, Variant) {
  const Attributes& attributes = inputs.file().attributes;
  return {{"loss", masked_cross_entropy(inputs.real("logits"), inputs.ids("targets"),
                                        golden_normalisation(attributes.get<std::string>("normalisation")),
                                        attributes.get_or("label_smoothing", 0.0),
                                        attributes.get_or("batch_axis", std::int64_t{0}))}};
}

GoldenOutputs cross_entropy_case(const GoldenInputs& inputs, Variant) {
  const Attributes& attributes = inputs.file().attributes;
  CrossEntropyOptions options{.label_smoothing = attributes.get_or("label_smoothing", 0.0)};
  if (attributes.contains("ignore_index"))
    options.ignore_index = static_cast<std::int32_t>(attributes.get<std::int64_t>("ignore_index"));
  if (inputs.has("class_weights")) options.class_weights = inputs.real("class_weights");
  return {{"loss", cross_entropy(inputs.real("logits"), inputs.ids("targets"), options)}};
}

GoldenOutputs binary_cross_entropy_case(const GoldenInputs& inputs, Variant) {
  return {{"loss", binary_cross_entropy_with_logits(inputs.real("logits"), inputs.real("targets"))}};
}

template <Value (*builder)(Value, Value)>
GoldenOutputs pair_loss(const GoldenInputs& inputs, Variant) {
  return {{"loss", builder(inputs.real("prediction"), inputs.real("target"))}};
}

GoldenOutputs huber_case(const GoldenInputs& inputs, Variant) {
  return {
      {"loss", huber(inputs.real("prediction"), inputs.real("target"), inputs.file().attributes.get<double>("delta"))}};
}

GoldenOutputs kl_divergence_case(const GoldenInputs& inputs, Variant) {
  return {{"loss", kl_divergence(log_softmax(inputs.real("log_p")), log_softmax(inputs.real("log_q")))}};
}

const std::map<std::string_view, Apply*>& cases() {
  static const std::map<std::string_view, Apply*> cases{
      {"add", binary<add>},
      {"sub", binary<sub>},
      {"mul", binary<mul>},
      {"div", binary<div>},
      {"neg", unary<neg>},
      {"exp", unary<exp>},
      {"log", unary<log>},
      {"tanh", unary<tanh>},
      {"sigmoid", unary<sigmoid>},
      {"relu", unary<relu>},
      {"sqrt", unary<sqrt>},
      {"abs", unary<abs>},
      {"sign", unary<sign>},
      {"floor", unary<floor>},
      {"ceil", unary<ceil>},
      {"round", unary<round>},
      {"minimum", binary<minimum>},
      {"maximum", binary<maximum>},
      {"remainder", binary<remainder>},
      {"pow", binary<pow>},
      {"log1p", unary<log1p>},
      {"expm1", unary<expm1>},
      {"erf", unary<erf>},
      {"sin", unary<sin>},
      {"cos", unary<cos>},
      {"softplus", unary<softplus>},
      {"square", unary<square>},
      {"reciprocal", unary<reciprocal>},
      {"rsqrt", unary<rsqrt>},
      {"clamp", clamp_case},
      {"silu", unary<silu>},
      {"gelu", gelu_case},
      {"leaky_relu", leaky_relu_case},
      {"elu", elu_case},
      {"concat", concat_case},
      {"slice", slice_case},
      {"pad", pad_case},
      {"gather", gather_case},
      {"take_along_axis", take_along_axis_case},
      {"scatter_add", scatter_add_case},
      {"transpose", transpose_case},
      {"reduce_sum", reduction<reduce_sum>},
      {"reduce_mean", reduction<reduce_mean>},
      {"reduce_max", reduction<reduce_max>},
      {"reduce_min", reduction<reduce_min>},
      {"reduce_prod", reduction<reduce_prod>},
      {"reduce_variance", reduction<reduce_variance>},
      {"logsumexp", reduction<logsumexp>},
      {"cumsum", cumsum_case},
      {"top_k", top_k_case},
      {"flip", along_axis<flip>},
      {"tile", tile_case},
      {"layer_norm", layer_norm_case},
      {"rms_norm", rms_norm_case},
      {"batch_norm_training", batch_norm_training_case},
      {"batch_norm_inference", batch_norm_inference_case},
      {"group_norm", group_norm_case},
      {"softmax", along_axis<softmax>},
      {"log_softmax", along_axis<log_softmax>},
      {"matmul", matmul_case},
      {"einsum", einsum_case},
      {"dense", dense_case},
      {"conv", conv_case},
      {"conv_transpose", conv_transpose_case},
      {"max_pool", max_pool_case},
      {"average_pool", average_pool_case},
      {"embedding", embedding_case},
      {"gru_cell", gru_cell_case},
      {"gru_sequence", gru_sequence_case},
      {"lstm_cell", lstm_cell_case},
      {"additive_attention", additive_attention_case},
      {"scaled_dot_product_attention", scaled_dot_product_attention_case},
      {"rotary_embedding", rotary_embedding_case},
      {"ctc_loss", ctc_loss_case},
      {"masked_cross_entropy", masked_cross_entropy_case},
      {"cross_entropy", cross_entropy_case},
      {"binary_cross_entropy_with_logits", binary_cross_entropy_case},
      {"mse", pair_loss<mse>},
      {"l1", pair_loss<l1>},
      {"huber", huber_case},
      {"kl_divergence", kl_divergence_case},
  };
  return cases;
}

}  // namespace

Value GoldenInputs::declare(std::string_view name, DType dtype) const {
  const TensorMap& inputs = file_.section("inputs");
  const auto at = inputs.find(name);
  require(at != inputs.end(), "the input '{}' is missing", name);
  return graph_.input(name, dtype, at->second.shape());
}

// The longest op name that the case name begins with, at a word's end.
GoldenOutputs apply_golden_op(const GoldenInputs& inputs) {
  const std::string_view name = inputs.file().case_name;
  for (std::size_t end = name.size(); end != std::string_view::npos && end > 0; end = name.rfind('_', end - 1)) {
    const auto at = cases().find(name.substr(0, end));
    if (at != cases().end()) return at->second(inputs, end == name.size() ? "" : name.substr(end + 1));
  }
  fail("no op is known for the case '{}'", name);
}

LossNormalisation golden_normalisation(std::string_view text) {
  if (text.starts_with("sum over time of the mean over the batch")) return LossNormalisation::batch_mean;
  if (text.starts_with("mean over the non-padding tokens")) return LossNormalisation::token_mean;
  fail("the normalisation '{}' is unknown", text);
}

}  // namespace weft::test
