#include "backends/onednn/products/primitive.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>

#include "backends/onednn/loops/broadcast_walk.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/products/descs.h"
#include "backends/onednn/products/onednn_calls.h"
#include "backends/onednn/products/packed_layout.h"
#include "graph/base/bfloat16.h"
#include "graph/base/error.h"

namespace weft::onednn {
namespace {

dnnl::memory::data_type data_type(DType dtype) {
  check_invariant(dtype == DType::f32 || dtype == DType::bf16, "oneDNN multiplies no such elements here");
  return dtype == DType::f32 ? f32 : dnnl::memory::data_type::bf16;
}

dnnl::memory::desc plain_desc(std::int64_t batch, std::int64_t rows, std::int64_t columns, bool transposed,
                              DType dtype = DType::f32) {
  const dnnl::memory::data_type element = data_type(dtype);
  const std::int64_t row_stride = transposed ? 1 : columns;
  const std::int64_t column_stride = transposed ? rows : 1;
  if (batch == 1) return {{rows, columns}, element, dnnl::memory::dims{row_stride, column_stride}};
  return {{batch, rows, columns}, element, dnnl::memory::dims{rows * columns, row_stride, column_stride}};
}

dnnl::matmul::primitive_desc product_desc(const Product& product, RightOperand right) {
  const auto [batch, m, k, n, transpose_a, transpose_b, bias, factors, rounds_b] = product;
  check_invariant(!rounds_b || right == RightOperand::packed, "what is to be rounded must be packed");
  const dnnl::memory::desc a = plain_desc(batch, m, k, transpose_a, factors);
  const dnnl::memory::desc b = right == RightOperand::plain
                                   ? plain_desc(batch, k, n, transpose_b, factors)
                                   : dnnl::memory::desc({k, n}, data_type(factors), dnnl::memory::format_tag::any);
  const dnnl::memory::desc c = plain_desc(batch, m, n, false);
  check_invariant(batch == 1 || !bias, "a batch of products takes no bias");
  const dnnl::memory::desc row = plain_desc(1, 1, n, false);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return matmul_desc(cpu(), a, b, bias ? &row : nullptr, c, attributes);
}

/// Whether the process may have only so much memory (ulimit -v).
bool is_memory_limited() {
  static const bool limited = [] {
    rlimit limit{};
    return ::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  }();
  return limited;
}

/// How many threads compute a product by sgemm. oneDNN generates code when it first needs it, and does not notice that
/// there is no room for it. So room is looked for, and the first product of a shape takes it on one thread: others that
/// start then take stacks and heaps.
int threads_for_sgemm(const Product& product, int threads) {
  if (!is_memory_limited()) return threads;
  static std::mutex mutex;
  static std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t, bool, bool>> seen;
  const std::lock_guard<std::mutex> lock(mutex);
  const std::tuple shape(product.m, product.k, product.n, product.transpose_a, product.transpose_b);
  if (seen.contains(shape)) return threads;
  require_room_for_code();
  seen.insert(shape);
  return 1;
}

}  // namespace

// ---- Products

namespace {

/// How many threads share a product out: one when it takes no longer than waking another.
int threads_for(const Product& product) {
  const std::int64_t work = product.batch * product.m * product.k * product.n;
  return work < 8 * least_parallel_work ? 1 : omp_get_max_threads();
}

}  // namespace

/// Copies of factors in bf16 as matrices of f32, row by row: the sums of a product whose left operand is transposed may
/// be split among threads.
class WidenedFactors {
 public:
  explicit WidenedFactors(const Product& product) : product_(product) {}

  std::size_t bytes() const { return sizeof(float) * static_cast<std::size_t>(padded(a_size()) + padded(b_size())); }
  /// The product of the copies.
  Product widened() const {
    Product product = product_;
    product.transpose_a = product.transpose_b = false;
    product.factors = DType::f32;
    return product;
  }
  float* a(void* scratch) const { return static_cast<float*>(scratch); }
  float* b(void* scratch) const { return a(scratch) + padded(a_size()); }
  void copy(const void* a, const void* b, void* scratch) const {
    copy_rows(static_cast<const BFloat16*>(a), product_.m, product_.k, product_.transpose_a, this->a(scratch));
    copy_rows(static_cast<const BFloat16*>(b), product_.k, product_.n, product_.transpose_b, this->b(scratch));
  }

 private:
  std::int64_t a_size() const { return product_.batch * product_.m * product_.k; }
  std::int64_t b_size() const { return product_.batch * product_.k * product_.n; }
  /// Elements, so that what comes next begins a cache line.
  static std::int64_t padded(std::int64_t elements) { return (elements + 15) / 16 * 16; }

