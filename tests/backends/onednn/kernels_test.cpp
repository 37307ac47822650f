// The fast kernels against the reference kernels in f64, at extents that leave rests behind vectors, blocks and
// chunks. (tests/ops has every case of every op on both; these are the sizes at which fast loops go wrong.)

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/primitive.h"
#include "backends/reference/reference_backend.h"
#include "graph/base/bfloat16.h"
#include "ops/op_list.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

void check_agrees(const Graph& graph, std::int32_t ids = 1) {
  CHECK(test::distance_from_reference(graph, test::draw_all(graph, ids)) < test::tolerance);
}

Value input(Graph& graph, std::string_view name, const Shape& shape, DType dtype = DType::f32) {
  return graph.input(name, dtype, shape);
}

/// What products multiply: bf16 exactly, as the reference in f64 gets the same numbers.
constexpr std::array factor_types{DType::f32, DType::bf16};

}  // namespace

TEST_CASE("elementwise kernels broadcast any way") {
  for (const std::int64_t n : test::odd_extents) {
    CAPTURE(n);
    const std::vector<std::pair<Shape, Shape>> shapes{
        {{n}, {n}}, {{3, n}, {n}},       {{n}, {3, n}},          {{n, 3}, {n, 1}},      {{n, 1}, {1, 5}},
        {{}, {n}},  {{2, n, 3}, {n, 1}}, {{2, 1, n}, {1, 4, 1}}, {{2, 3, n}, {2, 1, n}}};
    for (const auto& [a, b] : shapes) {
      Graph graph;
      const Value x = input(graph, "a", a);
      const Value y = input(graph, "b", b);
      graph.output("add", x + y);
      graph.output("sub", x - y);
      graph.output("mul", x * y);
      graph.output("div", x / (y + 3.0));
      graph.output("less", less(x, y));
      graph.output("select", select(less(x, graph.constant(0.5)), x, y));
      graph.output("tanh", tanh(x * y));
      check_agrees(graph);
    }
  }
}

TEST_CASE("reductions over any axes") {
  const std::vector<std::vector<std::int64_t>> axes{{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}};
  for (const std::int64_t n : test::odd_extents)
    for (const Shape& shape : {Shape{n, 2, 3}, Shape{2, n, 3}, Shape{2, 3, n}, Shape{n, 1, 7}}) {
      CAPTURE(shape.to_string());
      Graph graph;
      const Value x = input(graph, "x", shape) + 3.0;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        graph.output(fmt::format("sum{}", i), reduce_sum(x, axes[i]));
        graph.output(fmt::format("max{}", i), reduce_max(x, axes[i]));
      }
      check_agrees(graph);
    }
}

TEST_CASE("reductions of more elements than one chunk") {
  for (const Shape& shape : {Shape{40000}, Shape{3, 16385}, Shape{700, 70}, Shape{2, 5, 40000}}) {
    Graph graph;
    const Value x = input(graph, "x", shape) + 1.0;
    graph.output("all", reduce_sum(x));
    graph.output("first", reduce_sum(x, {0}));
    graph.output("last", reduce_sum(x, {-1}));
    graph.output("max", reduce_max(x));
    graph.output("norm", global_norm(std::vector<Value>{x, x}));
    check_agrees(graph);
  }
}

TEST_CASE("a NaN anywhere is the maximum, and the first one is its place") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::int64_t n : test::odd_extents)
    for (std::int64_t place = 0; place < n; ++place)
      for (const Shape& shape : {Shape{1, n}, Shape{n, 1}, Shape{n, 2}}) {
        CAPTURE(shape.to_string());
        CAPTURE(place);
        const std::int64_t axis = shape[0] == n ? 0 : 1;
        Graph graph;
        const Value x = input(graph, "x", shape);
        graph.output("max", reduce_max(x, {axis}));
        graph.output("argmax", argmax(x, axis));
        Tensor values = test::draw("x", shape);
        // Column 0 holds NaNs from that place on, every third; another column has none.
        const std::int64_t stride = axis == 0 ? shape[1] : 1;
        for (std::int64_t i = place; i < n; i += 3) values.set_number(i * stride, nan);
        for (const Backend* backend : {&onednn_backend(), &reference_backend()}) {
          CAPTURE(backend->name());
          const TensorMap results = Execution(compile(graph, *backend)).run({{"x", values}});
          CHECK(std::isnan(results.at("max").number(0)));
          CHECK(results.at("argmax").number(0) == static_cast<double>(place));
          if (shape[-1] == 2) CHECK_FALSE(std::isnan(results.at("max").number(1)));
        }
      }
}

