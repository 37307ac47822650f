// The elementary functions against the C library's in double: accuracy over the whole range, and what has no bound.

#include <doctest/doctest.h>

#include <bit>
#include <limits>

#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float denormal = std::numeric_limits<float>::denorm_min();

/// f(x) for all of `x` by the fast backend.
std::vector<float> evaluate(Value (*f)(Value), const std::vector<float>& x) {
  Graph graph;
  graph.output("y", f(graph.input("x", DType::f32, {std::ssize(x)})));
  const Tensor y = test::run_fast(graph, {{"x", Tensor::of({std::ssize(x)}, x)}}).at("y");
  return {y.as<float>().begin(), y.as<float>().end()};
}

/// The distance from `y` to the exact result, in units of the last place of a float of its size.
double error_in_ulp(float y, double exact) {
  const float nearest = static_cast<float>(exact);
  if (!std::isfinite(nearest)) return y == nearest ? 0.0 : INFINITY;
  const float magnitude = std::max(std::abs(nearest), std::numeric_limits<float>::min());
  const double ulp = std::ldexp(1.0, std::ilogb(magnitude) - 23);
  const double error = std::abs(static_cast<double>(y) - exact) / ulp;
  return std::isnan(error) ? INFINITY : error;
}

/// Every 1013th float of either sign that is finite.
std::vector<float> floats_of_all_sizes() {
  std::vector<float> all;
  for (std::uint32_t bits = 0; bits < 0x7f800000U; bits += 1013U) {
    all.push_back(std::bit_cast<float>(bits));
    all.push_back(std::bit_cast<float>(bits | 0x80000000U));
  }
  return all;
}

double worst_error(Value (*f)(Value), double (*exact)(double), const std::vector<float>& x) {
  const std::vector<float> y = evaluate(f, x);
  double worst = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, error_in_ulp(y[i], exact(x[i])));
  return worst;
}

}  // namespace

TEST_CASE("exp, tanh and sigmoid are within 3 units in the last place everywhere") {
  const std::vector<float> x = floats_of_all_sizes();
  CHECK(worst_error(
            exp, [](double at) { return std::exp(at); }, x) < 3.0);
  CHECK(worst_error(
            tanh, [](double at) { return std::tanh(at); }, x) < 3.0);
  CHECK(worst_error(
            sigmoid, [](double at) { return at < 0 ? std::exp(at) / (1 + std::exp(at)) : 1 / (1 + std::exp(-at)); },
            x) < 3.0);
}

TEST_CASE("log and sqrt are within 3 units in the last place of positive numbers") {
  std::vector<float> x = floats_of_all_sizes();
  std::erase_if(x, [](float at) { return at <= 0.0F; });
  CHECK(worst_error(
            log, [](double at) { return std::log(at); }, x) < 3.0);
  CHECK(worst_error(
            sqrt, [](double at) { return std::sqrt(at); }, x) <= 0.5);
}

TEST_CASE("log1p, expm1, erf and softplus are within 3 units in the last place everywhere") {
  const std::vector<float> x = floats_of_all_sizes();
  CHECK(worst_error(
            expm1, [](double at) { return std::expm1(at); }, x) < 3.0);
  CHECK(worst_error(
            erf, [](double at) { return std::erf(at); }, x) < 3.0);
  CHECK(worst_error(
            softplus, [](double at) { return std::max(at, 0.0) + std::log1p(std::exp(-std::abs(at))); }, x) < 3.0);
  std::vector<float> above = x;
  std::erase_if(above, [](float at) { return at <= -1.0F; });
  CHECK(worst_error(
            log1p, [](double at) { return std::log1p(at); }, above) < 3.0);
}

TEST_CASE("sin and cos are within a unit in the last place, of large angles as well") {
  const std::vector<float> x = floats_of_all_sizes();
  CHECK(worst_error(
            sin, [](double at) { return std::sin(at); }, x) < 1.0);
  CHECK(worst_error(
            cos, [](double at) { return std::cos(at); }, x) < 1.0);
}

