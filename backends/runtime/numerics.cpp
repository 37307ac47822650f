#include "backends/runtime/numerics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "backends/runtime/execution.h"
#include "backends/runtime/vectorised.h"
#include "graph/leaf.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// Least and largest element, and a number that is 0 while all are finite: x - x is 0 for what is finite, and NaN
/// otherwise; adding keeps a NaN.
template <typename T>
struct Scan {
  T least = std::numeric_limits<T>::infinity();
  T largest = -std::numeric_limits<T>::infinity();
  T spoiled = 0;

  void add(const Scan& other) {
    least = std::min(least, other.least);
    largest = std::max(largest, other.largest);
    spoiled += other.spoiled;
  }
};

/// As many elements as fit into the widest registers, side by side; narrower processors take several.
template <typename T>
struct Lanes;
template <>
struct Lanes<float> {
  typedef float Vector __attribute__((vector_size(64), aligned(4), may_alias));
};
template <>
struct Lanes<double> {
  typedef double Vector __attribute__((vector_size(64), aligned(8), may_alias));
};

template <typename T>
__attribute__((always_inline)) inline void scan_part(const T* data, std::int64_t count, Scan<T>& scan) {
  using Vector = typename Lanes<T>::Vector;
  constexpr std::int64_t lanes = 64 / sizeof(T);
  Vector least = Vector{} + scan.least;
  Vector largest = Vector{} + scan.largest;
  Vector spoiled = Vector{};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Vector x = *reinterpret_cast<const Vector*>(data + i);
    least = x < least ? x : least;
    largest = x > largest ? x : largest;
    spoiled += x - x;
  }
  for (std::int64_t lane = 0; lane < lanes; ++lane) scan.add(Scan<T>{least[lane], largest[lane], spoiled[lane]});
  for (; i < count; ++i) scan.add(Scan<T>{data[i], data[i], data[i] - data[i]});
}

WEFT_VECTORISED void scan_floats(const float* data, std::int64_t count, Scan<float>& scan) {
  scan_part(data, count, scan);
}
WEFT_VECTORISED void scan_doubles(const double* data, std::int64_t count, Scan<double>& scan) {
  scan_part(data, count, scan);
}
void scan_elements(const float* data, std::int64_t count, Scan<float>& scan) { scan_floats(data, count, scan); }
void scan_elements(const double* data, std::int64_t count, Scan<double>& scan) { scan_doubles(data, count, scan); }

/// Memory comes faster to several threads; for little of it waking them takes longer than it saves.
template <typename T>
Scan<T> scan(const T* data, std::int64_t count) {
  constexpr std::int64_t part = std::int64_t{1} << 15;
  Scan<T> whole;
  if (count <= 2 * part) {
    scan_elements(data, count, whole);
    return whole;
  }
  const std::int64_t parts = (count + part - 1) / part;
#pragma omp parallel
  {
    Scan<T> mine;
#pragma omp for schedule(static) nowait
    for (std::int64_t i = 0; i < parts; ++i) scan_elements(data + i * part, std::min(part, count - i * part), mine);
#pragma omp critical(weft_numerics_scan)
    whole.add(mine);
  }
  return whole;
}

const char* kind_of(const Op& op) {
  if (op.name == "input") return ", an input";
  return is_leaf(op) ? (op.name == "constant" ? ", a constant" : ", a variable") : "";
}

bool overlap(const void* a, std::int64_t a_bytes, const void* b, std::int64_t b_bytes) {
  const auto* a_begin = static_cast<const std::byte*>(a);
  const auto* b_begin = static_cast<const std::byte*>(b);
  return a_begin < b_begin + b_bytes && b_begin < a_begin + a_bytes;
}

TensorView view(const TensorType& type, const void* address) { return {type, const_cast<void*>(address)}; }

}  // namespace

std::string ValueRange::to_string() const {
  const std::int64_t others = nans + infinities;
  std::string text = elements > others ? fmt::format("{:.6g} to {:.6g}", least, largest) : "nothing finite";
  if (others == 0) return text;
  text += ", ";
  if (nans > 0) text += fmt::format("{} NaN", nans);
  if (infinities > 0)
    text += fmt::format("{}{} {}", nans > 0 ? " and " : "", infinities, infinities == 1 ? "infinity" : "infinities");
  return text + fmt::format(" among {}", elements);
}