  void copy_rows(const BFloat16* from, std::int64_t rows, std::int64_t columns, bool transposed, float* to) const {
    parallel_for(product_.batch * rows, columns, [&](Range range) {
      for (std::int64_t row = range.first; row < range.last; ++row) {
        const BFloat16* matrix = from + row / rows * rows * columns;
        const std::int64_t in_matrix = row % rows;
        for (std::int64_t column = 0; column < columns; ++column)
          to[row * columns + column] = matrix[transposed ? column * rows + in_matrix : in_matrix * columns + column];
      }
    });
  }

  Product product_;
};

struct ProductPrimitive::Impl {
  dnnl::matmul primitive;
  std::shared_ptr<const PackedMatrix::Layout> layout;
  std::size_t scratch_bytes;
  std::optional<WidenedFactors> widened;  ///< they lie at the beginning of the scratch memory
  /// Its code and its scratch memory are made for this number.
  int threads;
  // Their addresses are set at each run, by one thread at a time.
  std::mutex mutex = {};
  dnnl::memory a;
  dnnl::memory b;
  dnnl::memory bias;
  dnnl::memory c;
  dnnl::memory scratch;

  void execute(const dnnl::memory& right, const void* lhs, const float* row, float* result, void* working) const {
    const ThreadLimit limit(threads);
    set_address(a, lhs);
    set_address(c, result);
    set_address(scratch, working);
    std::array<dnnl_exec_arg_t, 5> arguments{{{DNNL_ARG_SRC, a.get()},
                                              {DNNL_ARG_WEIGHTS, right.get()},
                                              {DNNL_ARG_DST, c.get()},
                                              {DNNL_ARG_SCRATCHPAD, scratch.get()}}};
    int count = 4;
    if (bias) {
      set_address(bias, row);
      arguments[static_cast<std::size_t>(count++)] = {DNNL_ARG_BIAS, bias.get()};
    }
    check(dnnl_primitive_execute(primitive.get(), cpu_stream().get(), count, arguments.data()), "a product failed");
  }
};

ProductPrimitive::ProductPrimitive(const Product& of, RightOperand right, bool has_bf16)
    : impl_(guarded([&] {
        require_room_for_code();
        std::optional<WidenedFactors> widened;
        if (of.factors == DType::bf16 && !has_bf16) widened.emplace(of);
        const Product product = widened ? widened->widened() : of;
        check_invariant(!widened || right == RightOperand::plain, "what is widened is not packed");
        const int threads = threads_for(product);
        const ThreadLimit limit(threads);
        const dnnl::matmul::primitive_desc desc = product_desc(product, right);
        return std::unique_ptr<Impl>(new Impl{
            .primitive = dnnl::matmul(desc),
            .layout = std::make_shared<const PackedMatrix::Layout>(PackedMatrix::Layout{
                plain_desc(product.batch, product.k, product.n, product.transpose_b,
                           product.rounds_b ? DType::f32 : product.factors),
                plain_desc(product.batch, product.k, product.n, product.transpose_b && packs_transposed,
                           product.rounds_b ? DType::f32 : product.factors),
                desc.weights_desc()}),
            .scratch_bytes = desc.scratchpad_desc().get_size() + (widened ? widened->bytes() : 0),
            .widened = widened,
            .threads = threads,
            .a = without_address(desc.src_desc()),
            .b = without_address(desc.weights_desc()),
            .bias = product.bias ? without_address(desc.bias_desc()) : dnnl::memory(),
            .c = without_address(desc.dst_desc()),
            .scratch = without_address(desc.scratchpad_desc()),
        });
      })) {}

ProductPrimitive::~ProductPrimitive() = default;

PackRequest ProductPrimitive::packing(std::size_t operand) const {
  return PackedMatrix::request(operand, impl_->layout);
}

std::size_t ProductPrimitive::scratch_bytes() const { return impl_->scratch_bytes; }

std::shared_ptr<const ProductPrimitive> ProductPrimitive::shared(const Product& product, RightOperand right) {
  struct Key {
    Product product;
    RightOperand right;
    int threads;
    auto operator<=>(const Key&) const = default;
  };
  static SharedPrimitives<Key, ProductPrimitive> primitives;
  return primitives.get({product, right, threads_for(product)},
                        [&] { return std::make_shared<const ProductPrimitive>(product, right); });
}

void ProductPrimitive::run(const void* a, const void* b, const float* bias, float* c, void* scratch) const {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->widened) {
    const WidenedFactors& widened = *impl_->widened;
    const ThreadLimit limit(impl_->threads);
    widened.copy(a, b, scratch);
    a = widened.a(scratch);
    b = widened.b(scratch);
    scratch = static_cast<std::byte*>(scratch) + widened.bytes();
  }
  set_address(impl_->b, b);
  impl_->execute(impl_->b, a, bias, c, scratch);
}

