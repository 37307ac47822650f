#include "graph/io/tensor_text.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "graph/base/error.h"
#include "graph/base/number_text.h"

namespace weft {
namespace {

template <typename T>
T load(const Tensor& tensor, std::int64_t index) {
  T element;
  std::memcpy(&element, tensor.bytes().data() + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
  return element;
}

template <typename T>
void store(Tensor& tensor, std::int64_t index, T element) {
  std::memcpy(tensor.bytes().data() + static_cast<std::size_t>(index) * sizeof(T), &element, sizeof(T));
}

[[noreturn]] void refuse(std::string_view text, DType dtype) {
  fail("'{:.40}' is not an element of type {}", text, to_string(dtype));
}

bool parse_bool(std::string_view text) {
  if (text != "true" && text != "false") refuse(text, DType::boolean);
  return text == "true";
}

std::int32_t parse_i32(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < std::numeric_limits<std::int32_t>::min() ||
      *number > std::numeric_limits<std::int32_t>::max())
    refuse(text, DType::i32);
  return static_cast<std::int32_t>(*number);
}

/// A bf16 is the upper half of a float. What was written from one has no lower half, so that even a NaN keeps its bits;
/// any other number is rounded.
void store_bf16(Tensor& tensor, std::int64_t index, float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  if ((bits & 0xffffU) == 0)
    store(tensor, index, BFloat16::cut(number));
  else
    tensor.set_number(index, static_cast<double>(number));
}

void store_text(Tensor& tensor, std::int64_t index, std::string_view text) {
  switch (tensor.dtype()) {
    case DType::f32:
    case DType::bf16: {
      const auto number = parse_float(text);
      if (!number) refuse(text, tensor.dtype());
      if (tensor.dtype() == DType::f32)
        store(tensor, index, *number);
      else
        store_bf16(tensor, index, *number);
      return;
    }
    case DType::f64: {
      const auto number = parse_double(text);
      if (!number) refuse(text, DType::f64);
      store(tensor, index, *number);
      return;
    }
    case DType::i32:
      store(tensor, index, parse_i32(text));
      return;
    case DType::boolean:
      store(tensor, index, static_cast<std::uint8_t>(parse_bool(text)));
      return;
  }
}

/// Copies element 0 to all others.
void repeat_first(Tensor& tensor) {
  const std::span<std::byte> bytes = tensor.bytes();
  for (std::size_t done = size_of(tensor.dtype()); done < bytes.size(); done *= 2)
    std::memcpy(bytes.data() + done, bytes.data(), std::min(done, bytes.size() - done));
}

}  // namespace

std::string element_text(const Tensor& tensor, std::int64_t index) {
  switch (tensor.dtype()) {
    case DType::f32:
      return number_text(load<float>(tensor, index));
    case DType::f64:
      return number_text(load<double>(tensor, index));
    case DType::i32:
      return std::to_string(load<std::int32_t>(tensor, index));
    case DType::boolean:
      return load<std::uint8_t>(tensor, index) != 0 ? "true" : "false";
    case DType::bf16:
      return number_text(static_cast<float>(load<BFloat16>(tensor, index)));
  }
  throw InternalError("a tensor without an element type");
}

bool is_splat(const Tensor& tensor) {
  const std::span<const std::byte> bytes = tensor.bytes();
  const std::size_t size = size_of(tensor.dtype());
  return std::memcmp(bytes.data(), bytes.data() + size, bytes.size() - size) == 0;
}

Tensor tensor_from_text(const TensorType& type, std::span<const std::string_view> elements, SplatBudget& budget) {
  require(elements.size() == 1 || std::ssize(elements) == type.shape.volume(),
          "{} elements are given for a {} tensor: {}, or one for all of them, are needed", elements.size(),
          type.to_string(), type.shape.volume());
  const bool splat = std::ssize(elements) != type.shape.volume();
  if (splat) {
    require(type.bytes() <= budget.remaining,
            "a {} tensor of one repeated element is too large: the {} bytes for such tensors in one file are used up",
            type.to_string(), SplatBudget::limit);
    budget.remaining -= type.bytes();
  }
  Tensor tensor(type);
  for (std::size_t i = 0; i < elements.size(); ++i) store_text(tensor, static_cast<std::int64_t>(i), elements[i]);
  if (splat) repeat_first(tensor);
  return tensor;
}

}  // namespace weft
