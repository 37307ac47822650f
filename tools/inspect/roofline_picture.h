#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tools/inspect/machine.h"

namespace weft::inspect {

/// What some kernels did together.
struct RooflinePoint {
  std::string name;
  double seconds = 0;
  double flops = 0;
  double bytes = 0;
};

/// The roofline model (Williams, Waterman and Patterson, CACM 52(4), 2009) as SVG: kernels by their operations a byte and
/// their GFLOP/s, under the two roofs of the machine, memory's and arithmetic's. A circle's area is its part of the
/// time; a number leads to its line in the legend, the longest first. What has no operations has no place in the
/// picture, but in the legend; what takes less than 0.2 % of the time is left out.
std::string roofline_picture(std::span<const RooflinePoint> points, const Roofline& roofline, std::string_view title);

}  // namespace weft::inspect
