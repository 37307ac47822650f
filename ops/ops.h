#pragma once

// The builders that users call. Each appends one node (or a few) to the graph of its operands and returns its results.
// All throw Error, naming the op, the node and both sides of the mismatch, when types do not fit. `axis` arguments
// count from the end when negative.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft {

// ---- Elementwise, with NumPy's broadcasting; both sides of one element type (ops/elementwise/<name>.cpp). add, sub, mul,
// neg, abs, sign, minimum and maximum take i32 as well, which wraps around.
Value add(Value a, Value b);
Value sub(Value a, Value b);
Value mul(Value a, Value b);
Value div(Value a, Value b);
Value neg(Value x);
Value exp(Value x);
/// Natural logarithm.
Value log(Value x);
Value tanh(Value x);
/// 1 / (1 + exp(-x)).
Value sigmoid(Value x);
/// max(x, 0); its derivative at 0 is 0.
Value relu(Value x);
Value sqrt(Value x);
/// x in another element type (f32, f64, i32, bool). A float becomes an i32 by cutting its fraction off; one that does not
/// fit becomes the nearest i32, and NaN 0. A number becomes bool as x != 0, and bool a number as 0 or 1. Only float to
/// float has a gradient.
Value cast(Value x, DType dtype);
/// |x|; its derivative at 0 is 0.
Value abs(Value x);
/// -1, 0 or 1; NaN of NaN. Its derivative is 0.
Value sign(Value x);
/// The largest whole number up to x. Its derivative is 0, as is that of ceil and round.
Value floor(Value x);
/// The least whole number from x on: -floor(-x).
Value ceil(Value x);
/// The nearest whole number, of two the even one: 0.5 -> 0, 1.5 -> 2.
Value round(Value x);
/// The smaller one; NaN when either is. Of equals, each gets half of the gradient.
Value minimum(Value a, Value b);
/// The larger one; NaN when either is. Of equals, each gets half of the gradient.
Value maximum(Value a, Value b);
/// minimum(maximum(x, low), high).
Value clamp(Value x, Value low, Value high);
Value clamp(Value x, double low, double high);
/// a - b floor(a / b), without its rounding: of the sign of b, as Python's % and NumPy's remainder. NaN when b is 0.
Value remainder(Value a, Value b);
/// a^b; NaN for a < 0 unless b is whole. The derivative by b is taken for 0 where a <= 0.
Value pow(Value a, Value b);
Value pow(Value a, double b);
/// x * x.
Value square(Value x);
/// 1 / x.
Value reciprocal(Value x);
/// 1 / sqrt(x).
Value rsqrt(Value x);
/// ln(1 + x), exact near 0.
Value log1p(Value x);
/// e^x - 1, exact near 0.
Value expm1(Value x);
/// The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
Value erf(Value x);
/// Sine of an angle in radians.
Value sin(Value x);
/// Cosine of an angle in radians.
Value cos(Value x);
/// ln(1 + e^x), which does not overflow.
Value softplus(Value x);
/// x sigmoid(x), also called swish.
Value silu(Value x);
enum class GeluForm {
  erf,   ///< x (1 + erf(x / sqrt 2)) / 2
  tanh,  ///< x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
};
/// x times the probability that a normal variable is below x (Hendrycks and Gimpel, arXiv:1606.08415), or near it.
Value gelu(Value x, GeluForm form = GeluForm::erf);
/// x, or slope * x where x < 0.
Value leaky_relu(Value x, double slope = 0.01);
/// x where x > 0, else alpha (e^x - 1).
Value elu(Value x, double alpha = 1.0);
struct DropoutOptions {
  double rate = 0.5;       ///< the share of elements that become 0, in [0, 1)
  std::uint64_t seed = 1;  ///< of the draws
  /// What they are for: the same name, the same draws. Without one, a name that no other dropout of the graph has.
  std::string_view stream = {};
};
/// 0 for a share `rate` of the elements, drawn at random, x / (1 - rate) for the others. step: an i32 scalar that says
/// which draws of the stream, such as a state that counts the runs. No draw depends on another one, nor on threads.
Value dropout(Value x, Value step, const DropoutOptions& options);

