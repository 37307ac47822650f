#include "backends/onednn/products/onednn_calls.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <array>
#include <cstring>
#include <utility>

#include "backends/onednn/products/descs.h"
#include "graph/base/bfloat16.h"
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

namespace {

/// Copies the elements of the axes from `axis` on; the last one is a loop.
template <typename Axes, typename From, typename To>
void copy_axes(const Axes& axes, std::size_t axis, const From* from, To* to) {
  const auto& [offsets_from, offsets_to] = axes[axis];
  for (std::size_t i = 0; i < offsets_from.size(); ++i) {
    if (axis + 1 == axes.size())
      to[offsets_to[i]] = static_cast<To>(from[offsets_from[i]]);
    else
      copy_axes(axes, axis + 1, from + offsets_from[i], to + offsets_to[i]);
  }
}

}  // namespace

Reorder::Reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to)
    : primitive_(dnnl::reorder::primitive_desc(cpu(), from, cpu(), to)) {
  if (reorders_rightly(from, to)) return;
  for (std::size_t axis = 0; axis < axis_count(to); ++axis)
    axes_.push_back({axis_offsets(from, axis), axis_offsets(to, axis)});
  bytes_ = to.get_size();
  const auto is_bf16 = [](const dnnl::memory::desc& desc) { return type_of(desc) == dnnl::memory::data_type::bf16; };
  from_bf16_ = is_bf16(from);
  to_bf16_ = is_bf16(to);
}

// dnnl::reorder::execute() would put the arguments into a map first.
dnnl_status_t Reorder::run(const dnnl::memory& from, const dnnl::memory& to) const {
  if (axes_.empty()) {
    const std::array<dnnl_exec_arg_t, 2> arguments{{{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}}};
    return dnnl_primitive_execute(primitive_.get(), cpu_stream().get(), 2, arguments.data());
  }
  void* source = nullptr;
  void* target = nullptr;
  for (const auto& [memory, address] : {std::pair{&from, &source}, std::pair{&to, &target}})
    if (const dnnl_status_t status = dnnl_memory_get_data_handle(memory->get(), address); status != dnnl_success)
      return status;
  std::memset(target, 0, bytes_);
  if (to_bf16_)  // so are the elements that it has
    copy_axes(axes_, 0, static_cast<const BFloat16*>(source), static_cast<BFloat16*>(target));
  else if (from_bf16_)
    copy_axes(axes_, 0, static_cast<const BFloat16*>(source), static_cast<float*>(target));
  else
    copy_axes(axes_, 0, static_cast<const float*>(source), static_cast<float*>(target));
  return dnnl_success;
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
