#pragma once

#include <dnnl.hpp>

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

/// Whether a transposed matrix may be packed at once: the reorder that oneDNN 3.7 has for that (jit:uni, from ba to
/// AB16a64b and its likes) is wrong where an extent is no multiple of the block.
constexpr bool packs_transposed = DNNL_VERSION_MAJOR < 3;

}  // namespace weft::onednn
