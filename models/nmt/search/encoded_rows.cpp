#include "models/nmt/search/encoded_rows.h"

#include "models/nmt/search/compiled_shapes.h"

namespace weft::nmt {

EncodedRows::EncodedRows(const Execution& encoder) {
  for (const Output& output : encoder.graph().outputs())
    values_.push_back({output.name, Tensor(encoder.graph().type(output.value))});
}

void EncodedRows::encode(Execution& encoder, std::span<const std::span<const std::int32_t>> sources) {
  feed_sources(encoder, sources);
  const std::int64_t rows = encoder.input("source").type.shape[0];
  for (Value& value : values_) encoder.bind_output(value.name, first_rows(value.rows, rows));
  encoder.run();
}

void EncodedRows::copy_row(std::int64_t to, const EncodedRows& other, std::int64_t from) {
  for (std::size_t i = 0; i < values_.size(); ++i) nmt::copy_row(values_[i].rows, to, other.values_[i].rows, from);
}

}  // namespace weft::nmt
