#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weft::nmt {

class ExampleFile;

/// A pair of sentences as ids.
struct Example {
  std::vector<std::int32_t> source;  ///< `<start>` to `<end>`
  std::vector<std::int32_t> target;  ///< `<start>` to `<end>`; empty when only the source is known
};

/// How many ids the sides of an example have.
struct ExampleLengths {
  std::uint32_t source = 0;
  std::uint32_t target = 0;
};

/// An example's place among others: of half the size that any other index has, as there are as many as examples.
using ExampleNumber = std::uint32_t;

/// Examples by their numbers, seen from outside: in memory, or in a file where they may be more than fit in memory.
/// What it is made of must live as long.
class Examples {
 public:
  Examples() = default;
  Examples(std::span<const Example> in_memory) : in_memory_(in_memory) {}
  Examples(const std::vector<Example>& in_memory) : in_memory_(in_memory) {}
  Examples(const ExampleFile& file) : file_(&file) {}

  std::size_t size() const;
  ExampleLengths lengths(std::size_t number) const;
  /// Throws Error when the file cannot be read.
  Example read(std::size_t number) const;

 private:
  std::span<const Example> in_memory_;
  const ExampleFile* file_ = nullptr;
};

}  // namespace weft::nmt
