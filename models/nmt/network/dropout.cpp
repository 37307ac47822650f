#include "models/nmt/network/dropout.h"

#include <fmt/format.h>

namespace weft::nmt {

Value Dropout::embedding(Value x, std::string_view side, std::int64_t step) const {
  return draws_(x, rates_.embedding, fmt::format("{}/embedding/{}", side, step));
}

Value Dropout::between_layers(Value x, std::string_view side, std::size_t layer, std::int64_t step) const {
  return draws_(x, rates_.layers, fmt::format("{}/layer{}/{}", side, layer, step));
}

Value Dropout::context(Value x, std::int64_t step) const {
  return draws_(x, rates_.context, fmt::format("context/{}", step));
}

Value Dropout::output(Value x, std::int64_t step) const {
  return draws_(x, rates_.output, fmt::format("output/{}", step));
}

Value Dropout::recurrent(Value x, std::string_view side) const {
  return draws_(x, rates_.recurrent, fmt::format("{}/recurrent", side));
}

}  // namespace weft::nmt
