#include "graph/tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "graph/base/quantity.h"

namespace weft {
namespace {

constexpr std::size_t alignment = 64;

std::byte* allocate(const TensorType& type) {
  const std::size_t size = (static_cast<std::size_t>(type.bytes()) + alignment - 1) / alignment * alignment;
  auto* data = static_cast<std::byte*>(std::aligned_alloc(alignment, size));
  require(data != nullptr, "there is no memory for a tensor {}: it takes {}", type, bytes_text(size));
  return data;
}

/// Cut to an integer, towards zero.
std::int32_t to_i32(double number) {
  require(number > -2147483649.0 && number < 2147483648.0, "{} does not fit in an i32", number);
  return static_cast<std::int32_t>(number);
}

}  // namespace

Tensor TensorView::copy() const {
  Tensor tensor(type);
  std::ranges::copy(bytes(), tensor.bytes().begin());
  return tensor;
}

Tensor::Tensor(const TensorType& type) : type_(type), data_(allocate(type)) {
  std::memset(data_.get(), 0, static_cast<std::size_t>(type.bytes()));
}

Tensor::Tensor(const Tensor& other) : type_(other.type_), data_(allocate(other.type_)) {
  std::memcpy(data_.get(), other.data_.get(), static_cast<std::size_t>(type_.bytes()));
}

Tensor& Tensor::operator=(const Tensor& other) {
  if (this != &other) *this = Tensor(other);
  return *this;
}

Tensor Tensor::full(const TensorType& type, double number) {
  Tensor tensor(type);
  for (std::int64_t i = 0; i < type.shape.volume(); ++i) tensor.set_number(i, number);
  return tensor;
}

double Tensor::item() const {
  require(shape().volume() == 1, "a tensor {} has {} elements: item() is for one", type_, shape().volume());
  return number(0);
}

double Tensor::number(std::int64_t index) const {
  const auto i = static_cast<std::size_t>(index);
  switch (type_.dtype) {
    case DType::f32:
      return static_cast<double>(reinterpret_cast<const float*>(data_.get())[i]);
    case DType::f64:
      return reinterpret_cast<const double*>(data_.get())[i];
    case DType::i32:
      return reinterpret_cast<const std::int32_t*>(data_.get())[i];
    case DType::boolean:
      return reinterpret_cast<const std::uint8_t*>(data_.get())[i];
    case DType::bf16:
      return static_cast<double>(static_cast<float>(reinterpret_cast<const BFloat16*>(data_.get())[i]));
  }
  throw InternalError("a tensor without an element type");
}

void Tensor::set_number(std::int64_t index, double number) {
  const auto i = static_cast<std::size_t>(index);
  switch (type_.dtype) {
    case DType::f32:
      reinterpret_cast<float*>(data_.get())[i] = static_cast<float>(number);
      return;
    case DType::f64:
      reinterpret_cast<double*>(data_.get())[i] = number;
      return;
    case DType::i32:
      reinterpret_cast<std::int32_t*>(data_.get())[i] = to_i32(number);
      return;
    case DType::boolean:
      reinterpret_cast<std::uint8_t*>(data_.get())[i] = number != 0.0 ? 1 : 0;
      return;
    case DType::bf16:
      reinterpret_cast<BFloat16*>(data_.get())[i] = BFloat16(static_cast<float>(number));
      return;
  }
}

Tensor Tensor::converted_to(DType dtype) const {
  if (dtype == type_.dtype) return *this;
  Tensor result(TensorType{dtype, type_.shape});
  for (std::int64_t i = 0; i < type_.shape.volume(); ++i) result.set_number(i, number(i));
  return result;
}

Tensor Tensor::reshaped(const Shape& shape) const {
  require(shape.volume() == type_.shape.volume(), "a {} tensor cannot be reshaped to {}", type_.to_string(),
          shape.to_string());
  Tensor result = *this;
  result.type_.shape = shape;
  return result;
}

bool operator==(const Tensor& a, const Tensor& b) {
  return a.type_ == b.type_ &&
         std::memcmp(a.data_.get(), b.data_.get(), static_cast<std::size_t>(a.type_.bytes())) == 0;
}

}  // namespace weft
