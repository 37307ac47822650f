#pragma once

#include <dnnl.hpp>

#include "backends/onednn/products/packed_matrix.h"

namespace weft::onednn {

struct PackedMatrix::Layout {
  dnnl::memory::desc plain;
  dnnl::memory::desc by_rows;  ///< what is packed: plain, or its copy row by row where oneDNN cannot pack that
  dnnl::memory::desc packed;
};

}  // namespace weft::onednn