TEST_CASE("softmax, its logarithm and argmax along any axis") {
  for (const std::int64_t n : test::odd_extents)
    for (const Shape& shape : {Shape{n}, Shape{3, n}, Shape{n, 3}, Shape{2, 5, n}, Shape{2, n, 70}})
      for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.rank()); ++axis) {
        CAPTURE(shape.to_string());
        CAPTURE(axis);
        Graph graph;
        const Value x = input(graph, "x", shape);
        graph.output("softmax", softmax(x, axis));
        graph.output("log_softmax", log_softmax(x, axis));
        graph.output("argmax", argmax(x, axis));
        check_agrees(graph);
      }
}

TEST_CASE("elements move along any axis") {
  for (const std::int64_t n : test::odd_extents)
    for (std::int64_t axis = 0; axis < 3; ++axis) {
      CAPTURE(n);
      CAPTURE(axis);
      const Shape shape = Shape{2, 3, 4}.with(static_cast<std::size_t>(axis), n);
      Graph graph;
      const Value a = input(graph, "a", shape);
      const Value b = input(graph, "b", shape.with(static_cast<std::size_t>(axis), 5));
      graph.output("concat", concat(std::vector<Value>{a, b, a}, axis));
      graph.output("slice", slice(a, axis, n / 2, n));
      graph.output("pad", pad(a, axis, 3, 1));
      graph.output("broadcast", broadcast(slice(a, axis, 0, 1), shape.inserted(0, 2)));
      std::vector<std::int64_t> permutation{0, 1, 2};
      do
        graph.output(fmt::format("transpose{}{}{}", permutation[0], permutation[1], permutation[2]),
                     transpose(a, permutation));
      while (std::next_permutation(permutation.begin(), permutation.end()));
      CHECK(test::distance_from_reference(graph, test::draw_all(graph)) == 0.0);
    }
}

TEST_CASE("products of all transpositions, of values and of variables") {
  for (const std::int64_t m : {1, 7, 17, 64})
    for (const std::int64_t k : {1, 15, 33, 300})
      for (const std::int64_t n : {1, 16, 65, 100})
        for (const bool transpose_a : {false, true})
          for (const bool transpose_b : {false, true}) {
            CAPTURE(Shape({m, k, n}).to_string());
            CAPTURE(transpose_a);
            CAPTURE(transpose_b);
            Graph graph;
            const Value a = input(graph, "a", transpose_a ? Shape{k, m} : Shape{m, k});
            const Shape right = transpose_b ? Shape{n, k} : Shape{k, n};
            const Initializer uniform = Initializer::uniform(-1.0, 1.0);
            graph.output("values", matmul(a, input(graph, "b", right), transpose_a, transpose_b));
            const Value a16 = input(graph, "a16", a.shape(), DType::bf16);
            const Value b16 = input(graph, "b16", right, DType::bf16);
            graph.output("bf16", matmul(a16, b16, transpose_a, transpose_b));
            if (!transpose_a && !transpose_b) graph.output("dense16", dense(a16, b16, input(graph, "bias16", {n})));
            graph.output("variable", matmul(a, graph.parameter("w", right, uniform), transpose_a, transpose_b));
            if (!transpose_a && !transpose_b)
              graph.output("dense", dense(a, graph.parameter("w2", right, uniform), input(graph, "bias", {n})));
            check_agrees(graph);
          }
}