inline Value operator+(Value a, Value b) { return add(a, b); }
inline Value operator-(Value a, Value b) { return sub(a, b); }
inline Value operator*(Value a, Value b) { return mul(a, b); }
inline Value operator/(Value a, Value b) { return div(a, b); }
inline Value operator-(Value x) { return neg(x); }
Value operator+(Value a, double b);
Value operator-(Value a, double b);
Value operator*(Value a, double b);
Value operator/(Value a, double b);
Value operator+(double a, Value b);
Value operator-(double a, Value b);
Value operator*(double a, Value b);
Value operator/(double a, Value b);

/// x, through which no gradient passes: what lies before it is not trained by what comes after.
Value stop_gradient(Value x);

// ---- Comparison and choice.
/// a == b, elementwise with broadcasting: bool.
Value equal(Value a, Value b);
/// a < b, elementwise with broadcasting: bool.
Value less(Value a, Value b);
/// a > b, a <= b, a >= b: bool, false when either is NaN.
Value greater(Value a, Value b);
Value less_equal(Value a, Value b);
Value greater_equal(Value a, Value b);
/// a != b, elementwise with broadcasting: bool, true when either is NaN.
Value not_equal(Value a, Value b);
/// Of bool, with broadcasting: bool.
Value logical_and(Value a, Value b);
Value logical_or(Value a, Value b);
Value logical_not(Value x);
Value equal(Value a, double b);
Value less(Value a, double b);
Value greater(Value a, double b);
inline Value operator<(Value a, Value b) { return less(a, b); }
inline Value operator>(Value a, Value b) { return greater(a, b); }
inline Value operator<=(Value a, Value b) { return less_equal(a, b); }
inline Value operator>=(Value a, Value b) { return greater_equal(a, b); }
inline Value operator<(Value a, double b) { return less(a, b); }
inline Value operator>(Value a, double b) { return greater(a, b); }
/// condition ? a : b, elementwise with broadcasting of all three.
Value select(Value condition, Value a, Value b);
/// [batch] lengths (i32) -> bool [batch, time]: whether the step lies within the row's length.
Value sequence_mask(Value lengths, std::int64_t time);

// ---- Random numbers.
/// Numbers uniform between low and high (scalars of one element type, which the result has), neither of which is drawn.
/// They are a function of seed, stream, `step` (i32 scalar, to be counted up by the graph) and the element's place
/// alone: neither threads nor what else is drawn changes them. `stream` says what they are for.
Value random_uniform(Value step, Value low, Value high, const Shape& shape, std::int64_t seed, std::string_view stream);
/// Numbers of the normal distribution with mean 0 and deviation 1, by Box and Muller's transform of two random_uniform;
/// of f32 or f64, none further from 0 than 5.77. step, seed and stream as for random_uniform; backends agree up to
/// rounding.
Value random_normal(Value step, const Shape& shape, std::int64_t seed, std::string_view stream,
                    DType dtype = DType::f32);
/// bool, each true with its probability: random_uniform < probabilities, which may lie outside [0, 1] and are then
/// never or always true.
Value bernoulli(Value step, Value probabilities, std::int64_t seed, std::string_view stream);
/// Ids (i32) drawn with replacement, `count` for each row, class k with probability weights[k] / sum of weights: weights
/// [..., classes], from 0, such as a softmax of logits -> [..., count]. An id is the first class at which the cumulative
/// sum reaches u times the whole sum, u one random_uniform an id: a class of weight 0 is never drawn, unless all have
/// it; then it is id 0.
Value multinomial(Value step, Value weights, std::int64_t count, std::int64_t seed, std::string_view stream);

