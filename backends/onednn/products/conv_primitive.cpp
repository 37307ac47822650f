#include "backends/onednn/products/conv_primitive.h"

#include <omp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/products/descs.h"
#include "backends/onednn/products/onednn_calls.h"
#include "backends/onednn/products/packed_layout.h"
#include "graph/base/bfloat16.h"

namespace weft::onednn {
namespace {

/// Bytes of images that are worth a part of their own, and that a processor's cache has room for.
constexpr std::int64_t part_bytes = 256 * 1024;
/// The parts that a batch is cut into if it is large enough.
constexpr std::int64_t most_parts = 16;
/// Elements of y below which adding up another part of a filter's gradient costs more than a twentieth of the part.
constexpr std::int64_t least_part_outputs = 512;

constexpr std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

/// The same convolution with no more of stride and dilation than there is to step over.
ConvForm reduced(ConvForm form) {
  for (WindowAxis& axis : form.axes) {
    axis.stride = std::min(axis.stride, axis.before + axis.input + axis.after - axis.span() + 1);
    if (axis.window == 1) axis.dilation = 1;
  }
  return form;
}

/// Without a depth that has an extent of 1, oneDNN has more kernels.
std::size_t first_axis(const ConvForm& form) { return form.axes[0] == WindowAxis{} ? 1 : 0; }

using ElementType = dnnl::memory::data_type;

dnnl::memory::desc row_major(const dnnl::memory::dims& extents, ElementType type) {
  dnnl::memory::dims strides(extents.size(), 1);
  for (std::size_t i = extents.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * extents[i];
  return {extents, type, strides};
}

/// A layout that oneDNN chooses.
dnnl::memory::desc any_layout(const dnnl::memory::dims& extents, ElementType type) {
  return {extents, type, dnnl::memory::format_tag::any};
}

/// Images [batch, spatial..., channels], whose extents are given as oneDNN does: the channels second.
dnnl::memory::desc channels_last(const dnnl::memory::dims& extents, ElementType type) {
  dnnl::memory::dims strides(extents.size(), extents[1]);
  strides[1] = 1;
  for (std::size_t i = extents.size() - 1; i > 2; --i) strides[i - 1] = strides[i] * extents[i];
  strides[0] = strides[2] * extents[2];
  return {extents, type, strides};
}

using Layout = dnnl::memory::desc(const dnnl::memory::dims& extents, ElementType type);

/// The convolution, its images and its filter in those layouts, its operands in that type.
ConvDescs conv_descs(const ConvProblem& problem, ElementType operand, Layout* of_images, Layout* of_filter) {
  const ConvForm& form = problem.form;
  const auto type_unless = [&](ConvKind made_by) { return problem.kind == made_by ? f32 : operand; };
  dnnl::memory::dims x{form.batch, form.groups * form.in_channels};
  dnnl::memory::dims filter{form.groups, form.out_channels, form.in_channels};
  if (form.groups == 1) filter.erase(filter.begin());
  dnnl::memory::dims y{form.batch, form.groups * form.out_channels};
  ConvDescs descs;
  for (std::size_t i = first_axis(form); i < form.axes.size(); ++i) {
    const WindowAxis& axis = form.axes[i];
    x.push_back(axis.input);
    filter.push_back(axis.window);
    y.push_back(axis.output);
    descs.strides.push_back(axis.stride);
    descs.dilations.push_back(axis.dilation - 1);
    descs.before.push_back(axis.before);
    descs.after.push_back(axis.after);
  }
  descs.x = of_images(x, type_unless(ConvKind::input_gradient));
  descs.filter = of_filter(filter, type_unless(ConvKind::filter_gradient));
  descs.y = of_images(y, type_unless(ConvKind::forward));
  return descs;
}

/// A primitive, and the layouts that it has chosen.
struct Prepared {
  dnnl::primitive primitive;
  dnnl::memory::desc x;
  dnnl::memory::desc filter;
  dnnl::memory::desc y;
  dnnl::memory::desc scratch;
};

Prepared prepare(const ConvProblem& problem, ElementType operand) {
  Layout* const of_images = problem.form.channels_last ? channels_last : any_layout;
  const ConvDescs descs = conv_descs(problem, operand, of_images, any_layout);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::memory::desc bias({problem.form.groups * problem.form.out_channels}, f32, dnnl::memory::format_tag::a);
  // Of a gradient, the convolution that it belongs to.
  ConvProblem convolution = problem;
  convolution.kind = ConvKind::forward;
  const auto forward = conv_desc(cpu(), conv_descs(convolution, operand, of_images, any_layout),
                                 problem.bias ? &bias : nullptr, attributes);
  if (problem.kind == ConvKind::forward)
    return {dnnl::convolution_forward(forward), forward.src_desc(), forward.weights_desc(), forward.dst_desc(),
            forward.scratchpad_desc()};
  if (problem.kind == ConvKind::input_gradient) {
    const auto backward = conv_gradient_desc<dnnl::convolution_backward_data>(cpu(), descs, forward, attributes);
    return {dnnl::convolution_backward_data(backward), backward.diff_src_desc(), backward.weights_desc(),
            backward.diff_dst_desc(), backward.scratchpad_desc()};
  }
  const auto backward = conv_gradient_desc<dnnl::convolution_backward_weights>(cpu(), descs, forward, attributes);
  return {dnnl::convolution_backward_weights(backward), backward.src_desc(), backward.diff_weights_desc(),
          backward.diff_dst_desc(), backward.scratchpad_desc()};
}

/// The primitive for operands in bf16, if oneDNN has a right one: for few channels it has none, and with channels last that
/// are no whole blocks, its version 2.6 computes wrongly (jit_bf16_1x1, of 6 x 5 places and one channel).
std::optional<Prepared> prepare_bf16(const ConvProblem& problem) {
  const auto has_rest = [](std::int64_t channels) { return channels % 16 != 0; };
  if (problem.form.channels_last && (has_rest(problem.form.in_channels) || has_rest(problem.form.out_channels)))
    return std::nullopt;
  try {
    return prepare(problem, ElementType::bf16);
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return std::nullopt;
  }
}

/// What a primitive reads or writes, in the layout it is given in and in the one that the primitive wants.
class Argument {
 public:
  Argument() = default;
  Argument(int place, const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted, bool is_result)
      : place_(place), is_result_(is_result), plain_(plain), wanted_(wanted) {
    if (plain != wanted) reorder_ = is_result ? Reorder(wanted, plain) : Reorder(plain, wanted);
  }

  int place() const { return place_; }
  const dnnl::memory::desc& plain() const { return plain_; }
  const dnnl::memory::desc& wanted() const { return wanted_; }
  bool is_blocked() const { return static_cast<bool>(reorder_); }
  std::size_t block_bytes() const { return is_blocked() ? aligned(wanted_.get_size()) : 0; }

  /// One thread's handles to both.
  struct Memory {
    dnnl::memory plain;
    dnnl::memory wanted;
  };
  Memory memory() const { return {without_address(plain_), without_address(wanted_)}; }

  /// Brings an operand into blocks.
  dnnl_status_t before(const Memory& memory, const void* address, std::byte* blocks) const {
    set_address(memory.plain, address);
    set_address(memory.wanted, is_blocked() ? blocks : address);
    return is_blocked() && !is_result_ ? reorder_.run(memory.plain, memory.wanted) : dnnl_success;
  }
  /// Brings a result back.
  dnnl_status_t after(const Memory& memory) const {
    return is_blocked() && is_result_ ? reorder_.run(memory.wanted, memory.plain) : dnnl_success;
  }

 private:
  int place_ = 0;
  bool is_result_ = false;
  dnnl::memory::desc plain_;
  dnnl::memory::desc wanted_;
  Reorder reorder_;
};

/// Convolves some images on one thread.
class ImagesPrimitive {
 public:
  ImagesPrimitive(const ConvProblem& problem, bool has_bf16) {
    constexpr ElementType bf16 = ElementType::bf16;
    const ConvDescs plain = conv_descs(problem, problem.bf16 ? bf16 : f32,
                                       problem.form.channels_last ? channels_last : row_major, row_major);
    std::optional<Prepared> in_bf16;
    if (problem.bf16 && has_bf16) in_bf16 = prepare_bf16(problem);
    const Prepared prepared = in_bf16 ? *in_bf16 : prepare(problem, f32);
    primitive_ = prepared.primitive;
    scratch_ = prepared.scratch;
    bias_ = problem.bias ? problem.form.groups * problem.form.out_channels : 0;
    switch (problem.kind) {
      case ConvKind::forward:
        first_ = {DNNL_ARG_SRC, plain.x, prepared.x, false};
        second_ = {DNNL_ARG_WEIGHTS, plain.filter, prepared.filter, false};
        result_ = {DNNL_ARG_DST, plain.y, prepared.y, true};
        break;
      case ConvKind::input_gradient:
        first_ = {DNNL_ARG_DIFF_DST, plain.y, prepared.y, false};
        second_ = {DNNL_ARG_WEIGHTS, plain.filter, prepared.filter, false};
        result_ = {DNNL_ARG_DIFF_SRC, plain.x, prepared.x, true};
        break;
      case ConvKind::filter_gradient:
        first_ = {DNNL_ARG_SRC, plain.x, prepared.x, false};
        second_ = {DNNL_ARG_DIFF_DST, plain.y, prepared.y, false};
        result_ = {DNNL_ARG_DIFF_WEIGHTS, plain.filter, prepared.filter, true};
        break;
    }
  }

  const Argument& second() const { return second_; }
  /// What a thread needs beside the blocks of a filter.
  std::size_t scratch_bytes() const {
    return first_.block_bytes() + second_.block_bytes() + result_.block_bytes() + aligned(scratch_.get_size());
  }

  /// One thread's handles.
  struct Slot {
    Argument::Memory first;
    Argument::Memory second;
    Argument::Memory result;
    dnnl::memory bias;
    dnnl::memory scratch;
  };
  Slot slot() const {
    return {first_.memory(), second_.memory(), result_.memory(),
            bias_ == 0 ? dnnl::memory() : without_address({{bias_}, f32, dnnl::memory::format_tag::a}),
            without_address(scratch_)};
  }

  /// `filter`: the second operand where it is in blocks already; else it is read from `b`.
  dnnl_status_t run(const Slot& slot, const void* a, const void* b, const dnnl::memory* filter, const float* bias,
                    float* result, std::byte* scratch) const {
    const auto take = [&scratch](std::size_t bytes) { return std::exchange(scratch, scratch + bytes); };
    dnnl_status_t status = first_.before(slot.first, a, take(first_.block_bytes()));
    if (filter == nullptr && status == dnnl_success)
      status = second_.before(slot.second, b, take(second_.block_bytes()));
    if (status == dnnl_success) status = result_.before(slot.result, result, take(result_.block_bytes()));
    if (status != dnnl_success) return status;
    set_address(slot.scratch, scratch);
    std::array<dnnl_exec_arg_t, 5> arguments{
        {{first_.place(), slot.first.wanted.get()},
         {second_.place(), filter != nullptr ? filter->get() : slot.second.wanted.get()},
         {result_.place(), slot.result.wanted.get()},
         {DNNL_ARG_SCRATCHPAD, slot.scratch.get()}}};
    int count = 4;
    if (slot.bias) {
      set_address(slot.bias, bias);
      arguments[static_cast<std::size_t>(count++)] = {DNNL_ARG_BIAS, slot.bias.get()};
    }
    status = dnnl_primitive_execute(primitive_.get(), cpu_stream().get(), count, arguments.data());
    return status == dnnl_success ? result_.after(slot.result) : status;
  }

 private:
  dnnl::primitive primitive_;
  dnnl::memory::desc scratch_;
  std::int64_t bias_ = 0;
  Argument first_;
  Argument second_;
  Argument result_;
};

/// How many images make a part.
std::int64_t images_of_part(const ConvProblem& problem) {
  const ConvForm& form = problem.form;
  if (problem.kind == ConvKind::filter_gradient) {
    // The parts' gradients are added up; the last part may have fewer images.
    const std::int64_t parts =
        std::clamp<std::int64_t>(form.batch * form.output_volume() / least_part_outputs, 1, most_parts);
    return (form.batch + parts - 1) / parts;
  }
  const std::int64_t image =
      form.groups * (form.in_channels * form.input_volume() + form.out_channels * form.output_volume());
  std::int64_t images = std::clamp<std::int64_t>(part_bytes / (image * static_cast<std::int64_t>(sizeof(float))), 1,
                                                 std::max<std::int64_t>(1, form.batch / most_parts));
  while (form.batch % images != 0) --images;
  return images;
}

ConvProblem with_batch(ConvProblem problem, std::int64_t images) {
  problem.form.batch = images;
  return problem;
}

/// What a convolution is worth in elements of a plain loop.
std::int64_t parallel_work(const ConvForm& form) {
  constexpr double most = 1e15;
  return static_cast<std::int64_t>(std::min(conv_flops(form) / 16.0, most));
}

/// y[i] = the sum of parts[p][i] over p, in the order of the parts.
WEFT_VECTORISED void add_parts(const float* parts, std::int64_t count, std::int64_t stride, Range range, float* y) {
  for (std::int64_t i = range.first; i < range.last; ++i) y[i] = parts[i];
  for (std::int64_t part = 1; part < count; ++part)
    for (std::int64_t i = range.first; i < range.last; ++i) y[i] += parts[part * stride + i];
}

}  // namespace

struct ConvPrimitive::Impl {
  ConvProblem problem;
  std::int64_t images;  ///< of each part but perhaps the last
  std::int64_t parts;
  std::int64_t threads;
  ImagesPrimitive whole;
  ImagesPrimitive last;
  std::size_t slot_bytes;
  std::shared_ptr<const PackedMatrix::Layout> filter_layout;
  // Their addresses are set at each run, by one run at a time.
  std::mutex mutex = {};
  std::vector<ImagesPrimitive::Slot> whole_slots = {};
  std::vector<ImagesPrimitive::Slot> last_slots = {};
  Argument::Memory filter = {};

