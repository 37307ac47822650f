#pragma once

namespace weft::nmt {

/// An sRGB colour, each channel in [0, 1].
struct Colour {
  double red, green, blue;
};

/// The colour of a weight in [0, 1]: from almost white (0) through teal and blue to a dark violet (1). Lightness as the
/// eye sees it falls evenly, so equal steps of the weight look equal, also in greyscale and to the colour-blind.
Colour sequential_colour(double weight);

}  // namespace weft::nmt
