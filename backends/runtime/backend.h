#pragma once

#include <string_view>

#include "backends/runtime/communicator.h"
#include "backends/runtime/kernel.h"
#include "passes/pass.h"

namespace weft {

/// Where graphs run: what makes their kernels. Options of a backend belong to its object; it need not live longer than
/// compiling takes.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// Whether there are kernels for the op; what is not run whole is decomposed.
  virtual bool runs_whole(const Op& op) const = 0;
  /// Whether its convolutions run faster on images [batch, spatial..., channels] than on [batch, channels, spatial...].
  virtual bool prefers_channels_last() const { return false; }
  /// The kernel of a node whose op runs whole. Throws Error for element types that it does not compute in.
  virtual Kernel make_kernel(const KernelSpec& spec) const = 0;
  /// The processes that run what is compiled for it, together.
  virtual const Communicator& communicator() const { return single_process(); }
  /// What they round the gradients of large parameters to on their way.
  virtual Precision communicates_in() const { return Precision::f32; }
};

}  // namespace weft
