#include "tests/passes/random_graph.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <tuple>

#include "graph/random.h"
#include "ops/ops.h"
#include "passes/autodiff.h"

namespace weft::test {
namespace {

constexpr std::int64_t most_elements = 60;
constexpr std::int64_t vocabulary = 3;

class Generator {
 public:
  Generator(std::uint64_t seed, const RandomGraphOptions& options)
      : random_(seed, "random graph"), options_(options), graph_(fmt::format("random{}", seed)) {}

  Graph run() && {
    for (int i = 0; i < 3; ++i) keep(graph_.input(fmt::format("x{}", i), DType::f64, {pick(1, 4), pick(1, 4)}));
    if (options_.updates)
      for (int i = 0; i < 3; ++i) declare_state(i);
    for (int i = 0; i < options_.nodes; ++i) add_node();
    declare_outputs();
    if (options_.differentiate) differentiate();
    if (options_.updates) update_states();
    return std::move(graph_);
  }

 private:
  // ---- Drawing
  std::int64_t pick(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_.bits(drawn_++) % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return pick(0, 99) < percent; }
  template <typename T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(pick(0, std::ssize(choices) - 1))];
  }
  /// The later ones more often, so that graphs become deep.
  Value any() {
    const std::int64_t last = std::ssize(pool_) - 1;
    return pool_[static_cast<std::size_t>(chance(50) ? pick(std::max<std::int64_t>(0, last - 6), last)
                                                     : pick(0, last))];
  }
  Value matrix() {
    const Value value = any();
    const Shape& shape = value.shape();
    if (shape.rank() == 2) return value;
    if (shape.rank() == 0) return reshape(value, {1, 1});
    return reshape(value, {shape[0], shape.volume() / shape[0]});
  }
  /// A value of that shape: an old one where there is one, else a new one made of an old one's sum.
  Value of_shape(const Shape& shape) {
    std::vector<Value> fitting;
    for (const Value& value : pool_)
      if (value.shape() == shape) fitting.push_back(value);
    if (!fitting.empty() && chance(85)) return one_of(fitting);
    return broadcast(tanh(reduce_sum(any())), shape);
  }
  Value number(double content) { return graph_.constant(content, DType::f64); }
  Value weight(const Shape& shape) {
    const std::int64_t which = pick(0, 1);
    const std::string name = fmt::format("weight{}{}", shape.to_string(), which);
    const auto [at, fresh] = weights_.try_emplace(name);
    if (fresh) {
      at->second = graph_.parameter(name, shape, Initializer::uniform(-0.7, 0.7), DType::f64);
      parameters_.push_back(at->second);
    }
    return at->second;
  }
  void keep(Value value) {
    if (value.shape().volume() <= most_elements) pool_.push_back(value);
  }

  // ---- Nodes
  void add_node() {
    using Maker = void (Generator::*)();
    static constexpr std::array<Maker, 20> makers{
        &Generator::unary,     &Generator::binary,       &Generator::binary,          &Generator::neutral,
        &Generator::product,   &Generator::product,      &Generator::sum_of_products, &Generator::cut,
        &Generator::join,      &Generator::cut_and_join, &Generator::reshaped,        &Generator::transposed,
        &Generator::reduction, &Generator::choice,       &Generator::lookup,          &Generator::lookup,
        &Generator::padded,    &Generator::recurrence,   &Generator::feedback,        &Generator::attention};
    (this->*makers[static_cast<std::size_t>(pick(0, std::ssize(makers) - 1))])();
  }

  void unary() {
    const Value x = any();
    switch (pick(0, 5)) {
      case 0:
        return keep(tanh(x));
      case 1:
        return keep(sigmoid(x));
      case 2:
        return keep(neg(x));
      case 3:
        return keep(neg(neg(x)));
      case 4:
        return keep(exp(tanh(x)));
      default:
        return keep(softmax(matrix(), pick(0, 1)));
    }
  }

  void binary() {
    const Value a = any();
    const Value b = chance(20) ? a : chance(25) ? tanh(reduce_sum(any())) : of_shape(a.shape());
    switch (pick(0, 3)) {
      case 0:
        return keep(tanh(add(a, b)));
      case 1:
        return keep(sub(b, tanh(a)));
      case 2:
        return keep(mul(tanh(a), tanh(b)));
      default:
        return keep(tanh(div(a, exp(tanh(b)))));
    }
  }

  void neutral() {
    const Value x = any();
    const Value ones = chance(50) ? number(1.0) : broadcast(number(1.0), x.shape());
    const Value zeros = chance(50) ? number(0.0) : broadcast(number(0.0), x.shape());
    switch (pick(0, 4)) {
      case 0:
        return keep(x + zeros);
      case 1:
        return keep(ones * x);
      case 2:
        return keep(x / ones);
      case 3:
        return keep(x * zeros);
      default:
        return keep(broadcast(x, x.shape()));
    }
  }

