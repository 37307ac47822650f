#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace weft {

struct GradientCheckOptions {
  std::uint64_t seed = 1;
  /// Half of the distance between the two points of a difference.
  double step = 1e-5;
  /// The largest worst_error that passes.
  double tolerance = 1e-6;
  /// The range that floating-point inputs are drawn from. Parameters and states have what their initializers give.
  double low = -2.0;
  double high = 2.0;
  /// The range, both ends included, that i32 inputs are drawn from; bool inputs are drawn from both.
  std::int32_t integer_low = 1;
  std::int32_t integer_high = 2;
  /// At most so many elements of an input are checked, spread over it.
  std::int64_t most_elements = 200;
  /// No further element is begun so many seconds after the check's beginning; of every input one is checked in any case.
  double seconds = std::numeric_limits<double>::infinity();
  /// Called after each element: how many are done, and how many there are at most.
  std::function<void(std::int64_t done, std::int64_t of)> on_progress = {};
};

/// What the check of one input or parameter found.
struct GradientCheck {
  std::string input;
  /// The largest |gradient - difference|, divided by the largest of either (or by 1e-4 times the function's value where
  /// that is more, since differences are rounded in its last digits). Infinite when one of them is no number.
  double worst_error = 0.0;
  /// The largest |gradient|.
  double largest_gradient = 0.0;
  /// How many elements were checked.
  std::int64_t elements = 0;
  /// How many of them lie at a kink, as relu's at 0: the differences to either side are two slopes, the gradient is one
  /// between them, and nothing can be said of it but that. They do not count as errors.
  std::int64_t kinks = 0;
  /// worst_error is within the tolerance, not all gradients are 0, and not all elements lie at kinks: these would check
  /// nothing.
  bool passed = false;
};

/// Compares vector_jacobian with central differences (where one is off, with wider and narrower ones as well: rounding
/// spoils the one, curvature the other, a wrong gradient agrees with none), for every floating-point input and parameter of the graph, by
/// their ids. The function is s = sum over the floating-point outputs of <cotangent, output>, with cotangents drawn at
/// random so that no symmetry hides a mistake, and it is evaluated by the reference backend in float64, whatever the
/// graph's types are. Updates of variables are left out, and inputs that
/// only they read. Throws Error when the graph has no floating-point output, or
/// cannot be differentiated.
std::vector<GradientCheck> check_gradients(const Graph& graph, const GradientCheckOptions& options = {});

}  // namespace weft