ValueRange range_of(const TensorView& tensor) {
  ValueRange range{.elements = tensor.type.shape.volume()};
  double least = std::numeric_limits<double>::infinity();
  double largest = -least;
  const auto add_all = [&](const auto elements) {
    for (const auto element : elements) {
      const auto number = static_cast<double>(element);
      if (std::isnan(number))
        ++range.nans;
      else if (std::isinf(number))
        ++range.infinities;
      else {
        least = std::min(least, number);
        largest = std::max(largest, number);
      }
    }
  };
  switch (tensor.type.dtype) {
    case DType::f32:
      add_all(tensor.as<float>());
      break;
    case DType::f64:
      add_all(tensor.as<double>());
      break;
    case DType::i32:
      add_all(tensor.as<std::int32_t>());
      break;
    case DType::boolean:
      add_all(tensor.as<std::uint8_t>());
      break;
    case DType::bf16:
      add_all(tensor.as<BFloat16>());
      break;
  }
  if (least <= largest) {
    range.least = least;
    range.largest = largest;
  }
  return range;
}

CompileOptions without_fusions(CompileOptions options) {
  options.disabled_passes.emplace_back(pass::fuse_elementwise.name);
  return options;
}

void NumericsCheck::start(const Execution& execution) {
  records_.clear();
  if (std::exchange(variables_checked_, true)) return;
  const Graph& graph = execution.graph();
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (!is_variable(*node.op)) continue;
    const ValueRange range =
        range_of(view(graph.type(node.results[0]), execution.variables().get(node.name).bytes().data()));
    if (!range.finite())
      throw NumericsError(fmt::format("the {} '{}' {} holds a NaN or an infinity before the first node runs: {}",
                                      node.op->name, node.name, graph.type(node.results[0]).to_string(),
                                      range.to_string()));
  }
}

void NumericsCheck::after(const StepView& step) {
  if (!step.is_kernel()) return;
  const std::span<void* const> results = step.results;
  bool finite = true;
  const std::size_t before = records_.size();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const TensorType& type = step.graph.type(step.node().results[i]);
    Record record{results[i], type.shape.volume(), 0, 0};
    const auto note = [&](const auto& scan) {
      finite = finite && scan.spoiled == 0;
      record.least = static_cast<double>(scan.least);
      record.largest = static_cast<double>(scan.largest);
    };
    if (type.dtype == DType::f32)
      note(scan(static_cast<const float*>(results[i]), record.elements));
    else if (type.dtype == DType::f64)
      note(scan(static_cast<const double*>(results[i]), record.elements));
    else
      continue;
    records_.push_back(record);
  }
  if (finite) return;
  records_.resize(before);  // what is left are the operands
  report(step);
}

/// Its range from memory, or from the record of the kernel that made it when that memory has been written over.
std::string NumericsCheck::text_of_operand(const Graph& graph, const Node& node, std::size_t index, const void* address,
                                           std::span<void* const> results) const {
  const TensorType& type = graph.type(node.operands[index]);
  bool overwritten = false;
  for (std::size_t i = 0; i < results.size(); ++i)
    overwritten = overwritten || overlap(address, type.bytes(), results[i], graph.type(node.results[i]).bytes());
  if (!overwritten) return range_of(view(type, address)).to_string();
  for (auto record = records_.rbegin(); record != records_.rend(); ++record)
    if (record->address == address && record->elements == type.shape.volume())
      return ValueRange{record->least, record->largest, record->elements, 0, 0}.to_string();
  return "written over by the result";
}

void NumericsCheck::report(const StepView& step) const {
  const Graph& graph = step.graph;
  const std::span<const void* const> operands = step.operands;
  const std::span<void* const> results = step.results;
  const Node& node = step.node();
  std::string text = fmt::format("{} '{}' is the first node that makes a NaN or an infinity", node.op->name, node.name);
  if (!node.scope.empty()) text += fmt::format(", in the scope '{}'", node.scope);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const TensorType& type = graph.type(node.results[i]);
    text += fmt::format("\n  result   '{}' {}: {}", graph.value_name(node.results[i]), type.to_string(),
                        range_of(view(type, results[i])).to_string());
  }
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const ValueId operand = node.operands[i];
    text += fmt::format("\n  operand  '{}' {}{}: {}", graph.value_name(operand), graph.type(operand).to_string(),
                        kind_of(*graph.node(graph.producer(operand)).op),
                        text_of_operand(graph, node, i, operands[i], results));
  }
  throw NumericsError(text);
}

}  // namespace weft
