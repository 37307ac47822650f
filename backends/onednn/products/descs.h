#pragma once

#include <cstddef>
#include <cstdint>
#include <dnnl.hpp>
#include <vector>

// What differs between the versions of oneDNN that Weft is compiled with: 2.6 (Debian 12) describes an operation before
// the primitive, 3.x (Debian 13) in one go.

namespace weft::onednn {

/// The product c = a times b, plus `row` when it is given.
inline dnnl::matmul::primitive_desc matmul_desc(const dnnl::engine& engine, const dnnl::memory::desc& a,
                                                const dnnl::memory::desc& b, const dnnl::memory::desc* row,
                                                const dnnl::memory::desc& c, const dnnl::primitive_attr& attributes) {
#if DNNL_VERSION_MAJOR >= 3
  using Desc = dnnl::matmul::primitive_desc;
  return row != nullptr ? Desc(engine, a, b, *row, c, attributes) : Desc(engine, a, b, c, attributes);
#else
  using Desc = dnnl::matmul::desc;
  return {row != nullptr ? Desc(a, b, *row, c) : Desc(a, b, c), attributes, engine};
#endif
}

/// What a convolution and its gradients have in common. A description of them in any layout but the bias's.
struct ConvDescs {
  dnnl::memory::desc x;
  dnnl::memory::desc filter;
  dnnl::memory::desc y;
  dnnl::memory::dims strides;
  dnnl::memory::dims dilations;  ///< 0 where the elements of a window lie side by side
  dnnl::memory::dims before;
  dnnl::memory::dims after;
};

/// Winograd's would round otherwise.
inline constexpr auto conv_algorithm = dnnl::algorithm::convolution_direct;

/// y = x convolved by the filter, plus `bias` when it is given.
inline dnnl::convolution_forward::primitive_desc conv_desc(const dnnl::engine& engine, const ConvDescs& descs,
                                                           const dnnl::memory::desc* bias,
                                                           const dnnl::primitive_attr& attributes) {
  const auto& [x, filter, y, strides, dilations, before, after] = descs;
  constexpr auto kind = dnnl::prop_kind::forward_training;
#if DNNL_VERSION_MAJOR >= 3
  using Desc = dnnl::convolution_forward::primitive_desc;
  return bias != nullptr
             ? Desc(engine, kind, conv_algorithm, x, filter, *bias, y, strides, dilations, before, after, attributes)
             : Desc(engine, kind, conv_algorithm, x, filter, y, strides, dilations, before, after, attributes);
#else
  using Desc = dnnl::convolution_forward::desc;
  return {bias != nullptr ? Desc(kind, conv_algorithm, x, filter, *bias, y, strides, dilations, before, after)
                          : Desc(kind, conv_algorithm, x, filter, y, strides, dilations, before, after),
          attributes, engine};
#endif
}

/// Its gradient with respect to x (convolution_backward_data) or the filter (convolution_backward_weights); `forward` is
/// the description of the convolution itself.
template <typename Gradient>
typename Gradient::primitive_desc conv_gradient_desc(const dnnl::engine& engine, const ConvDescs& descs,
                                                     const dnnl::convolution_forward::primitive_desc& forward,
                                                     const dnnl::primitive_attr& attributes) {
  const auto& [x, filter, y, strides, dilations, before, after] = descs;
#if DNNL_VERSION_MAJOR >= 3
  return {engine, conv_algorithm, x, filter, y, strides, dilations, before, after, forward, attributes};
#else
  return {{conv_algorithm, x, filter, y, strides, dilations, before, after}, attributes, engine, forward};
#endif
}

/// Whether a transposed matrix may be packed at once: the reorder that oneDNN 3.7 has for that (jit:uni, from ba to
/// AB16a64b and its likes) is wrong where an extent is no multiple of the block.
constexpr bool packs_transposed = DNNL_VERSION_MAJOR < 3;

/// Whether oneDNN brings tensors of a convolution from a layout to another rightly: its version 3.7 (jit:uni) leaves
/// elements of some out where the extent of an axis is no multiple of its block.
inline bool reorders_rightly([[maybe_unused]] const dnnl::memory::desc& from,
                             [[maybe_unused]] const dnnl::memory::desc& to) {
#if DNNL_VERSION_MAJOR >= 3
  return to.get_ndims() <= 2 || (from.get_dims() == from.get_padded_dims() && to.get_dims() == to.get_padded_dims());
#else
  return true;
#endif
}

inline dnnl::memory::data_type type_of(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_data_type();
#else
  return desc.data_type();
#endif
}

inline std::size_t axis_count([[maybe_unused]] const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return static_cast<std::size_t>(desc.get_ndims());
#else
  return 0;
#endif
}

/// What each index along an axis adds to the offset of an element, where oneDNN's own reorder is not right.
inline std::vector<std::int64_t> axis_offsets([[maybe_unused]] const dnnl::memory::desc& desc,
                                              [[maybe_unused]] std::size_t axis) {
  std::vector<std::int64_t> offsets;
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::memory::dims blocks = desc.get_inner_blks();
  const dnnl::memory::dims block_axes = desc.get_inner_idxs();
  for (std::int64_t i = 0; i < desc.get_dims()[axis]; ++i) {
    std::int64_t rest = i;
    std::int64_t offset = 0;
    std::int64_t stride = 1;
    for (std::size_t block = blocks.size(); block-- > 0;) {
      if (block_axes[block] == static_cast<std::int64_t>(axis)) {
        offset += rest % blocks[block] * stride;
        rest /= blocks[block];
      }
      stride *= blocks[block];
    }
    offsets.push_back(offset + rest * desc.get_strides()[axis]);
  }
#endif
  return offsets;
}

}  // namespace weft::onednn
