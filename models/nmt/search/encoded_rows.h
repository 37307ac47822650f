#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backends/runtime/execution.h"
#include "graph/tensor.h"

namespace weft::nmt {

/// What the encoder makes of each source, and the decoder reads: what stays the same for a sentence ("values", "keys")
/// and its first states ("state" and names that begin with it). A source has a row of each value.
class EncodedRows {
 public:
  struct Value {
    std::string name;
    Tensor rows;
  };

  /// Room for as many rows as the encoder is compiled for.
  explicit EncodedRows(const Execution& encoder);

  std::span<Value> values() { return values_; }
  std::span<const Value> values() const { return values_; }

  /// Encodes the sources to the first rows. The encoder may be compiled for fewer rows than there is room for, and for
  /// more than there are sources.
  void encode(Execution& encoder, std::span<const std::span<const std::int32_t>> sources);

  void copy_row(std::int64_t to, const EncodedRows& other, std::int64_t from);

 private:
  std::vector<Value> values_;
};

}  // namespace weft::nmt
