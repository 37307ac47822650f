#include "backends/runtime/execution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include "backends/runtime/program_impl.h"
#include "backends/runtime/step_counts.h"
#include "graph/base/counted.h"
#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/memory/view.h"

namespace weft {
namespace {

/// The addresses that one of the program's kernels works on.
struct BoundKernel {
  const Kernel* kernel;
  const Node* node;
  std::size_t scratch_offset;
  std::optional<std::size_t> copy_offset;  ///< of the one packed copy that lies in the arena
  std::vector<const void*> operands;
  std::vector<void*> results;
  void* scratch = nullptr;
  std::vector<PackedOperand> packed;  ///< for each of the kernel's requests

  KernelBuffers buffers() const { return {operands, results, scratch, packed}; }
};

/// Content that outlives a run, where kernels may keep packed copies of it.
struct LastingContent {
  const std::uint64_t* version = nullptr;
  PackedCopies* packed = nullptr;
};

/// Moves a value somewhere else.
struct Copy {
  std::size_t bytes = 0;
  ValueId source = {};  ///< null where `from` is fixed
  ValueId into = {};    ///< the concat that the part belongs to; null where `to` is fixed
  std::size_t into_offset = 0;
  const std::byte* from = nullptr;
  std::byte* to = nullptr;

  void run() const { std::memcpy(to, from, bytes); }
};

/// The memory of an input or output: the caller's, or its own, which is made when somebody wants it.
struct Port {
  std::optional<Tensor> own;
  TensorView memory;
  NodeId leaf = {};      ///< of an input
  bool is_read = false;  ///< an input that the passes have left a use
  std::size_t copy = 0;  ///< of an output: its index among the copies

  explicit Port(const TensorType& type) : memory{type, nullptr} {}
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  bool has_memory() const { return memory.data != nullptr; }

  void make_memory() {
    own.emplace(memory.type);
    memory = own->view();
  }

  void bind(std::string_view name, const TensorView& callers) {
    require(callers.type == memory.type, "'{}' is {}, the memory for it is {}", name, memory.type.to_string(),
            callers.type.to_string());
    memory = callers;
    own.reset();
  }
};

template <typename Map>
std::string names_of(const Map& map) {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : map) names.push_back(name);
  return names.empty() ? "there are none" : fmt::format("there are {}", joined(names, ", "));
}

}  // namespace

struct Execution::Impl {
  Program program;
  const Program::Impl& made;  ///< the program's inside
  const Graph& graph;
  std::shared_ptr<Variables> variables;
  std::shared_ptr<Arena> arena;
  std::vector<std::shared_ptr<ExecutionObserver>> observers;

  std::map<std::string, Port, std::less<>> inputs;
  std::map<std::string, Port, std::less<>> outputs;
  std::vector<std::byte*> leaf_memory;  ///< by node; nullptr for what is no leaf
  std::uint64_t run_count = 0;          ///< the version of what changes with each run

  std::vector<BoundKernel> kernels;
  std::vector<std::span<std::byte>> sums;  ///< by channel, the memory of those that steps start to send
  std::vector<Copy> part_copies;
  std::vector<Copy> output_copies;
  std::vector<Copy> update_copies;
  /// Content that must be set aside before the updates.
  std::vector<Tensor> staged;
  std::vector<Variables::Entry*> updated;
  std::vector<Variables::Entry*> read;  ///< and not updated
  UseCount use;
  const std::byte* bound_to = nullptr;
  bool bound = false;

  Impl(Program of, const ExecutionOptions& options, const Program::Impl& impl);
  void bind_leaves();
  void prepare_kernels();
  void prepare_outputs();
  void prepare_updates();
  void note_reads();
  LastingContent lasting_content(NodeId source) const;
  std::vector<PackedOperand> packed_operands(const Node& node, const Kernel& kernel, bool is_lent) const;

  Port& input(std::string_view name);
  Port& output(std::string_view name);
  void connect_input(const Port& port);
  void connect_output(const Port& port) { output_copies[port.copy].to = port.memory.bytes().data(); }
  void require_inputs() const;
  void make_output_memory();
  void bind_addresses();
  void bind(Copy& copy) const;
  std::byte* address(ValueId value) const;