TEST_CASE("factors in bf16 are copied to f32 where the processor does not multiply them, to the same sums") {
  for (const bool transpose_a : {false, true})
    for (const bool transpose_b : {false, true})
      for (const std::int64_t batch : {1, 3}) {
        CAPTURE(transpose_a);
        CAPTURE(transpose_b);
        CAPTURE(batch);
        const onednn::Product product{.batch = batch,
                                      .m = 33,
                                      .k = 300,
                                      .n = 17,
                                      .transpose_a = transpose_a,
                                      .transpose_b = transpose_b,
                                      .factors = DType::bf16};
        const auto element = [](std::int64_t i) { return BFloat16(static_cast<float>(i * 37 % 101) / 64 - 0.7F); };
        std::vector<BFloat16> a, b;
        for (std::int64_t i = 0; i < batch * product.m * product.k; ++i) a.push_back(element(i));
        for (std::int64_t i = 0; i < batch * product.k * product.n; ++i) b.push_back(element(i + 5));
        const auto run = [&](int threads) {
          const test::Threads limit(threads);
          const onednn::ProductPrimitive primitive(product, onednn::RightOperand::plain, false);
          std::vector<std::byte> scratch(primitive.scratch_bytes() + 64);
          std::vector<float> y(static_cast<std::size_t>(batch * product.m * product.n));
          void* aligned = scratch.data();
          std::size_t space = scratch.size();
          primitive.run(a.data(), b.data(), nullptr, y.data(), std::align(64, 1, aligned, space));
          return y;
        };
        const std::vector<float> y = run(1);
        CHECK(run(2) == y);
        double worst = 0.0;
        for (std::int64_t i = 0; i < std::ssize(y); ++i) {
          const std::int64_t matrix = i / (product.m * product.n);
          const std::int64_t row = i / product.n % product.m;
          const std::int64_t column = i % product.n;
          double sum = 0.0;
          for (std::int64_t k = 0; k < product.k; ++k) {
            const std::int64_t of_a = transpose_a ? k * product.m + row : row * product.k + k;
            const std::int64_t of_b = transpose_b ? column * product.k + k : k * product.n + column;
            sum += static_cast<double>(a[static_cast<std::size_t>(matrix * product.m * product.k + of_a)]) *
                   static_cast<double>(b[static_cast<std::size_t>(matrix * product.k * product.n + of_b)]);
          }
          worst = std::max(worst, std::abs(sum - static_cast<double>(y[static_cast<std::size_t>(i)])));
        }
        CHECK(worst < 1e-3);
      }
}

TEST_CASE("a transposed variable with many rows") {
  Graph graph;
  graph.output("y", matmul(input(graph, "a", {300, 65}),
                           graph.parameter("w", {40, 65}, Initializer::uniform(-1.0, 1.0)), false, true));
  check_agrees(graph);
}

TEST_CASE("batches of products") {
  for (const auto& extents : std::vector<std::array<std::int64_t, 3>>{
           {1, 9, 65}, {1, 64, 7}, {9, 1, 33}, {17, 31, 1}, {1, 1, 5}, {3, 10, 40}, {65, 3, 17}}) {
    const auto& [m, k, n] = extents;
    for (const std::int64_t batch : {1, 2, 5})
      for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
          CAPTURE(Shape({batch, extents[0], extents[1], extents[2]}).to_string());
          CAPTURE(transpose_a);
          CAPTURE(transpose_b);
          for (const DType factors : factor_types) {
            Graph graph;
            const Value a = input(graph, "a", transpose_a ? Shape{batch, k, m} : Shape{batch, m, k}, factors);
            const Value b = input(graph, "b", transpose_b ? Shape{batch, n, k} : Shape{batch, k, n}, factors);
            graph.output("y", matmul(a, b, transpose_a, transpose_b));
            check_agrees(graph);
          }
        }
  }
}

TEST_CASE("batches of products that broadcast") {
  for (const auto& extents :
       std::vector<std::array<std::int64_t, 3>>{{1, 9, 65}, {17, 31, 1}, {3, 1, 4}, {65, 3, 17}, {5, 40, 33}})
    for (const auto& batches : std::vector<std::pair<Shape, Shape>>{{{}, {5}},
                                                                    {{5}, {1}},
                                                                    {{3, 1}, {2}},
                                                                    {{2, 1, 3}, {4, 1}},
                                                                    {{2, 3}, {2, 3}},
                                                                    {{1, 3}, {2, 1}},
                                                                    {{1}, {1, 1}}})
      for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
          const auto& [m, k, n] = extents;
          const Shape& left = batches.first;
          const Shape& right = batches.second;
          CAPTURE(Shape({extents[0], extents[1], extents[2]}).to_string());
          CAPTURE(left.to_string());
          CAPTURE(right.to_string());
          CAPTURE(transpose_a);
          CAPTURE(transpose_b);
          const auto matrices = [](const Shape& batch, std::int64_t rows, std::int64_t columns) {
            return batch.inserted(batch.rank(), rows).inserted(batch.rank() + 1, columns);
          };
          for (const DType factors : factor_types) {
            Graph graph;
            const Value a = input(graph, "a", transpose_a ? matrices(left, k, m) : matrices(left, m, k), factors);
            const Value b = input(graph, "b", transpose_b ? matrices(right, n, k) : matrices(right, k, n), factors);
            graph.output("y", matmul(a, b, transpose_a, transpose_b));
            check_agrees(graph);
          }
        }
}

