#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "graph/base/bfloat16.h"
#include "graph/base/error.h"
#include "graph/types.h"

namespace weft {

/// The DType of a C++ element type. bool elements are stored as one byte, 0 or 1, and accessed as std::uint8_t.
template <typename T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  if constexpr (std::is_same_v<T, double>) return DType::f64;
  if constexpr (std::is_same_v<T, std::int32_t>) return DType::i32;
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::boolean;
  if constexpr (std::is_same_v<T, BFloat16>) return DType::bf16;
}

class Tensor;

/// Typed memory that somebody else owns: an execution's input or output, a variable.
struct TensorView {
  TensorType type;
  void* data = nullptr;

  /// The elements, row-major. Throws Error when T is not the view's element type.
  template <typename T>
  std::span<T> as() const {
    require(dtype_of<T>() == type.dtype, "a {} tensor is accessed as {}", type.to_string(), to_string(dtype_of<T>()));
    return {static_cast<T*>(data), static_cast<std::size_t>(type.shape.volume())};
  }
  std::span<std::byte> bytes() const { return {static_cast<std::byte*>(data), static_cast<std::size_t>(type.bytes())}; }
  Tensor copy() const;
};

/// A tensor on the host that owns its elements, aligned to a cache line. Copies are deep.
class Tensor {
 public:
  Tensor() : Tensor(TensorType{}) {}
  /// All zeros.
  explicit Tensor(const TensorType& type);
  Tensor(const Tensor& other);
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;
  ~Tensor() = default;

  /// A tensor of the given elements, row-major. Throws Error when their number is not the shape's volume.
  template <typename T>
  static Tensor of(const Shape& shape, std::span<const T> elements) {
    Tensor tensor(TensorType{dtype_of<T>(), shape});
    require(std::ssize(elements) == shape.volume(), "{} elements are given for shape {}", elements.size(),
            shape.to_string());
    std::copy(elements.begin(), elements.end(), tensor.as<T>().begin());
    return tensor;
  }
  template <typename T>
  static Tensor of(const Shape& shape, const std::vector<T>& elements) {
    return of(shape, std::span<const T>(elements));
  }
  /// A rank-0 tensor.
  template <typename T>
  static Tensor scalar(T element) {
    return of(Shape{}, std::span<const T>(&element, 1));
  }
  /// A tensor of one repeated number, converted to `type.dtype`.
  static Tensor full(const TensorType& type, double number);

  const TensorType& type() const { return type_; }
  const Shape& shape() const { return type_.shape; }
  DType dtype() const { return type_.dtype; }

  template <typename T>
  std::span<T> as() {
    return view().as<T>();
  }
  template <typename T>
  std::span<const T> as() const {
    return TensorView{type_, data_.get()}.as<T>();
  }
  TensorView view() { return {type_, data_.get()}; }
  std::span<std::byte> bytes() { return {data_.get(), static_cast<std::size_t>(type_.bytes())}; }
  std::span<const std::byte> bytes() const { return {data_.get(), static_cast<std::size_t>(type_.bytes())}; }

  /// The only element, as a double. Throws Error when there are several.
  double item() const;
  /// Element `index` (row-major) as a double, whatever the element type.
  double number(std::int64_t index) const;
  void set_number(std::int64_t index, double number);
  /// The same elements converted to another element type.
  Tensor converted_to(DType dtype) const;
  /// The same elements under another shape of the same volume.
  Tensor reshaped(const Shape& shape) const;

  /// Equal types and equal bits.
  friend bool operator==(const Tensor& a, const Tensor& b);

 private:
  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  TensorType type_;
  std::unique_ptr<std::byte, Free> data_;
};

/// Tensors by name, in the names' order.
using TensorMap = std::map<std::string, Tensor, std::less<>>;

}  // namespace weft