  Impl(const ConvProblem& of, std::int64_t most_threads, bool has_bf16)
      : problem(of),
        images(images_of_part(of)),
        parts((of.form.batch + images - 1) / images),
        threads(std::min(parts, most_threads)),
        whole(with_batch(of, images), has_bf16),
        last(with_batch(of, of.form.batch - (parts - 1) * images), has_bf16),
        slot_bytes(std::max(whole.scratch_bytes(), last.scratch_bytes())) {
    for (std::int64_t i = 0; i < threads; ++i) {
      whole_slots.push_back(whole.slot());
      last_slots.push_back(last.slot());
    }
    filter = whole.second().memory();
    filter_layout = std::make_shared<const PackedMatrix::Layout>(
        PackedMatrix::Layout{whole.second().plain(), whole.second().plain(), whole.second().wanted()});
  }

  bool has_filter() const { return problem.kind != ConvKind::filter_gradient; }
  std::int64_t filter_volume() const {
    const ConvForm& form = problem.form;
    return form.groups * form.out_channels * form.in_channels * form.window_volume();
  }
  std::size_t filter_bytes() const { return has_filter() ? whole.second().block_bytes() : 0; }
  /// The gradient of each part; none where there is one part.
  std::size_t partial_bytes() const {
    return has_filter() || parts == 1 ? 0 : aligned(static_cast<std::size_t>(filter_volume()) * sizeof(float));
  }