TEST_CASE("broadcast products of several tiles") {
  Graph graph;
  graph.output("rows", matmul(input(graph, "a", {3, 1, 2100, 5}), input(graph, "b", {2, 5, 3})));
  graph.output("columns", matmul(input(graph, "c", {3, 1, 4, 5}), input(graph, "d", {2, 2100, 5}), false, true));
  check_agrees(graph);
}

TEST_CASE("elements are looked up and added along any axis") {
  for (const std::int64_t n : test::odd_extents)
    for (std::int64_t axis = 0; axis < 3; ++axis)
      for (const std::int64_t batch_axes : {std::int64_t{0}, axis}) {
        CAPTURE(n);
        CAPTURE(axis);
        CAPTURE(batch_axes);
        const Shape shape = Shape{2, 3, 4}.with(static_cast<std::size_t>((axis + 1) % 3), n);
        Shape of_indices{5, 2};
        for (std::int64_t i = 0; i < batch_axes; ++i)
          of_indices = of_indices.inserted(static_cast<std::size_t>(i), shape[i]);
        Graph graph;
        const Value indices = graph.input("indices", DType::i32, of_indices);
        const Value y = gather(input(graph, "x", shape), indices, axis, batch_axes);
        graph.output("gather", y);
        graph.output("scatter_add", scatter_add(y, indices, axis, shape[axis], batch_axes));
        graph.output("slice", slice(input(graph, "x2", shape), axis, 0, shape[axis], 3));
        check_agrees(graph, static_cast<std::int32_t>(shape[axis]));
      }
}

TEST_CASE("long rows are added in strips, and many in parallel") {
  for (const Shape& shape : {Shape{30, 300}, Shape{300, 129}, Shape{2, 50, 257}, Shape{9, 500}}) {
    CAPTURE(shape.to_string());
    const auto axis = static_cast<std::int64_t>(shape.rank()) - 2;
    Graph graph;
    const Value indices = graph.input("indices", DType::i32, {700});
    const Value y = gather(input(graph, "x", shape), indices, axis);
    graph.output("gather", y);
    graph.output("scatter_add", scatter_add(y, indices, axis, shape[axis]));
    graph.output("last", scatter_add(gather(y, indices, -1), indices, -1, shape[-1]));
    graph.output("slice", slice(y, -1, 1, shape[-1], 2));
    check_agrees(graph, 9);
  }
}

TEST_CASE("the largest elements of a row, with ties and NaNs, are those of the reference") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::int64_t n : {1, 3, 63, 64, 65, 129, 1000, 5000})
    for (const std::int64_t k : {1, 2, 5, 64, 900})
      for (const bool ties : {false, true}) {
        if (k > n) continue;
        CAPTURE(n);
        CAPTURE(k);
        CAPTURE(ties);
        Graph graph;
        const TopK top = top_k(input(graph, "x", {7, n}), k);
        graph.output("values", top.values);
        graph.output("indices", top.indices);
        Tensor x = test::draw("x", {7, n});
        for (std::int64_t i = 0; ties && i < 7 * n; ++i) x.set_number(i, std::round(2.0 * x.number(i)));
        for (std::int64_t i = 3 * n; i < 7 * n; i += 1 + n / 3) x.set_number(i, nan);
        const TensorMap fast = test::run_fast(graph, {{"x", x}});
        const TensorMap expected = Execution(compile(graph, reference_backend())).run({{"x", x}});
        CHECK(fast.at("values") == expected.at("values"));
        CHECK(fast.at("indices") == expected.at("indices"));
      }
}