// ---- Shape.
Value concat(Values parts, std::int64_t axis);
/// Elements begin, begin + step, ... below end of one axis; step is at least 1.
Value slice(Value x, std::int64_t axis, std::int64_t begin, std::int64_t end, std::int64_t step = 1);
enum class PadMode {
  zeros,    ///< 0: the gradient of slice
  reflect,  ///< the elements mirrored at the first and the last one, which are not repeated: so fewer than there are
  edge,     ///< the first and the last element, repeated
};
/// More elements before and after those along one axis.
Value pad(Value x, std::int64_t axis, std::int64_t before, std::int64_t after, PadMode mode = PadMode::zeros);
/// Joins values of one type along a new axis.
Value stack(Values parts, std::int64_t axis);
/// The same elements, row-major, under another shape of the same volume; an extent of -1 is what the others leave.
Value reshape(Value x, const Integers& extents);
/// Result axis i is operand axis permutation[i].
Value transpose(Value x, std::vector<std::int64_t> permutation);
Value broadcast(Value x, const Shape& shape);
/// The elements along an axis in the opposite order.
Value flip(Value x, std::int64_t axis);
/// The elements along an axis that indices (i32, any shape) name: that axis of x becomes the axes of indices. The first
/// `batch_axes` axes of both are one another's: each batch has indices of its own. An index that is no place along the
/// axis is an Error at run time. x [a, n, b], indices [i, j] -> [a, i, j, b]; with batch_axes 1, [a, i] -> [a, i, b].
Value gather(Value x, Value indices, std::int64_t axis = 0, std::int64_t batch_axes = 0);
/// The gradient of gather: zeros, `extent` of them along the axis, to which the updates (numbers) are added where the
/// indices say, in the order of these: the bits are always the same. updates [a, i, j, b], indices [i, j] ->
/// [a, extent, b].
Value scatter_add(Value updates, Value indices, std::int64_t axis, std::int64_t extent, std::int64_t batch_axes = 0);
/// y[a, i, b] = x[a, indices[a, i, b], b]: NumPy's and PyTorch's gather along an axis, outside of which x and indices
/// (i32) have the same extents.
Value take_along_axis(Value x, Value indices, std::int64_t axis);
/// x with an axis of extent 1 put in, which is axis `axis` of the result.
Value expand_dims(Value x, std::int64_t axis);
/// x without these axes, each of extent 1; without all that are, when none are given.
Value squeeze(Value x, const Integers& axes = {});
/// `parts` slices of one extent along an axis.
std::vector<Value> split(Value x, std::int64_t parts, std::int64_t axis);
/// Slices of those extents along an axis, one after another: together they are all of it.
std::vector<Value> split_into(Value x, const Integers& extents, std::int64_t axis);
/// x repeated counts[i] times along axis i.
Value tile(Value x, const Integers& counts);
/// 0, 1, ... count - 1: [count].
Value iota(Graph& graph, std::int64_t count, DType dtype = DType::i32);
/// ids (i32, any shape) -> [..., classes]: 1 where the class is the id, else 0; all 0 for an id that is no class.
Value one_hot(Value ids, std::int64_t classes, DType dtype = DType::f32);

// ---- Reduction. No axes means all of them.
Value reduce_sum(Value x, const Integers& axes = {}, bool keep_dims = false);
Value reduce_mean(Value x, const Integers& axes = {}, bool keep_dims = false);
/// The gradient is shared equally among the elements that attain the maximum.
Value reduce_max(Value x, const Integers& axes = {}, bool keep_dims = false);
/// The gradient is shared equally among the elements that attain the minimum.
Value reduce_min(Value x, const Integers& axes = {}, bool keep_dims = false);
Value reduce_prod(Value x, const Integers& axes = {}, bool keep_dims = false);
/// The mean of the squared differences from the mean: of a population, divided by the number of elements.
Value reduce_variance(Value x, const Integers& axes = {}, bool keep_dims = false);
/// ln(sum of e^x), which does not overflow.
Value logsumexp(Value x, const Integers& axes = {}, bool keep_dims = false);
/// Of bool: whether one element is true, whether all are.
Value reduce_any(Value x, const Integers& axes = {}, bool keep_dims = false);
Value reduce_all(Value x, const Integers& axes = {}, bool keep_dims = false);
/// The index (i32) of the largest element along an axis, the first of equals; the axis is removed.
Value argmax(Value x, std::int64_t axis);
/// The index (i32) of the smallest element along an axis, the first of equals; the axis is removed.
Value argmin(Value x, std::int64_t axis);
struct TopK {
  Value values;   ///< x's shape with k in place of the axis
  Value indices;  ///< i32, likewise: where along the axis they are
};
/// The k largest elements along an axis, in descending order; of equals, the first ones. A NaN is above all numbers.
TopK top_k(Value x, std::int64_t k, std::int64_t axis = -1);
/// Element i of the result is the sum of the elements up to and with i along an axis; with `reverse`, from i on.
Value cumsum(Value x, std::int64_t axis, bool reverse = false);
Value softmax(Value x, std::int64_t axis = -1);
Value log_softmax(Value x, std::int64_t axis = -1);

