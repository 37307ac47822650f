#include "models/nmt/report/colour_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weft::nmt {
namespace {

/// A linear-light channel in [0, 1] with the sRGB transfer curve applied.
double srgb_encode(double linear) {
  const double channel = std::clamp(linear, 0.0, 1.0);
  return channel <= 0.0031308 ? 12.92 * channel : 1.055 * std::pow(channel, 1 / 2.4) - 0.055;
}

/// From Oklab in polar form (lightness, chroma, hue in radians) to sRGB; colours outside sRGB are clipped.
/// The matrices are those of the definition of Oklab (B. Ottosson, 2020).
Colour from_oklch(double lightness, double chroma, double hue) {
  const double a = chroma * std::cos(hue);
  const double b = chroma * std::sin(hue);
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  return {srgb_encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          srgb_encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          srgb_encode(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

Colour sequential_colour(double weight) {
  const double t = std::clamp(weight, 0.0, 1.0);
  const double lightness = 0.985 - 0.715 * t;
  const double chroma = 0.005 + 0.125 * std::sin(std::numbers::pi * std::pow(t, 0.9) * 0.8);
  const double hue = (175 + 105 * t) * std::numbers::pi / 180;
  return from_oklch(lightness, chroma, hue);
}

}  // namespace weft::nmt