  void product() {
    const Value x = matrix();
    const std::int64_t in = x.shape()[1];
    const std::int64_t out = pick(1, 4);
    switch (pick(0, 3)) {
      case 0:
        return keep(tanh(matmul(x, weight({in, out}))));
      case 1:
        return keep(tanh(matmul(x, weight({out, in}), false, true)));
      case 2:
        return keep(tanh(matmul(transpose(weight({in, out}), {1, 0}), x, false, true)));
      default:
        return keep(tanh(dense(x, weight({in, out}), weight({out}))));
    }
  }

  void sum_of_products() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t left = pick(1, 3);
    const std::int64_t right = pick(1, 3);
    Value shared = of_shape({rows, left});
    Value sum;
    for (std::int64_t term = 0; term < 3; ++term) {
      if (chance(50)) shared = of_shape({rows, left});
      const Value next = chance(70) ? matmul(shared, of_shape({rows, right}), true) : of_shape({left, right});
      sum = sum ? (chance(50) ? sum + next : next + sum) : next;
    }
    keep(tanh(sum));
    const Value x = matrix();
    keep(tanh(reduce_sum(x, {0}) + reduce_sum(tanh(x), {0})));
  }

  void cut() {
    const Value x = matrix();
    const std::int64_t axis = pick(0, 1);
    const std::int64_t begin = pick(0, x.shape()[axis] - 1);
    keep(slice(x, axis, begin, pick(begin + 1, x.shape()[axis])));
  }

  void join() {
    const Value x = matrix();
    const std::int64_t axis = pick(0, 1);
    std::vector<Value> parts{x};
    for (std::int64_t i = pick(0, 2); i > 0; --i)
      parts.push_back(of_shape(x.shape().with(static_cast<std::size_t>(axis), pick(1, 3))));
    if (chance(30)) parts.push_back(parts.front());
    keep(chance(30) ? stack(std::vector<Value>{x, of_shape(x.shape())}, pick(0, 2)) : concat(parts, axis));
  }

  /// Slices of one value, joined again: in order (a view), or out of order, or in part.
  void cut_and_join() {
    const Value x = of_shape({pick(2, 4), pick(1, 3)});
    const std::int64_t at = pick(1, x.shape()[0] - 1);
    std::vector<Value> parts{slice(x, 0, 0, at), slice(x, 0, at, x.shape()[0])};
    if (chance(30)) std::swap(parts[0], parts[1]);
    if (chance(30)) parts.push_back(tanh(parts[0]));
    keep(concat(parts, 0));
    keep(slice(concat(parts, 0), 0, 0, pick(1, 2)));
  }

  void reshaped() {
    const Value x = any();
    const std::int64_t volume = x.shape().volume();
    switch (pick(0, 2)) {
      case 0:
        return keep(reshape(x, {volume, 1}));
      case 1:
        return keep(reshape(reshape(x, {volume}), {1, volume}));
      default:
        return keep(reshape(x, {1, 1, volume}));
    }
  }

  void transposed() {
    const Value x = any();
    if (x.shape().rank() == 3)
      return keep(transpose(x, chance(50) ? std::vector<std::int64_t>{1, 2, 0} : std::vector<std::int64_t>{0, 2, 1}));
    const Value once = transpose(matrix(), {1, 0});
    keep(chance(30) ? transpose(once, {1, 0}) : once);
  }

  void reduction() {
    const Value x = matrix();
    const bool keep_dims = chance(50);
    switch (pick(0, 3)) {
      case 0:
        return keep(tanh(reduce_sum(x, {pick(0, 1)}, keep_dims)));
      case 1:
        return keep(reduce_mean(x, {pick(0, 1)}, keep_dims));
      case 2:
        return keep(tanh(reduce_sum(x)));
      default:
        return keep(reduce_max(x, {1}, keep_dims));
    }
  }

  void choice() {
    const Value a = any();
    const Value b = of_shape(a.shape());
    if (chance(30)) return keep(select(graph_.constant(chance(50) ? 1.0 : 0.0, DType::boolean), a, b));
    if (chance(20)) return keep(select(less(a, b), a, a));
    keep(select(less(a, b), a, b));
  }

  void lookup() {
    const Value ids = graph_.input(fmt::format("ids{}", inputs_++), DType::i32, {pick(1, 4)});
    const std::int64_t in = pick(1, 3);
    const Value rows = embedding(weight({vocabulary, in}), ids);
    if (chance(25)) return keep(rows);
    const std::int64_t out = pick(1, 3);
    const Value kernel = weight({in, out});
    keep(tanh(dense(rows, kernel, weight({out}))));
  }

  void padded() { keep(pad(matrix(), pick(0, 1), pick(0, 1), pick(0, 2))); }

  void recurrence() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t in = pick(1, 3);
    const std::int64_t units = pick(1, 3);
    const GruWeights weights{weight({in, 3 * units}), weight({units, 3 * units}), weight({3 * units}),
                             weight({3 * units})};
    Value h = chance(70) ? broadcast(number(0.0), {rows, units}) : of_shape({rows, units});
    std::vector<Value> states;
    for (int step = 0; step < 3; ++step) {
      h = gru_cell(of_shape({rows, in}), h, weights);
      states.push_back(h);
    }
    keep(stack(states, pick(0, 1)));
    keep(h);
  }

  /// Layers that read the last one beside something else.
  void feedback() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t in = pick(1, 3);
    const std::int64_t units = pick(1, 3);
    const Value kernel = weight({units + in, units});
    const Value bias = weight({units});
    Value h = of_shape({rows, units});
    for (int step = 0; step < 3; ++step) {
      const Value parts[] = {h, of_shape({rows, in})};
      h = tanh(dense(concat(parts, 1), kernel, bias));
    }
    keep(h);
  }

  void attention() {
    const std::int64_t rows = pick(1, 3);
    const std::int64_t time = pick(1, 3);
    const std::int64_t units = pick(1, 3);
    const AdditiveAttentionWeights weights{weight({units, 2}), weight({2}),    weight({units, 2}),
                                           weight({2}),        weight({2, 1}), weight({1})};
    const Value values = reshape(of_shape({rows, time * units}), {rows, time, units});
    Value lengths;
    if (chance(50)) lengths = graph_.constant(Tensor::full({DType::i32, {rows}}, static_cast<double>(time)));
    Value query = of_shape({rows, units});
    for (int step = 0; step < 2; ++step) {
      const Attention attended = additive_attention(query, values, weights, lengths);
      query = tanh(attended.context);
      keep(attended.weights);
    }
    keep(query);
  }

  // ---- Ends
  void declare_outputs() {
    for (int i = 0; i < 4; ++i) {
      outputs_.push_back(any());
      graph_.output(fmt::format("y{}", i), outputs_.back());
    }
    graph_.output("first", pool_.front());
  }

  void differentiate() {
    if (parameters_.empty()) return;
    Value loss = number(0.0);
    for (const Value& output : outputs_) loss = loss + reduce_sum(tanh(output));
    const std::vector<Value> slopes = gradients(loss, parameters_);
    graph_.output("loss", loss);
    switch (options_.updates ? pick(0, 2) : 0) {
      case 1:
        return adam(parameters_, clip_by_global_norm(slopes, 0.5), number(0.01));
      case 2:
        return sgd(parameters_, slopes, number(0.1), 0.9);
      default:
        for (std::size_t i = 0; i < slopes.size(); ++i) graph_.output(fmt::format("gradient{}", i), slopes[i]);
    }
  }

  void declare_state(int index) {
    const Value state = graph_.state(fmt::format("state{}", index), {DType::f64, {2, 3}}, Initializer::uniform(-1, 1));
    states_.push_back(state);
    keep(state);
  }

  void update_states() {
    if (chance(30)) {  // a rotation: every state takes the old content of the next one
      for (std::size_t i = 0; i < states_.size(); ++i) graph_.update(states_[i], states_[(i + 1) % states_.size()]);
      return;
    }
    for (const Value& state : states_) {
      switch (pick(0, 4)) {
        case 0:
          graph_.update(state, of_shape({2, 3}));
          break;
        case 1:
          graph_.update(state, tanh(state + of_shape({2, 3})));
          break;
        case 2:
          graph_.update(state, sigmoid(of_shape({2, 3})));
          break;
        case 3:
          graph_.update(state, tanh(mul(of_shape({2, 3}), state)));
          break;
        default:
          break;
      }
    }
  }

  CounterRandom random_;
  std::uint64_t drawn_ = 0;
  RandomGraphOptions options_;
  Graph graph_;
  std::vector<Value> pool_;
  std::map<std::string, Value> weights_;
  std::vector<Value> parameters_;
  std::vector<Value> states_;
  std::vector<Value> outputs_;
  int inputs_ = 0;
};

}  // namespace

Graph random_graph(std::uint64_t seed, const RandomGraphOptions& options) { return Generator(seed, options).run(); }

TensorMap random_inputs(const Graph& graph, std::uint64_t seed) {
  TensorMap inputs;
  for (const NodeId id : graph.leaves(leaf::input)) {
    const Node& node = graph.node(id);
    const CounterRandom random(seed, node.name);
    Tensor tensor(graph.type(node.results[0]));
    for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) {
      const auto index = static_cast<std::uint64_t>(i);
      tensor.set_number(i, is_float(tensor.dtype()) ? random.uniform(index, -1.0, 1.0)
                                                    : static_cast<double>(random.bits(index) % vocabulary));
    }
    inputs.emplace(node.name, std::move(tensor));
  }
  return inputs;
}

}  // namespace weft::test