// ---- Normalisation: layer_norm and rms_norm over the last axis, the others with their own parameters a channel.
struct Standardized {
  Value y;         ///< as x
  Value mean;      ///< with extent 1 for each axis
  Value variance;  ///< the same, of a population: divided by the number of elements
};
/// (x - mean) / sqrt(variance + epsilon), with the mean and the variance over the axes; over all axes for none.
Standardized standardize(Value x, const Integers& axes, double epsilon = 1e-5);
/// (x - mean) / sqrt(variance + epsilon) * gain + bias (Ba et al., arXiv:1607.06450): x [..., units], gain and bias
/// [units], with the mean and the population's variance over the units.
Value layer_norm(Value x, Value gain, Value bias, double epsilon = 1e-5);
/// x / sqrt(mean of x^2 + epsilon) * gain (Zhang and Sennrich, arXiv:1910.07467): x [..., units], gain [units].
Value rms_norm(Value x, Value gain, double epsilon = 1e-5);
struct ChannelNormOptions {
  std::int64_t axis = 1;  ///< of the channels
  double epsilon = 1e-5;  ///< added to the variance
};
struct BatchNorm {
  Value y;         ///< as x
  Value mean;      ///< [channels]
  Value variance;  ///< [channels], of a population: divided by the number of elements
};
/// (x - mean) / sqrt(variance + epsilon) * gain + bias (Ioffe and Szegedy, arXiv:1502.03167), with the mean and variance
/// of each channel over all other axes: x with a channel axis, gain and bias [channels].
BatchNorm batch_norm_training(Value x, Value gain, Value bias, const ChannelNormOptions& options = {});
/// The same with a given mean and variance [channels], as training has kept them.
Value batch_norm_inference(Value x, Value gain, Value bias, Value mean, Value variance,
                           const ChannelNormOptions& options = {});
/// The same with the mean and variance of each example (axis 0) and group of neighbouring channels (Wu and He,
/// arXiv:1803.08494): `groups` divides the channels.
Value group_norm(Value x, Value gain, Value bias, std::int64_t groups, const ChannelNormOptions& options = {});

// ---- Matrix products.
/// a [..., m, k] (or its transpose) times b [..., k, n] (or its transpose): [..., m, n]. The axes before the last two
/// count batches, and broadcast. A vector a is a row, a vector b a column, and the result lacks that axis.
Value matmul(Value a, Value b, bool transpose_a = false, bool transpose_b = false);
/// Products and sums in Einstein's notation: "bij,bjk->bik" names the axes of each operand by letters, and those of the
/// result; what an axis is not named in is summed over. A letter twice in one operand is its diagonal. Without "->",
/// the result has the letters that occur once, in the order of the alphabet. "..." stands for the axes of an operand that
/// have no letter: "...ij,...jk->...ik". They line up by the last one and broadcast, and come first without "->". Operands
/// are contracted from left to right, as matrix products where there are sums.
Value einsum(std::string_view equation, Values operands);
/// x [..., in] times kernel [in, out] plus bias [out]: [..., out].
Value dense(Value x, Value kernel, Value bias);
/// The same without a bias.
Value dense(Value x, Value kernel);
/// The same as dense with kernel and x rounded to integers in [-127, 127] times a step, one for each column of the kernel
/// and each row of x; bias may be a null Value. A row of x with an infinity or NaN gives NaN, and so does a column of the
/// kernel.
Value int8_dense(Value x, Value kernel, Value bias);
/// Rows of table [vocabulary, units] by ids (i32, any shape): [..., units]. Ids outside the table are an Error at run
/// time.
Value embedding(Value table, Value ids);
/// The gradient of embedding with respect to its table: row r of [vocabulary, units] is the sum of the rows of
/// `gradient` [..., units] whose id is r.
Value embedding_gradient(Value gradient, Value ids, std::int64_t vocabulary);
/// dense(embedding(table, ids), kernel, bias) that projects a row of the table once, however many ids it has:
/// table [vocabulary, in], ids (i32, any shape), kernel [in, out], bias [out] -> [..., out].
Value embedding_dense(Value table, Value ids, Value kernel, Value bias);
struct EmbeddingDenseGradient {
  Value table;   ///< [vocabulary, in]
  Value kernel;  ///< [in, out]
};
/// The gradients of embedding_dense with respect to table and kernel, from its cotangent [..., out].
EmbeddingDenseGradient embedding_dense_gradient(Value table, Value ids, Value kernel, Value cotangent);