void ProductPrimitive::run(const void* a, const PackedMatrix& b, const float* bias, float* c, void* scratch) const {
  const std::lock_guard lock(impl_->mutex);
  impl_->execute(b.copy(), a, bias, c, scratch);
}

// ---- sgemm

namespace {

/// An extent in an even number of equal parts of at most about 1,024, which are multiples of 64 but the last: wide
/// enough that packing the operands for each part costs little, even so that two threads have as many.
struct Tiling {
  std::int64_t extent;
  std::int64_t size;
  std::int64_t count;

  explicit Tiling(std::int64_t whole) : extent(whole) {
    const std::int64_t parts = 2 * ((whole + 2047) / 2048);
    size = (whole + 64 * parts - 1) / (64 * parts) * 64;
    count = (whole + size - 1) / size;
  }
  Range part(std::int64_t index) const { return {index * size, std::min(extent, (index + 1) * size)}; }
};

/// A product cut into tiles along the longer side of its result.
class SgemmTiles {
 public:
  explicit SgemmTiles(const Product& product)
      : product_(product), by_rows_(product.m > product.n), tiling_(by_rows_ ? product.m : product.n) {
    check_invariant(!product.bias && product.factors == DType::f32, "sgemm takes f32, and no bias");
  }

  std::int64_t count() const { return tiling_.count; }

  /// Computes one tile of c = a b. Within a parallel region oneDNN starts no threads.
  dnnl_status_t run(std::int64_t tile, const float* a, const float* b, float* c) const {
    const std::int64_t m = product_.m;
    const std::int64_t k = product_.k;
    const std::int64_t n = product_.n;
    const Range rows = by_rows_ ? tiling_.part(tile) : Range{0, m};
    const Range columns = by_rows_ ? Range{0, n} : tiling_.part(tile);
    const float* left = a + rows.first * (product_.transpose_a ? 1 : k);
    const float* right = b + columns.first * (product_.transpose_b ? k : 1);
    return dnnl_sgemm(product_.transpose_a ? 'T' : 'N', product_.transpose_b ? 'T' : 'N', rows.size(), columns.size(),
                      k, 1.0F, left, product_.transpose_a ? m : k, right, product_.transpose_b ? k : n, 0.0F,
                      c + rows.first * n + columns.first, n);
  }

 private:
  const Product& product_;
  bool by_rows_;
  Tiling tiling_;
};

}  // namespace

void run_sgemm_tiles(const Product& product, const float* a, const float* b, float* c) {
  check_invariant(product.batch == 1, "a batch is given to sgemm as one product");
  const SgemmTiles tiles(product);
  const ThreadLimit limit(threads_for_sgemm(product, threads_for(product)));
  int status = dnnl_success;
  // No exception may leave it.
#pragma omp parallel for schedule(static) reduction(max : status)
  for (std::int64_t tile = 0; tile < tiles.count(); ++tile)
    status = std::max(status, static_cast<int>(tiles.run(tile, a, b, c)));
  check(static_cast<dnnl_status_t>(status), "a product failed");
}

void run_broadcast_products(const Product& product, const BroadcastWalk<2>& batches, const float* a, const float* b,
                            float* c) {
  const SgemmTiles tiles(product);
  const ThreadLimit limit(threads_for_sgemm(product, threads_for(product)));
  int status = dnnl_success;
#pragma omp parallel for schedule(static) reduction(max : status)
  for (std::int64_t i = 0; i < product.batch * tiles.count(); ++i) {
    const std::int64_t batch = i / tiles.count();
    batches.for_each_span({batch, batch + 1}, [&](std::int64_t, std::int64_t, const auto& matrices) {
      status = std::max(status, static_cast<int>(tiles.run(i % tiles.count(), a + matrices[0] * product.m * product.k,
                                                           b + matrices[1] * product.k * product.n,
                                                           c + batch * product.m * product.n)));
    });
  }
  check(static_cast<dnnl_status_t>(status), "a product failed");
}

bool has_amx() { return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx; }

std::string library_version() {
  const dnnl_version_t* version = dnnl_version();
  return fmt::format("oneDNN {}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace weft::onednn