  class RunGuard;
  void run(const Execution& execution);
  void run_steps();
  void run_step(const ProgramStep& step) const;
  void run_kernel(const BoundKernel& bound_kernel) const;
  StepView view_of(std::size_t position) const;
};

Execution::Impl::Impl(Program of, const ExecutionOptions& options, const Program::Impl& impl)
    : program(std::move(of)),
      made(impl),
      graph(impl.graph),
      variables(options.variables ? options.variables : std::make_shared<Variables>(options.seed)),
      arena(options.arena ? options.arena : std::make_shared<Arena>()) {
  variables->initialise(made.variables, graph.name());
  arena->reserve(made.report.arena_bytes);
  bind_leaves();
  prepare_kernels();
  for (const PartCopy& copy : made.plan.part_copies)
    part_copies.push_back({.bytes = static_cast<std::size_t>(graph.type(copy.part).bytes()),
                           .source = copy.part,
                           .into = graph.node(copy.concat).results[0],
                           .into_offset = copy.offset});
  sums.resize(made.sums.size());
  for (const ProgramStep& step : made.steps)
    if (step.kind == ProgramStep::Kind::start)
      sums[step.index] = variables->entry(made.sums[step.index]).tensor.bytes();
  prepare_outputs();
  prepare_updates();
  note_reads();
  require_own_step_counts(made.step_counts, graph.name(), *variables);
}

void Execution::Impl::bind_leaves() {
  leaf_memory.assign(graph.node_bound(), nullptr);
  const std::vector<std::uint32_t> uses = use_counts(graph);
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (node.op == &leaf::input) {
      Port& port = inputs.try_emplace(node.name, graph.type(node.results[0])).first->second;
      port.leaf = id;
      port.is_read = uses[node.results[0].index] > 0;
    } else if (node.op == &leaf::constant) {
      // Read only: no kernel writes over a constant.
      const auto& tensor = node.attributes.get<std::shared_ptr<const Tensor>>("value");
      leaf_memory[id.index] = const_cast<std::byte*>(tensor->bytes().data());
    } else if (is_variable(*node.op)) {
      leaf_memory[id.index] = variables->entry(node.name).tensor.bytes().data();
    }
  }
}

LastingContent Execution::Impl::lasting_content(NodeId source) const {
  static constexpr std::uint64_t constant_version = 1;
  const Node& node = graph.node(source);
  if (node.op == &leaf::constant) return {&constant_version, &made.packed_constants.find(source)->second};
  if (!is_variable(*node.op)) return {};
  Variables::Entry& entry = variables->entry(node.name);
  return {&entry.version, &entry.packed};
}

/// The copies that a kernel asks for: shared where the content outlives a run, else its own. `is_lent`: its one copy
/// lies in the arena.
std::vector<PackedOperand> Execution::Impl::packed_operands(const Node& node, const Kernel& kernel,
                                                            bool is_lent) const {
  std::vector<PackedOperand> packed;
  for (const PackRequest& request : kernel.packed) {
    const Piece piece = piece_of(graph, node.operands[request.operand]);
    const LastingContent content = lasting_content(graph.producer(piece.source));
    if (content.packed != nullptr && !is_lent)
      packed.push_back({content.packed->get(piece.offset, request), content.version});
    else
      packed.push_back({request.make(), &run_count});
  }
  return packed;
}

void Execution::Impl::prepare_kernels() {
  kernels.reserve(made.kernels.size());
  for (const ProgramStep& step : made.steps) {
    if (step.kind != ProgramStep::Kind::kernel) continue;
    const Node& node = graph.node(step.node);
    const Kernel& kernel = made.kernels[step.index];
    const std::optional<std::size_t> copy_offset = made.copy_offsets[step.index];
    kernels.push_back({&kernel, &node, made.scratch_offsets[step.index], copy_offset,
                       std::vector<const void*>(node.operands.size()), std::vector<void*>(node.results.size()), nullptr,
                       packed_operands(node, kernel, copy_offset.has_value())});
  }
}