// ---- Convolution and pooling of x [batch, channels, spatial...] or, with `channels_last`, [batch, spatial..., channels],
// with one, two or three spatial axes; y is laid out alike, a filter always as below. What is said of each spatial axis is
// given as one number for all of them, or one for each. The compiler's pass `layout` puts channels last by itself where that is
// faster.
struct ConvOptions {
  Integers strides = 1;
  /// Zeros around x. One number: on every side; one an axis: on both of its sides; two an axis: before and after it.
  Integers padding = 0;
  Integers dilations = 1;   ///< the distance between the elements of x that the window takes
  std::int64_t groups = 1;  ///< the channels fall into so many groups, each convolved by itself
  Value bias = {};          ///< [out channels]; a null value: none
  bool channels_last = false;
};
/// The sum over c and k of x[n, c, stride i + dilation k - padding] filter[o, c, k], for each o and i: the
/// cross-correlation that the field calls convolution. filter [out channels, channels / groups, window...] ->
/// [batch, out channels, spatial...].
Value conv(Value x, Value filter, const ConvOptions& options = {});
/// The same, with an Error unless x has so many spatial axes.
Value conv1d(Value x, Value filter, const ConvOptions& options = {});
Value conv2d(Value x, Value filter, const ConvOptions& options = {});
Value conv3d(Value x, Value filter, const ConvOptions& options = {});
/// What conv turned round does, also called deconvolution: each element of x [batch, channels, spatial...] spreads
/// over a window of the result. filter [channels, out channels / groups, window...]. The result has
/// (extent - 1) stride - padding + dilation (window - 1) + 1 elements along an axis, and `output_padding` more behind.
Value conv_transpose(Value x, Value filter, const ConvOptions& options = {}, const Integers& output_padding = 0);
/// The gradients of conv with respect to x, whose spatial extents are given, and to its filter, whose window is. The
/// bias of the options must be null.
Value conv_input_gradient(Value cotangent, Value filter, const Integers& spatial, const ConvOptions& options = {});
Value conv_filter_gradient(Value x, Value cotangent, const Integers& window, const ConvOptions& options = {});

struct PoolOptions {
  Integers strides = {};  ///< those of the window, if none are given
  Integers padding = 0;   ///< as with conv, but less than the window
  bool channels_last = false;
};
/// The largest element of each window, NaN when one is; what pads is never taken. The first of equals has all of the
/// gradient.
Value max_pool(Value x, const Integers& window, const PoolOptions& options = {});
/// The mean of each window; `count_padding`: of its zeros as well, else of the elements of x alone.
Value average_pool(Value x, const Integers& window, const PoolOptions& options = {}, bool count_padding = true);
/// The largest element and the mean of each channel: [batch, channels].
Value global_max_pool(Value x, bool channels_last = false);
Value global_average_pool(Value x, bool channels_last = false);

