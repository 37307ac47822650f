#include "backends/onednn/products/onednn_calls.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <array>

#include "graph/base/error.h"

namespace weft::onednn {

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& cpu_stream() {
  static dnnl::stream stream(cpu());
  return stream;
}

void fail_with(dnnl_status_t status, std::string_view what) {
  if (status == dnnl_out_of_memory)
    fail("out of memory: oneDNN has none ({}); use a smaller batch, or allow more", what);
  throw InternalError(fmt::format("oneDNN: {} (status {})", what, static_cast<int>(status)));
}

void check(dnnl_status_t status, std::string_view what) {
  if (status != dnnl_success) fail_with(status, what);
}

dnnl::memory without_address(const dnnl::memory::desc& desc) { return {desc, cpu(), nullptr}; }

void set_address(const dnnl::memory& memory, const void* address) {
  check(dnnl_memory_set_data_handle(memory.get(), const_cast<void*>(address)), "an address is refused");
}

dnnl::reorder reorder_of(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  return dnnl::reorder(dnnl::reorder::primitive_desc(cpu(), from, cpu(), to));
}

dnnl_status_t reorder(const dnnl::reorder& primitive, const dnnl::memory& from, const dnnl::memory& to) {
  const std::array<dnnl_exec_arg_t, 2> arguments{{{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}}};
  return dnnl_primitive_execute(primitive.get(), cpu_stream().get(), 2, arguments.data());
}

void require_room_for_code() {
  // Dozens of its buffers, of 256 KiB each: addresses alone, taken and given back.
  constexpr std::size_t bytes = std::size_t{16} << 20;
  void* room = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(room != MAP_FAILED,
          "out of memory: no {} MiB are left for generated code; use a smaller batch, or allow more", bytes >> 20);
  ::munmap(room, bytes);
}

}  // namespace weft::onednn
