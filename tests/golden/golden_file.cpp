#include "tests/golden/golden_file.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/json_parse.h"

namespace weft::test {
namespace {

using nlohmann::json;

bool is_tensor(const json& value) { return value.is_object() && value.contains("shape") && value.contains("data"); }

Tensor tensor_from(const json& value) {
  const auto extents = value.at("shape").get<std::vector<std::int64_t>>();
  return Tensor::of(Shape(std::span<const std::int64_t>(extents)), value.at("data").get<std::vector<double>>());
}

TensorMap section_from(const json& object) {
  TensorMap tensors;
  for (const auto& [name, value] : object.items()) tensors.emplace(name, tensor_from(value));
  return tensors;
}

Attribute attribute_from(const std::string& name, const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) return value.get<std::vector<std::int64_t>>();
  fail("the attribute '{}' is neither a number, nor a string, nor a list of integers", name);
}

void add_attributes(Attributes& attributes, const std::string& prefix, const json& object) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = prefix + key;
    if (value.is_object())
      add_attributes(attributes, name + ".", value);
    else
      attributes.set(name, attribute_from(name, value));
  }
}

GoldenFile golden_file_from(const json& document) {
  GoldenFile file;
  for (const auto& [key, value] : document.items()) {
    if (key == "case") {
      file.case_name = value.get<std::string>();
    } else if (key == "attrs") {
      add_attributes(file.attributes, "", value);
    } else if (is_tensor(value)) {
      file.tensors.emplace(key, tensor_from(value));
    } else if (value.is_array()) {
      const auto numbers = value.get<std::vector<double>>();
      file.tensors.emplace(key, Tensor::of(Shape{std::ssize(numbers)}, numbers));
    } else {
      file.sections.emplace(key, section_from(value));
    }
  }
  require(!file.case_name.empty(), "the case has no name");
  return file;
}

}  // namespace

const Tensor& GoldenFile::tensor(std::string_view name) const {
  const auto at = tensors.find(name);
  require(at != tensors.end(), "the tensor '{}' is missing", name);
  return at->second;
}

const TensorMap& GoldenFile::section(std::string_view name) const {
  const auto at = sections.find(name);
  require(at != sections.end(), "the section '{}' is missing", name);
  return at->second;
}

GoldenFile read_golden_file(const std::filesystem::path& path) {
  try {
    return golden_file_from(parse_json(read_file(path)));
  } catch (const json::exception& error) {
    fail("malformed: {}", error.what());
  }
}

Tensor as_ids(const Tensor& tensor) {
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) {
    const double number = tensor.number(i);
    require(number == std::floor(number) && std::abs(number) <= std::numeric_limits<std::int32_t>::max(),
            "{} (element {}) is no id", number, i);
  }
  return tensor.converted_to(DType::i32);
}

}  // namespace weft::test
