#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "graph/attributes.h"
#include "graph/tensor.h"

namespace weft::test {

/// A file of reference values, computed elsewhere in float64. All its numbers are f64 tensors, ids and lengths too.
struct GoldenFile {
  std::string case_name;
  /// "attrs"; the members of an object in it are named "adam.beta1".
  Attributes attributes;
  /// Tensors, and lists of numbers as tensors of rank 1, at the top: "source", "losses".
  TensorMap tensors;
  /// Objects of tensors: "inputs", "gradients", "parameters".
  std::map<std::string, TensorMap, std::less<>> sections;

  /// Throws Error when there is none of that name.
  const Tensor& tensor(std::string_view name) const;
  const TensorMap& section(std::string_view name) const;
};

/// Throws Error when the file cannot be read or is not of this form.
GoldenFile read_golden_file(const std::filesystem::path& path);

/// The numbers as ids. Throws Error unless all of them are whole and fit.
Tensor as_ids(const Tensor& tensor);

}  // namespace weft::test