void Execution::Impl::prepare_outputs() {
  for (const Output& output : graph.outputs()) {
    Port& port = outputs.try_emplace(output.name, graph.type(output.value)).first->second;
    port.copy = output_copies.size();
    output_copies.push_back({.bytes = static_cast<std::size_t>(port.memory.type.bytes()), .source = output.value});
  }
}

void Execution::Impl::prepare_updates() {
  staged.reserve(graph.updates().size());
  for (std::size_t i = 0; i < graph.updates().size(); ++i) {
    const auto [variable, value] = graph.updates()[i];
    Variables::Entry& entry = variables->entry(graph.node(graph.producer(variable)).name);
    updated.push_back(&entry);
    if (made.plan.updated_in_place[i]) continue;
    const std::size_t bytes = entry.tensor.bytes().size();
    if (is_set_aside(made.plan, value)) {
      std::byte* aside = staged.emplace_back(graph.type(value)).bytes().data();
      output_copies.push_back({.bytes = bytes, .source = value, .to = aside});
      update_copies.push_back({.bytes = bytes, .from = aside, .to = entry.tensor.bytes().data()});
    } else {
      update_copies.push_back({.bytes = bytes, .source = value, .to = entry.tensor.bytes().data()});
    }
  }
}

void Execution::Impl::note_reads() {
  for (const Op* op : {&leaf::parameter, &leaf::state})
    for (const NodeId id : graph.leaves(*op)) {
      Variables::Entry& entry = variables->entry(graph.node(id).name);
      if (std::ranges::find(updated, &entry) == updated.end()) read.push_back(&entry);
    }
}

std::byte* Execution::Impl::address(ValueId value) const {
  const Location& location = made.plan.locations[value.index];
  if (location.place == Location::Place::leaf) return leaf_memory[location.owner.index] + location.offset;
  check_invariant(location.place == Location::Place::arena, "the value '{}' has no memory", graph.value_name(value));
  return arena->data() + location.offset;
}

/// Once, and again when another execution has made the shared arena grow, or has failed to and left it empty.
void Execution::Impl::bind_addresses() {
  arena->reserve(made.report.arena_bytes);
  require_inputs();
  make_output_memory();
  const auto address_of = [this](ValueId value) { return address(value); };
  for (BoundKernel& kernel : kernels) {
    std::ranges::transform(kernel.node->operands, kernel.operands.begin(), address_of);
    std::ranges::transform(kernel.node->results, kernel.results.begin(), address_of);
    if (kernel.kernel->scratch_bytes > 0) kernel.scratch = arena->data() + kernel.scratch_offset;
    for (std::size_t i = 0; i < kernel.packed.size(); ++i)
      kernel.packed[i].plain = kernel.operands[kernel.kernel->packed[i].operand];
    if (kernel.copy_offset) kernel.packed[0].lent = arena->data() + *kernel.copy_offset;
  }
  for (std::vector<Copy>* copies : {&part_copies, &output_copies, &update_copies})
    for (Copy& copy : *copies) bind(copy);
  bound_to = arena->data();
  bound = true;
}

void Execution::Impl::require_inputs() const {
  std::vector<std::string> missing;
  for (const auto& [name, port] : inputs)
    if (port.is_read && !port.has_memory()) {
      const SourceLine declared = made.input_lines.at(name);
      missing.push_back(fmt::format("'{}' {}{}", name, port.memory.type,
                                    declared ? fmt::format(" (declared at {})", declared.to_string()) : ""));
    }
  require(missing.empty(), "graph '{}' is run without its {}: set {}", graph.name(), counted(missing.size(), "input"),
          joined(missing, ", "));
}

/// Of the outputs that nobody has asked for or bound yet.
void Execution::Impl::make_output_memory() {
  for (auto& [name, port] : outputs) {
    if (port.has_memory()) continue;
    port.make_memory();
    connect_output(port);
  }
}

void Execution::Impl::connect_input(const Port& port) {
  leaf_memory[port.leaf.index] = port.memory.bytes().data();
  bound = false;
}

