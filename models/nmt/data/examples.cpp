#include "models/nmt/data/examples.h"

#include "models/nmt/data/example_file.h"

namespace weft::nmt {

std::size_t Examples::size() const { return file_ != nullptr ? file_->size() : in_memory_.size(); }

ExampleLengths Examples::lengths(std::size_t number) const {
  if (file_ != nullptr) return file_->lengths(number);
  const Example& example = in_memory_[number];
  return {static_cast<std::uint32_t>(example.source.size()), static_cast<std::uint32_t>(example.target.size())};
}

Example Examples::read(std::size_t number) const { return file_ != nullptr ? file_->read(number) : in_memory_[number]; }

}  // namespace weft::nmt