// ---- Recurrent cells. Gates lie side by side in the columns of the kernels.
struct GruWeights {
  Value kernel;            ///< [in, 3 * units], gates z, r, h
  Value recurrent_kernel;  ///< [units, 3 * units]
  Value input_bias;        ///< [3 * units]
  Value recurrent_bias;    ///< [3 * units]
};
/// One step of Keras's GRU with reset_after. x [batch, in], h [batch, units] -> [batch, units].
/// z = sigmoid(xz + hz), r = sigmoid(xr + hr), c = tanh(xh + r * hh), h' = z * h + (1 - z) * c.
Value gru_cell(Value x, Value h, const GruWeights& weights);
/// The arithmetic of gru_cell after its two products: x_gates, h_gates [batch, 3 * units], h [batch, units].
Value gru_gates(Value x_gates, Value h_gates, Value h);
struct LstmWeights {
  Value kernel;            ///< [in, 4 * units], gates i, f, g, o
  Value recurrent_kernel;  ///< [units, 4 * units]
  Value bias;              ///< [4 * units]
};
struct LstmState {
  Value h;  ///< [batch, units]
  Value c;  ///< [batch, units]
};
/// One step of an LSTM. c' = sigmoid(f) * c + sigmoid(i) * tanh(g), h' = sigmoid(o) * tanh(c').
LstmState lstm_cell(Value x, const LstmState& state, const LstmWeights& weights);
/// The arithmetic of lstm_cell after its products: gates [batch, 4 * units], c [batch, units].
LstmState lstm_gates(Value gates, Value c);

/// The fused gradients of gru_gates and lstm_gates, which their gradient rules append.
struct GruGatesGradient {
  Value x_gates;  ///< [batch, 3 * units]
  Value h_gates;  ///< [batch, 3 * units]
  Value h;        ///< [batch, units]
};
GruGatesGradient gru_gates_gradient(Value x_gates, Value h_gates, Value h, Value cotangent);
struct LstmGatesGradient {
  Value gates;  ///< [batch, 4 * units]
  Value c;      ///< [batch, units]
};
LstmGatesGradient lstm_gates_gradient(Value gates, Value c, Value h_cotangent, Value c_cotangent);

// ---- Attention.
struct AdditiveAttentionWeights {
  Value w1;  ///< [query units, attention units]
  Value b1;  ///< [attention units]
  Value w2;  ///< [value units, attention units]
  Value b2;  ///< [attention units]
  Value v;   ///< [attention units, 1]
  Value bv;  ///< [1]
};
struct Attention {
  Value context;  ///< [batch, value units]
  Value weights;  ///< [batch, time]
};
/// Bahdanau's attention: softmax over time of v . tanh(query W1 + b1 + values W2 + b2) + bv, and the mean of the values
/// so weighted. query [batch, query units], values [batch, time, value units]; with lengths [batch] (i32, each at least
/// 1), steps past a row's length have weight exactly 0.
Attention additive_attention(Value query, Value values, const AdditiveAttentionWeights& weights, Value lengths = {});
/// The values as the attention compares them with its query: values W2 + b2, [batch, time, attention units].
Value attention_keys(Value values, const AdditiveAttentionWeights& weights);
/// additive_attention with the keys given: for a decoder that is compiled one step at a time.
Attention attend(Value query, Value values, Value keys, const AdditiveAttentionWeights& weights, Value lengths = {});
/// Attention by any scores [batch, time]: their softmax over time, and the mean of values [batch, time, units] so
/// weighted. Steps where `within` [batch, time] (bool; null: everywhere) is false have weight exactly 0; where it is
/// false for a whole row, all have the same.
Attention attend_by_scores(Value scores, Value values, Value within = {});
/// What those scores are with the mask in them: so low outside that a softmax makes 0 of it.
Value masked_scores(Value scores, Value within);
/// sum over t of weights[b, t] values[b, t, u]: [batch, units].
Value weighted_mean(Value weights, Value values);
/// scores[b, t] = sum over u of v[u] * tanh(query[b, u] + keys[b, t, u]) + bv: [batch, time], the tanh never stored.
Value additive_scores(Value query, Value keys, Value v, Value bv);

/// The fused gradient of additive_scores, which its gradient rule appends.
struct AdditiveScoresGradient {
  Value query;  ///< [batch, units]
  Value keys;   ///< [batch, time, units]
  Value v;      ///< [units, 1]
  Value bv;     ///< [1]
};
AdditiveScoresGradient additive_scores_gradient(Value query, Value keys, Value v, Value cotangent);

