#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/packed_matrix.h"
#include "ops/convolution/windows.h"

namespace weft::onednn {

enum class ConvKind {
  forward,          ///< x, filter -> y
  input_gradient,   ///< y, filter -> x
  filter_gradient,  ///< x, y -> filter
};

struct ConvProblem {
  ConvKind kind = ConvKind::forward;
  ConvForm form;
  bool bias = false;  ///< forward alone
  bool bf16 = false;  ///< the element type of both operands; they are f32 else, as the result is in any case

  friend auto operator<=>(const ConvProblem&, const ConvProblem&) = default;
};

/// A convolution or a gradient of it that oneDNN has prepared, in the layouts that oneDNN likes best. The batch is cut
/// into parts that depend on the problem alone, each of which runs on one thread: brought into blocks, convolved and
/// brought back while it is in that processor's cache. So the bits do not depend on the number of threads; left to
/// share the work out itself, oneDNN sums the gradient of a filter by as many parts as there are threads.
class ConvPrimitive {
 public:
  /// The primitive of that problem, made for the number of threads that there are now, and shared as ProductPrimitive's.
  static std::shared_ptr<const ConvPrimitive> shared(const ConvProblem& problem);
  /// Whether oneDNN's arithmetic on offsets has room for it.
  static bool takes(const ConvForm& form);

  /// `has_bf16`: whether the processor multiplies factors in bf16; they are brought into f32 else, and where oneDNN has no
  /// right convolution of them.
  explicit ConvPrimitive(const ConvProblem& problem, bool has_bf16 = has_bf16_instructions());
  ~ConvPrimitive();
  ConvPrimitive(const ConvPrimitive&) = delete;
  ConvPrimitive& operator=(const ConvPrimitive&) = delete;

  /// The copy of the filter, as operand `operand` of a kernel, that runs with a packed filter want.
  PackRequest packing(std::size_t operand) const;
  std::size_t scratch_bytes() const;

  /// One run at a time: a thread waits for another one. The operands are those of the kind, in its order; `bias` is
  /// read only when the problem has one.
  void run(const void* a, const void* b, const float* bias, float* result, void* scratch) const;
  /// The same with a packed filter.
  void run(const void* a, const PackedMatrix& filter, const float* bias, float* result, void* scratch) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::onednn