TEST_CASE("recurrent cells and attention") {
  for (const std::int64_t units : test::odd_extents) {
    CAPTURE(units);
    Graph graph;
    const GruGatesGradient gru =
        gru_gates_gradient(input(graph, "x_gates", {3, 3 * units}), input(graph, "h_gates", {3, 3 * units}),
                           input(graph, "h", {3, units}), input(graph, "dh", {3, units}));
    graph.output("d_x_gates", gru.x_gates);
    graph.output("d_h_gates", gru.h_gates);
    graph.output("d_h", gru.h);
    const LstmGatesGradient lstm =
        lstm_gates_gradient(input(graph, "gates", {3, 4 * units}), input(graph, "c", {3, units}),
                            input(graph, "lstm_dh", {3, units}), input(graph, "dc", {3, units}));
    graph.output("d_gates", lstm.gates);
    graph.output("d_c", lstm.c);
    const Value query = input(graph, "query", {3, units});
    const Value keys = input(graph, "keys", {3, 5, units});
    const Value v = input(graph, "v", {units, 1});
    graph.output("scores", additive_scores(query, keys, v, input(graph, "bv", {1})));
    const AdditiveScoresGradient scores = additive_scores_gradient(query, keys, v, input(graph, "d_scores", {3, 5}));
    graph.output("d_query", scores.query);
    graph.output("d_keys", scores.keys);
    graph.output("d_v", scores.v);
    graph.output("d_bv", scores.bv);
    check_agrees(graph);
  }
}

TEST_CASE("updates by gradients") {
  for (const std::int64_t n : test::odd_extents) {
    CAPTURE(n);
    Graph graph;
    std::vector<Value> operands;
    for (const char* name : {"parameter", "gradient", "velocity"}) operands.push_back(input(graph, name, {3, n}));
    operands.push_back(graph.constant(0.125));
    for (const bool scaled : {false, true}) {
      if (scaled) operands.push_back(graph.constant(0.375));
      for (const bool nesterov : {false, true}) {
        const auto next = graph.add(op::sgd, operands, {{"momentum", 0.75}, {"nesterov", nesterov}});
        graph.output(next[0].name(), next[0]);
        graph.output(next[1].name(), next[1]);
      }
    }
    check_agrees(graph);
  }
}

TEST_CASE("scaled dot products, at extents that leave rests behind tiles and vectors") {
  const std::vector<std::array<std::int64_t, 4>> extents{{1, 1, 1, 1},      {3, 7, 3, 5},      {64, 64, 16, 32},
                                                         {65, 129, 17, 31}, {129, 65, 33, 48}, {130, 200, 64, 64}};
  enum class Kind { plain, causal, within, added, key_within, query_added, dropped };
  for (const auto& of_case : extents)
    for (const std::int64_t batch : {1, 3})
      for (const Kind kind :
           {Kind::plain, Kind::causal, Kind::within, Kind::added, Kind::key_within, Kind::query_added, Kind::dropped}) {
        const std::int64_t queries = of_case[0];
        const std::int64_t keys = of_case[1];
        const std::int64_t units = of_case[2];
        const std::int64_t value_units = of_case[3];
        // The weight of the only key is 1, and d_query nothing but a rounding.
        if (keys == 1 && kind == Kind::dropped) continue;
        CAPTURE(queries);
        CAPTURE(keys);
        CAPTURE(static_cast<int>(kind));
        Graph graph;
        const Value query = input(graph, "query", {batch, 2, queries, units});
        const Value key = input(graph, "key", {batch, 2, keys, units});
        const Value value = input(graph, "value", {batch, 2, keys, value_units});
        ScaledDotProductOptions options{.causal = kind == Kind::causal};
        if (kind == Kind::within) options.mask = less(input(graph, "mask", {2, queries, keys}), 0.0);
        if (kind == Kind::added) options.mask = input(graph, "mask", {batch, 1, queries, keys});
        if (kind == Kind::key_within) options.mask = less(input(graph, "mask", {batch, 1, 1, keys}), 1.0);
        if (kind == Kind::query_added) options.mask = input(graph, "mask", {queries, 1});
        if (kind == Kind::dropped) {
          options.dropout = {.rate = 0.3, .seed = 5, .stream = "weights"};
          options.step = graph.constant(2.0, DType::i32);
        }
        const Value y = scaled_dot_product_attention(query, key, value, options);
        graph.output("y", y);
        const Value d_y = input(graph, "d_y", y.shape());
        const std::vector<Value> gradients =
            vector_jacobian(std::vector<Value>{y}, std::vector<Value>{d_y}, std::vector<Value>{query, key, value});
        for (std::size_t i = 0; i < gradients.size(); ++i) graph.output(fmt::format("gradient{}", i), gradients[i]);
        check_agrees(graph);
      }
}