void Execution::Impl::bind(Copy& copy) const {
  if (copy.source) copy.from = address(copy.source);
  if (copy.into) copy.to = address(copy.into) + copy.into_offset;
}

/// Holds all that a run uses: the execution itself, its arena, what it reads and what it updates.
class Execution::Impl::RunGuard {
 public:
  explicit RunGuard(Impl& run) : run_(run) {
    try {
      require(run.use.try_write(), "graph '{}': the execution is run by two threads at once: make one for each",
              run.graph.name());
      ++held_;
      require(run.arena->use().try_write(),
              "graph '{}': the arena is used by an execution that runs on another thread: let them take turns, or give "
              "each its own",
              run.graph.name());
      ++held_;
      for (; read_ < run.read.size(); ++read_) require_free(run.read[read_]->use.try_read(), *run.read[read_]);
      for (; updated_ < run.updated.size(); ++updated_)
        require_free(run.updated[updated_]->use.try_write(), *run.updated[updated_]);
    } catch (...) {
      release();
      throw;
    }
  }
  ~RunGuard() { release(); }
  RunGuard(const RunGuard&) = delete;
  RunGuard& operator=(const RunGuard&) = delete;

 private:
  void require_free(bool taken, const Variables::Entry& entry) const {
    if (taken) return;
    fail(
        "graph '{}': the variable '{}' is updated by an execution while another one that uses it runs on another "
        "thread: let them take turns",
        run_.graph.name(), run_.variables->name_of(entry));
  }

  void release() {
    while (updated_ > 0) run_.updated[--updated_]->use.end_write();
    while (read_ > 0) run_.read[--read_]->use.end_read();
    if (held_ > 1) run_.arena->use().end_write();
    if (held_ > 0) run_.use.end_write();
    held_ = 0;
  }

  Impl& run_;
  int held_ = 0;
  std::size_t read_ = 0;
  std::size_t updated_ = 0;
};

void Execution::Impl::run(const Execution& execution) {
  const RunGuard guard(*this);
  if (!bound || bound_to != arena->data()) bind_addresses();
  ++run_count;
  for (const auto& observer : observers) observer->start(execution);
  // Also when a kernel fails: some variables may have been written over by then.
  const auto mark_updated = [this] {
    for (Variables::Entry* entry : updated) ++entry->version;
  };
  try {
    run_steps();
  } catch (...) {
    mark_updated();
    throw;
  }
  mark_updated();
}

void Execution::Impl::run_steps() {
  if (observers.empty()) {
    for (const ProgramStep& step : made.steps) run_step(step);
    return;
  }
  for (std::size_t position = 0; position < made.steps.size(); ++position) {
    const StepView view = view_of(position);
    for (const auto& observer : observers) observer->before(view);
    run_step(view.step);
    for (const auto& observer : observers) observer->after(view);
  }
}

StepView Execution::Impl::view_of(std::size_t position) const {
  StepView view{graph, made.steps[position], position};
  if (view.is_kernel()) {
    view.operands = kernels[view.step.index].operands;
    view.results = kernels[view.step.index].results;
  }
  return view;
}

void Execution::Impl::run_step(const ProgramStep& step) const {
  switch (step.kind) {
    case ProgramStep::Kind::kernel:
      run_kernel(kernels[step.index]);
      break;
    case ProgramStep::Kind::part:
      part_copies[step.index].run();
      break;
    case ProgramStep::Kind::start:
      made.exchange->start_sum(step.index, sums[step.index]);
      break;
    case ProgramStep::Kind::await:
      made.exchange->await_parameter(step.index);
      break;
    case ProgramStep::Kind::outputs:
      for (const Copy& copy : output_copies) copy.run();
      break;
    case ProgramStep::Kind::updates:
      for (const Copy& copy : update_copies) copy.run();
      break;
  }
}

void Execution::Impl::run_kernel(const BoundKernel& bound_kernel) const {
  const Node& node = *bound_kernel.node;
  try {
    bound_kernel.kernel->run(bound_kernel.buffers());
  } catch (const Error& error) {
    fail("{} '{}': {}", node.op->name, node.name, error.what());
  } catch (const std::bad_alloc&) {
    fail("{} '{}': out of memory; use a smaller batch, or allow more", node.op->name, node.name);
  }
}