TEST_CASE("the newer functions at infinities, zeros and NaN") {
  const std::vector<float> x{infinity, -infinity, 0.0F, -0.0F, nan, denormal, -denormal};
  const std::vector<float> l = evaluate(log1p, x);
  CHECK(l[0] == infinity);
  CHECK(std::isnan(l[1]));
  CHECK(std::bit_cast<std::uint32_t>(l[3]) == 0x80000000U);
  CHECK(std::isnan(l[4]));
  CHECK(l[5] == denormal);
  CHECK(evaluate(log1p, {-1.0F})[0] == -infinity);
  const std::vector<float> e = evaluate(expm1, x);
  CHECK(e[0] == infinity);
  CHECK(e[1] == -1.0F);
  CHECK(std::bit_cast<std::uint32_t>(e[3]) == 0x80000000U);
  CHECK(std::isnan(e[4]));
  CHECK(e[6] == -denormal);
  const std::vector<float> f = evaluate(erf, x);
  CHECK(f[0] == 1.0F);
  CHECK(f[1] == -1.0F);
  CHECK(std::bit_cast<std::uint32_t>(f[3]) == 0x80000000U);
  CHECK(std::isnan(f[4]));
  const std::vector<float> s = evaluate(softplus, x);
  CHECK(s[0] == infinity);
  CHECK(s[1] == 0.0F);
  CHECK(std::isnan(s[4]));
  for (const float y : evaluate(sin, {infinity, nan})) CHECK(std::isnan(y));
  for (const float y : evaluate(cos, {infinity, nan})) CHECK(std::isnan(y));
}

TEST_CASE("the functions at infinities, zeros and NaN") {
  const std::vector<float> x{infinity, -infinity, 0.0F, -0.0F, nan, denormal, -denormal};
  const std::vector<float> e = evaluate(exp, x);
  CHECK(e[0] == infinity);
  CHECK(e[1] == 0.0F);
  CHECK(e[2] == 1.0F);
  CHECK(e[3] == 1.0F);
  CHECK(std::isnan(e[4]));
  const std::vector<float> t = evaluate(tanh, x);
  CHECK(t[0] == 1.0F);
  CHECK(t[1] == -1.0F);
  CHECK(std::bit_cast<std::uint32_t>(t[2]) == 0U);
  CHECK(std::bit_cast<std::uint32_t>(t[3]) == 0x80000000U);
  CHECK(std::isnan(t[4]));
  CHECK(t[5] == denormal);
  CHECK(t[6] == -denormal);
  const std::vector<float> s = evaluate(sigmoid, x);
  CHECK(s[0] == 1.0F);
  CHECK(s[1] == 0.0F);
  CHECK(s[2] == 0.5F);
  CHECK(std::isnan(s[4]));
  const std::vector<float> l = evaluate(log, x);
  CHECK(l[0] == infinity);
  CHECK(std::isnan(l[1]));
  CHECK(l[2] == -infinity);
  CHECK(l[3] == -infinity);
  CHECK(std::isnan(l[4]));
  CHECK(std::isnan(l[6]));
}

TEST_CASE("an element's bits depend neither on its place nor on how many there are") {
  const std::vector<float> x = [] {
    const Tensor drawn = test::draw("x", {200}, -20.0, 20.0);
    return std::vector<float>(drawn.as<float>().begin(), drawn.as<float>().end());
  }();
  for (Value (*f)(Value) : {exp, tanh, sigmoid, log, log1p, expm1, erf, softplus, sin, cos, abs, sign, floor, round}) {
    const std::vector<float> whole = evaluate(f, x);
    for (std::size_t first : {0U, 1U, 5U})
      for (const std::int64_t extent : test::odd_extents) {
        const auto count = static_cast<std::size_t>(extent);
        const std::vector<float> part = evaluate(f, {x.begin() + static_cast<std::ptrdiff_t>(first),
                                                     x.begin() + static_cast<std::ptrdiff_t>(first + count)});
        for (std::size_t i = 0; i < count; ++i)
          CHECK(std::bit_cast<std::uint32_t>(part[i]) == std::bit_cast<std::uint32_t>(whole[first + i]));
      }
  }
}

}  // namespace weft