TEST_CASE("attention takes memory in proportion to the length, not to its square") {
  const auto bytes = [](std::int64_t length) {
    Graph graph;
    const auto of = [&](std::string_view name) { return input(graph, name, {2, length, 16}); };
    const std::vector<Value> operands{of("query"), of("key"), of("value")};
    const Value y = scaled_dot_product_attention(operands[0], operands[1], operands[2]);
    graph.output("y", y);
    const std::vector<Value> gradients =
        vector_jacobian(std::vector<Value>{y}, std::vector<Value>{of("d_y")}, operands);
    for (std::size_t i = 0; i < gradients.size(); ++i) graph.output(fmt::format("gradient{}", i), gradients[i]);
    return static_cast<double>(Execution(compile(graph, onednn_backend())).report().arena_bytes);
  };
  CHECK(bytes(8192) < 2.1 * bytes(4096));
}

TEST_CASE("connectionist temporal classification") {
  for (const std::int64_t labels : {1, 7, 16, 33}) {
    CAPTURE(labels);
    Graph graph;
    const Value x = log_softmax(input(graph, "x", {5, 80, 7}));
    const Value ids = graph.input("ids", DType::i32, {5, labels});
    const auto lengths = [&](double least, double step) {
      Tensor tensor({DType::i32, {5}});
      for (std::int64_t i = 0; i < 5; ++i) tensor.set_number(i, std::max(0.0, least - step * static_cast<double>(i)));
      return graph.constant(tensor);
    };
    const Value ctc = ctc_loss(x, ids, lengths(80.0, 1.0), lengths(static_cast<double>(labels), 1.0), 6);
    graph.output("losses", ctc);
    graph.output("gradient", ctc_loss_gradient(x, ids, lengths(80.0, 1.0), lengths(static_cast<double>(labels), 1.0),
                                               input(graph, "cotangent", {5}), 6));
    check_agrees(graph, 6);
  }
}

TEST_CASE("loss and embedding") {
  for (const std::int64_t n : test::odd_extents) {
    if (n < 3) continue;
    CAPTURE(n);
    for (const auto normalisation : {LossNormalisation::batch_mean, LossNormalisation::token_mean})
      for (const double smoothing : {0.0, 0.1}) {
        Graph graph;
        const Value logits = input(graph, "logits", {7, 5, n});
        const Value targets = graph.input("targets", DType::i32, {7, 5});
        graph.output("loss", masked_cross_entropy(logits, targets, normalisation, smoothing));
        graph.output("embedded", embedding(input(graph, "table", {n, 33}), targets));
        graph.output("d_table", embedding_gradient(input(graph, "d", {7, 5, 33}), targets, n));
        check_agrees(graph, static_cast<std::int32_t>(n));
      }
  }
}

TEST_CASE("ids and targets that are out of range are refused by index") {
  Graph graph;
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  graph.output("y", embedding(input(graph, "table", {4, 5}), ids));
  TensorMap inputs = test::draw_all(graph);
  for (const std::int32_t bad : {4, -1}) {
    inputs.at("ids").set_number(4, bad);
    CHECK_THROWS_WITH_AS(
        test::run_fast(graph, inputs),
        fmt::format("embedding 'embedding': id {} at index 4 is outside of the table of 4 rows", bad).c_str(), Error);
  }
}

TEST_CASE("other floating types are refused") {
  Graph graph;
  graph.output("y", tanh(graph.input("x", DType::f64, {3})));
  CHECK_THROWS_WITH_AS(compile(graph, onednn_backend()),
                       "tanh 'tanh': the onednn backend does not compute in f64: the reference backend computes in f32 "
                       "and f64",
                       Error);
}

}  // namespace weft