  /// `blocks`: the filter in blocks; a null pointer for the gradient of a filter.
  void run(const void* a, const void* b, const dnnl::memory* blocks, const float* bias, float* result,
           std::byte* scratch) {
    const ConvForm& form = problem.form;
    const std::int64_t x_image = form.groups * form.in_channels * form.input_volume();
    const std::int64_t y_image = form.groups * form.out_channels * form.output_volume();
    const bool to_x = problem.kind == ConvKind::input_gradient;
    const std::int64_t operand_bytes = problem.bf16 ? sizeof(BFloat16) : sizeof(float);
    const auto images_from = [&](const void* operand, std::int64_t part, std::int64_t image) {
      return static_cast<const std::byte*>(operand) + part * images * image * operand_bytes;
    };
    const bool to_parts = partial_bytes() != 0;
    auto* const partial = reinterpret_cast<float*>(scratch + static_cast<std::size_t>(threads) * slot_bytes);
    const auto partial_stride = static_cast<std::int64_t>(partial_bytes() / sizeof(float));
    const std::int64_t work = threads == 1 ? 0 : parallel_work(form);
    const ThreadLimit limit(
        work < least_parallel_work ? 1 : static_cast<int>(std::min<std::int64_t>(threads, omp_get_max_threads())));
    std::atomic<dnnl_status_t> status = dnnl_success;
    parallel_region(work, [&](const ThreadShare& share) {
      const Range range = share.of(parts);
      const auto slot = static_cast<std::size_t>(share.thread);
      for (std::int64_t part = range.first; part < range.last; ++part) {
        const bool is_last = part == parts - 1;
        float* into = result;
        if (has_filter())
          into += part * images * (to_x ? x_image : y_image);
        else if (to_parts)
          into = partial + part * partial_stride;
        const dnnl_status_t of_part =
            (is_last ? last : whole)
                .run((is_last ? last_slots : whole_slots)[slot], images_from(a, part, to_x ? y_image : x_image),
                     has_filter() ? nullptr : images_from(b, part, y_image), blocks, bias, into,
                     scratch + slot * slot_bytes);
        if (of_part != dnnl_success) status = of_part;
      }
    });
    check(status, "a convolution failed");
    if (to_parts)
      parallel_elements(filter_volume(),
                        [&](Range range) { add_parts(partial, parts, partial_stride, range, result); });
  }
};

std::shared_ptr<const ConvPrimitive> ConvPrimitive::shared(const ConvProblem& problem) {
  struct Key {
    ConvProblem problem;
    int threads;
    auto operator<=>(const Key&) const = default;
  };
  static SharedPrimitives<Key, ConvPrimitive> primitives;
  return primitives.get({problem, omp_get_max_threads()},
                        [&] { return std::make_shared<const ConvPrimitive>(problem); });
}

// Its generated code has 32 bits for the bytes from an element of a window to the next, and for those of a stride, of 16
// channels each or of all.
bool ConvPrimitive::takes(const ConvForm& form) {
  const ConvForm of = reduced(form);
  constexpr std::int64_t block = 16;
  const std::int64_t channels = of.groups * std::max(of.in_channels, of.out_channels);
  std::int64_t bytes =
      (of.channels_last ? std::max(block, channels) : block) * static_cast<std::int64_t>(sizeof(float));
  for (std::size_t i = of.axes.size(); i-- > 0;) {
    const WindowAxis& axis = of.axes[i];
    if (axis == WindowAxis{}) continue;
    constexpr std::int64_t most = std::int64_t{1} << 30;
    const std::int64_t reach = std::max({axis.span(), axis.stride, axis.before, axis.after});
    if (bytes > most || reach > most / bytes) return false;
    bytes *= axis.before + axis.input + axis.after;
  }
  return true;
}

// Each part runs on one thread, and its code is made for that.
ConvPrimitive::ConvPrimitive(const ConvProblem& problem, bool has_bf16)
    : impl_(guarded([&] {
        require_room_for_code();
        ConvProblem of = problem;
        of.form = reduced(problem.form);
        const int threads = omp_get_max_threads();
        const ThreadLimit limit(1);
        return std::make_unique<Impl>(of, threads, has_bf16);
      })) {}

ConvPrimitive::~ConvPrimitive() = default;

PackRequest ConvPrimitive::packing(std::size_t operand) const {
  return PackedMatrix::request(operand, impl_->filter_layout);
}

std::size_t ConvPrimitive::scratch_bytes() const {
  return static_cast<std::size_t>(impl_->threads) * impl_->slot_bytes +
         std::max(impl_->filter_bytes(), static_cast<std::size_t>(impl_->parts) * impl_->partial_bytes());
}

void ConvPrimitive::run(const void* a, const void* b, const float* bias, float* result, void* scratch) const {
  const std::lock_guard lock(impl_->mutex);
  auto* const bytes = static_cast<std::byte*>(scratch);
  if (!impl_->has_filter()) {
    impl_->run(a, b, nullptr, bias, result, bytes);
    return;
  }
  std::byte* const blocks = bytes + static_cast<std::size_t>(impl_->threads) * impl_->slot_bytes;
  check(impl_->whole.second().before(impl_->filter, b, blocks), "packing failed");
  impl_->run(a, nullptr, &impl_->filter.wanted, bias, result, bytes);
}

void ConvPrimitive::run(const void* a, const PackedMatrix& filter, const float* bias, float* result,
                        void* scratch) const {
  const std::lock_guard lock(impl_->mutex);
  impl_->run(a, nullptr, &filter.copy(), bias, result, static_cast<std::byte*>(scratch));
}

}  // namespace weft::onednn
