// Takes the place of oneDNN's functions that run something, and hands on to them.

#include "tests/allocation/onednn_allocations.h"

#include <dlfcn.h>
#include <dnnl.h>

#include <atomic>

namespace {

std::atomic<int> calls{0};

template <typename Function, typename... Arguments>
dnnl_status_t hand_on(Function*& next, const char* name, Arguments... arguments) {
  if (next == nullptr) next = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
  ++calls;
  const dnnl_status_t status = next(arguments...);
  --calls;
  return status;
}

}  // namespace

namespace weft::test {

bool within_onednn() { return calls.load() > 0; }

}  // namespace weft::test

extern "C" {

dnnl_status_t DNNL_API dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count,
                                              const dnnl_exec_arg_t* arguments) {
  static decltype(dnnl_primitive_execute)* next = nullptr;
  return hand_on(next, "dnnl_primitive_execute", primitive, stream, count, arguments);
}

dnnl_status_t DNNL_API dnnl_sgemm(char transpose_a, char transpose_b, dnnl_dim_t m, dnnl_dim_t n, dnnl_dim_t k,
                                  float alpha, const float* a, dnnl_dim_t lda, const float* b, dnnl_dim_t ldb,
                                  float beta, float* c, dnnl_dim_t ldc) {
  static decltype(dnnl_sgemm)* next = nullptr;
  return hand_on(next, "dnnl_sgemm", transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
}