Port& Execution::Impl::input(std::string_view name) {
  const auto at = inputs.find(name);
  require(at != inputs.end(), "graph '{}' has no input '{}'; {}", graph.name(), name, names_of(inputs));
  return at->second;
}

Port& Execution::Impl::output(std::string_view name) {
  const auto at = outputs.find(name);
  require(at != outputs.end(), "graph '{}' has no output '{}'; {}", graph.name(), name, names_of(outputs));
  return at->second;
}

Execution::Execution(Program program, const ExecutionOptions& options) {
  const Program::Impl& made = *program.impl_;
  impl_ = std::make_unique<Impl>(std::move(program), options, made);
}
Execution::Execution() = default;
Execution::Execution(Execution&&) noexcept = default;
Execution& Execution::operator=(Execution&&) noexcept = default;
Execution::~Execution() = default;

Execution::Impl& Execution::impl() const {
  require(impl_ != nullptr, "the execution has no program: it was not given one, or was moved from");
  return *impl_;
}

void Execution::run() { impl().run(*this); }

TensorView Execution::input(std::string_view name) const {
  Port& port = impl().input(name);
  if (!port.has_memory()) {
    port.make_memory();
    impl().connect_input(port);
  }
  return port.memory;
}

TensorView Execution::output(std::string_view name) const {
  Port& port = impl().output(name);
  if (!port.has_memory()) {
    port.make_memory();
    impl().connect_output(port);
  }
  return port.memory;
}

void Execution::bind_input(std::string_view name, const TensorView& memory) {
  Port& port = impl().input(name);
  port.bind(name, memory);
  impl().connect_input(port);
}

void Execution::bind_output(std::string_view name, const TensorView& memory) {
  Port& port = impl().output(name);
  port.bind(name, memory);
  impl().connect_output(port);
}

void Execution::set(std::string_view name, const Tensor& tensor) {
  const TensorView target = input(name);
  require(target.type == tensor.type(), "the input '{}' is {}, it is set to {}", name, target.type.to_string(),
          tensor.type().to_string());
  std::ranges::copy(tensor.bytes(), target.bytes().begin());
}

void Execution::set(std::string_view name, DType dtype, std::span<const std::byte> elements) {
  const TensorView target = input(name);
  const auto count = static_cast<std::int64_t>(elements.size() / size_of(dtype));
  require(target.type.dtype == dtype && count == target.type.shape.volume(),
          "the input '{}' is {}, with {} elements; it is set to {} of {}", name, target.type,
          target.type.shape.volume(), count, to_string(dtype));
  std::ranges::copy(elements, target.bytes().begin());
}

Tensor Execution::get(std::string_view name) const {
  const TensorView source = output(name);
  require(impl().run_count > 0, "the output '{}' is asked for before the first run", name);
  return source.copy();
}

TensorMap Execution::run(const TensorMap& inputs) {
  for (const auto& [name, port] : impl().inputs)
    require(inputs.contains(name), "the input '{}' {} is not given", name, port.memory.type.to_string());
  for (const auto& [name, tensor] : inputs) set(name, tensor);
  run();
  TensorMap results;
  for (const auto& [name, port] : impl().outputs) results.emplace(name, get(name));
  return results;
}

Variables& Execution::variables() const { return *impl().variables; }

const Program& Execution::program() const { return impl().program; }

std::span<std::byte> Execution::working_memory() const { return {impl().arena->data(), report().arena_bytes}; }

void Execution::attach(std::shared_ptr<ExecutionObserver> observer) { impl().observers.push_back(std::move(observer)); }

void Execution::detach(const ExecutionObserver& observer) {
  std::erase_if(impl().observers, [&](const auto& attached) { return attached.get() == &observer; });
}

std::span<const std::shared_ptr<ExecutionObserver>> Execution::observers() const { return impl().observers; }

}  // namespace weft