struct ScaledDotProductOptions {
  /// Broadcasts to the scores [..., queries, keys]. Of bool: where it is false, a query does not attend. Of the query's
  /// element type: it is added to the scores, and a query does not attend where it is -inf. Null: none.
  Value mask = {};
  bool causal = false;                         ///< query t attends to the keys up to t alone
  std::optional<double> scale = std::nullopt;  ///< of the products; 1 / sqrt(units) without one
  DropoutOptions dropout = {.rate = 0.0};      ///< of the weights
  Value step = {};                             ///< of the dropout: an i32 scalar, needed for a rate above 0
};
/// softmax over the keys of (scale query key^T + mask), times value (Vaswani et al., arXiv:1706.03762): query
/// [..., queries, units], key [..., keys, units], value [..., keys, value units] -> [..., queries, value units]; the
/// leading axes, such as batch and heads, are equal. The scores are never stored whole, neither forward nor backward
/// (Dao et al., arXiv:2205.14135), but for the gradient of an added mask. A query that attends to nothing gets zeros.
Value scaled_dot_product_attention(Value query, Value key, Value value, const ScaledDotProductOptions& options = {});
/// The fused gradient of scaled_dot_product_attention, which its gradient rule appends.
struct ScaledDotProductGradient {
  Value query;
  Value key;
  Value value;
};
/// `operands`: query, key, value, the logarithm of each query's sum of exponentials [..., queries], what is taken from
/// the weights' cotangents (the sum of y d_y over a query's units) [..., queries], d_y, and mask and step as forward.
ScaledDotProductGradient scaled_dot_product_attention_gradient(Values operands, const Attributes& attributes);
/// x rotated by its place (Su et al., arXiv:2104.09864) in the half-split form (`rotate_half` of Hugging Face's LLaMA;
/// others pair neighbours): y[i] = x[i] cos a - x[i + units / 2] sin a and y[i + units / 2] = x[i + units / 2] cos a +
/// x[i] sin a, where a = position / base^(2 i / units). x [..., time, units] of an even number of units, positions (i32)
/// [time].
Value rotary_embedding(Value x, Value positions, double base = 10000.0);

// ---- Loss.
enum class LossNormalisation {
  batch_mean,  ///< the sum over all tokens divided by the batch size: the tutorial's sum over time of the mean over the
               ///< batch
  token_mean,  ///< the sum over all tokens divided by the number of tokens that are not padding
};
/// Cross entropy of logits [batch, time, vocabulary] (or [time, batch, vocabulary] with batch_axis 1) against ids (i32,
/// the leading axes), id 0 being padding, which counts as 0: a scalar. With label smoothing s, the target distribution
/// is 1 - s on the id and s spread evenly over the vocabulary.
Value masked_cross_entropy(Value logits, Value targets, LossNormalisation normalisation, double label_smoothing = 0.0,
                           std::int64_t batch_axis = 0);
/// The fused gradient of masked_cross_entropy, which its gradient rule appends, with the same attributes. cotangent: a
/// scalar.
Value masked_cross_entropy_gradient(Value logits, Value targets, Value cotangent, const Attributes& attributes);
struct CrossEntropyOptions {
  std::optional<std::int32_t> ignore_index = std::nullopt;  ///< targets of this id do not count
  double label_smoothing = 0.0;                             ///< the part spread evenly over the classes, in [0, 1)
  Value class_weights = {};                                 ///< [classes]; a null value: all 1
};
/// Cross entropy of logits [..., classes] against ids (i32, the leading axes): a scalar, the mean over the targets that
/// count, weighted by their classes; 0 when none count. An id that is no class is an Error at run time. With
/// smoothing s, the loss of a target is -(1 - s) w[id] log p[id] - s / classes sum of w log p.
Value cross_entropy(Value logits, Value ids, const CrossEntropyOptions& options = {});
/// The mean of -t ln(sigmoid(x)) - (1 - t) ln(1 - sigmoid(x)): a scalar. Logits x and targets t (from 0 to 1) of one
/// type.
Value binary_cross_entropy_with_logits(Value logits, Value targets);
/// The mean of (prediction - target)^2: a scalar. Both of one type, as for l1 and huber.
Value mse(Value prediction, Value target);
/// The mean of |prediction - target|: a scalar.
Value l1(Value prediction, Value target);
/// The mean of d^2 / 2 where d = |prediction - target| is up to delta, else of delta (d - delta / 2): a scalar.
Value huber(Value prediction, Value target, double delta = 1.0);
/// KL(p || q) = sum of p (ln p - ln q) over the last axis, and its mean over the other axes: a scalar. Both are given as
/// logarithms of one type; where p is 0 (its logarithm -inf), nothing is added.
Value kl_divergence(Value log_p, Value log_q);
/// Connectionist temporal classification (Graves et al., ICML 2006): -ln of the probability of all alignments of each
/// row's labels with its steps: [batch]. log_probabilities [batch, time, classes], as log_softmax gives them; labels
/// (i32) [batch, most labels], none of them the blank; input_lengths and label_lengths (i32) [batch], up to time and to
/// most labels: what lies behind is not read. A row that has no alignment, as one with fewer steps than labels and
/// repeats, has the loss infinity and the gradient 0. Lengths and labels out of range are an Error at run time.
Value ctc_loss(Value log_probabilities, Value labels, Value input_lengths, Value label_lengths, std::int64_t blank = 0);
/// The fused gradient of ctc_loss with respect to the log probabilities, which its gradient rule appends. cotangent:
/// [batch].
Value ctc_loss_gradient(Value log_probabilities, Value labels, Value input_lengths, Value label_lengths,
                        Value cotangent, std::int64_t blank);

// ---- Around the update of parameters; optimisers.h has what makes it.
/// total + x, two values of one type. No pass rewrites it as it may a sum, so that what several runs add up is added in
/// the order that they say.
Value accumulate(Value total, Value x);
/// Of each value the sum over all processes that run this graph (backends/runtime/communicator.h), which are added in a
/// fixed binary tree over their numbers: (0 + 1) + (2 + 3). Alone, a process has the sums that it gave. At most 64 values,
/// of one type of numbers.
std::vector<Value> all_reduce(Values values);
/// How the elements of a value, row-major, are cut into one shard a process, in the order of the processes' numbers: of
/// equal sizes, which are whole multiples of `step`. Behind the last element there are zeros.
struct Sharding {
  std::int64_t processes = 1;
  std::int64_t step = 1;

  /// The size of a shard of a value of so many elements.
  std::int64_t shard(std::int64_t elements) const;
};
/// This process's shard of the sum of x over all processes, added as by all_reduce: [shard]. With `sent_in_bf16`,
/// each process's x is rounded to it on its way, and added in f32; one process alone sends nothing.
/// `channel`: by which the exchange may have begun before this graph ran (backends/runtime/exchange.h).
Value reduce_scatter(Value x, const Sharding& sharding, bool sent_in_bf16 = false,
                     std::optional<std::int64_t> channel = {});
/// The value of that shape whose shards, [shard], the processes have. `channel`: by which the exchange may go on when this
/// graph has run, where the value is what a parameter becomes; who reads that must wait for it.
Value all_gather(Value shard, const Shape& shape, const Sharding& sharding, std::optional<std::int64_t> channel = {});
/// This process's shard, [shard], of a value that all processes have alike.
Value shard(Value x, const Sharding& sharding);
/// global_norm of values of which each process has some whole and of others its shard. `elements`: of each value, how
/// many it has where it is given as a shard, 0 where it is given whole.
Value global_norm_of_shards(Values values, std::span<const std::int64_t> elements, const Sharding& sharding);
/// The Euclidean norm over all elements of all values: a scalar of their element type.
Value global_norm(Values values);
/// Every gradient times min(1, max_norm / global_norm).
std::vector<Value> clip_by_global_norm(Values gradients, double max_norm);
/// start + weight (end - start), weight a scalar.
Value lerp(Value start, Value end, Value weight);
/// Adds a state "average/<parameter>" for each parameter, which moves by `weight`, a scalar, towards what the parameter
/// is after this graph's updates: an exponential moving average (Polyak averaging). States begin as zeros, so let the
/// first weight be 1.
void moving_average(Values parameters, Value weight);

// ---- Fusion: what passes make of several nodes.
/// The outputs of `body` for the operands in place of its inputs, in order: computed piece by piece, so that what lies
/// between is never stored whole. Throws Error when the body is not one that can be (ops/fusion/space.h).
std::vector<Value> fusion(Graph body, Values operands);

/// Every op, leaves included: what text and JSON may name, in the order of their names.
const OpTable& all_ops();

}  // namespace weft
