#include "backends/runtime/executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include "backends/runtime/numerics.h"
#include "backends/runtime/pass_context.h"
#include "backends/runtime/poison.h"
#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/compacted.h"
#include "graph/cost.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "passes/memory/buffer_check.h"
#include "passes/memory/buffers.h"
#include "passes/memory/view.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// One kernel with the addresses it works on.
struct Step {
  NodeId node;
  Kernel kernel;
  std::vector<ValueId> operands;
  std::vector<ValueId> results;
  std::vector<const void*> operand_addresses;
  std::vector<void*> result_addresses;
  std::size_t scratch_offset = 0;
  void* scratch = nullptr;
  std::vector<PackedOperand> packed;
  std::vector<std::size_t> packed_operands;  ///< which operands those are copies of
};

/// Content that outlives a run, where kernels may keep packed copies of it.
struct LastingContent {
  const std::uint64_t* version = nullptr;
  PackedCopies* packed = nullptr;
};

/// Moves a value somewhere else, at a fixed point of the schedule.
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

struct Executable::Impl {
  Graph graph;
  std::shared_ptr<Variables> variables;
  std::shared_ptr<Arena> arena;
  ExecutableReport report;

  std::map<std::string, Port, std::less<>> inputs;
  std::map<std::string, Port, std::less<>> outputs;
  /// By node, as many as there were when the leaves were bound; nullptr for what is no leaf.
  std::vector<std::byte*> leaf_memory;
  /// Likewise; without a version for what changes with each run.
  std::vector<LastingContent> lasting;
  std::uint64_t constant_version = 1;
  std::map<NodeId, PackedCopies> packed_constants;
  std::uint64_t run_count = 0;  ///< the version of what changes with each run

  std::vector<Location> locations;
  std::vector<Step> steps;
  /// The copies that belong to a concat, by the step (its index) before which they happen.
  std::vector<std::pair<std::size_t, Copy>> part_copies;
  std::vector<Copy> output_copies;
  std::vector<Copy> update_copies;
  /// Of the steps, then the part copies, then all output copies, then all update copies; empty when nobody asks.
  std::vector<KernelProfile> profiles;
  ProfiledCall::Clock::time_point run_start = {};
  /// Content that must be set aside before the updates: the old content of a variable that another one takes.
  std::vector<Tensor> staged;
  std::vector<Variables::Entry*> updated;
  /// What is filled with NaN when; only when that was asked for.
  bool poisoned = false;
  std::vector<DeadRegion> dead;
  std::optional<NumericsCheck> numerics;
  bool variables_checked = false;
  std::function<void(const Graph&, NodeId, std::span<const TensorView>)> on_kernel;
  const std::byte* bound_to = nullptr;
  bool bound = false;

  Port& input(std::string_view name);
  Port& output(std::string_view name);
  void connect_input(const Port& port);
  void connect_output(const Port& port) { output_copies[port.copy].to = port.memory.bytes().data(); }
  void make_port_memory();
  struct Cost {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    double flops = 0;
  };
  void bind_leaves();
  LastingContent lasting_content(const Piece& piece) const;
  Cost cost(const PassContext& context) const;
  void keep_to_budget(const Backend& backend, std::size_t budget, const PassObserver& observer);
  void prepare(const Backend& backend, const CompileOptions& options);
  Kernel make_kernel(const Node& node, const Backend& backend) const;
  std::vector<PackedOperand> packed_operands(const Node& node, const Kernel& kernel);
  void prepare_checks(const CompileOptions& options);
  void prepare_copies(const BufferPlan& plan, const std::vector<std::size_t>& next_step);
  void bind_addresses();
  void bind(Copy& copy) const;
  std::byte* address(ValueId value) const;
  void run();
  void run_steps();
  void run_step(std::size_t index);
  void start_numerics();
  void show_results(const Step& step) const;
  void make_profiles();
  ProfiledCall profiled(std::size_t entry) { return {profiles.empty() ? nullptr : &profiles[entry], run_start}; }
};

void Executable::Impl::bind_leaves() {
  leaf_memory.assign(graph.node_bound(), nullptr);
  lasting.assign(graph.node_bound(), {});
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (node.op == &leaf::input) {
      Port& port = inputs.try_emplace(node.name, graph.type(node.results[0])).first->second;
      port.leaf = id;
    } else if (node.op == &leaf::constant) {
      // Read only: no kernel writes over a constant.
      const auto& tensor = node.attributes.get<std::shared_ptr<const Tensor>>("value");
      leaf_memory[id.index] = const_cast<std::byte*>(tensor->bytes().data());
      lasting[id.index] = {&constant_version, &packed_constants[id]};
    } else if (is_variable(*node.op)) {
      Variables::Entry& entry = variables->entry(node.name);
      leaf_memory[id.index] = entry.tensor.bytes().data();
      lasting[id.index] = {&entry.version, &entry.packed};
    }
  }
}

/// Passes that run after the leaves were bound add nodes behind them, but no leaves.
LastingContent Executable::Impl::lasting_content(const Piece& piece) const {
  const std::uint32_t node = graph.producer(piece.source).index;
  return node < lasting.size() ? lasting[node] : LastingContent{};
}

/// The copies that a kernel asks for: shared where the content outlives a run, else its own.
std::vector<PackedOperand> Executable::Impl::packed_operands(const Node& node, const Kernel& kernel) {
  std::vector<PackedOperand> packed;
  for (const PackRequest& request : kernel.packed) {
    const Piece piece = piece_of(graph, node.operands[request.operand]);
    const LastingContent content = lasting_content(piece);
    if (content.packed != nullptr)
      packed.push_back({content.packed->get(piece.offset, request), content.version});
    else
      packed.push_back({request.make(), &run_count});
  }
  return packed;
}

Kernel Executable::Impl::make_kernel(const Node& node, const Backend& backend) const {
  const std::vector<TensorType> operands = types_of(graph, node.operands);
  const std::vector<TensorType> results = types_of(graph, node.results);
  std::vector<Lifetime> lifetimes;
  for (const ValueId operand : node.operands) {
    const bool is_lasting = lasting_content(piece_of(graph, operand)).version != nullptr;
    lifetimes.push_back(is_lasting ? Lifetime::program : Lifetime::run);
  }
  require(backend.runs_whole(*node.op), "{} '{}': the backend {} has no kernel for this op", node.op->name, node.name,
          backend.name());
  try {
    return backend.make_kernel({node, operands, results, lifetimes});
  } catch (const Error& error) {
    fail("{} '{}': {}", node.op->name, node.name, error.what());
  } catch (const std::bad_alloc&) {
    fail("{} '{}': out of memory while its kernel is prepared; use a smaller batch, or allow more", node.op->name,
         node.name);
  }
}

/// What the graph's arena takes and a run of it computes.
Executable::Impl::Cost Executable::Impl::cost(const PassContext& context) const {
  Cost cost;
  const std::vector<NodeId> order = schedule(graph);
  std::vector<std::size_t> scratch;
  for (const NodeId id : order) {
    const Node& node = graph.node(id);
    scratch.push_back(is_view(graph, node) ? 0 : context.scratch_bytes(graph, id));
    cost.flops += flops_of(graph, node);
  }
  cost.nodes = order.size();
  cost.bytes = plan_buffers(graph, order, scratch).arena_bytes;
  return cost;
}

void Executable::Impl::keep_to_budget(const Backend& backend, std::size_t budget, const PassObserver& observer) {
  PassContext context = pass_context(backend, budget);
  context.scratch_bytes = [&](const Graph& of, NodeId node) {
    return make_kernel(of.node(node), backend).scratch_bytes;
  };
  const Cost before = cost(context);
  if (before.bytes <= budget) return;
  const Pass* const passes[] = {&pass::rematerialise};
  run_passes(graph, passes, context, observer);
  const Cost after = cost(context);
  require(
      after.bytes <= budget,
      "graph '{}': the memory budget of {} bytes cannot be met: working memory takes {} bytes, and {} bytes when all "
      "that helps is computed again; give at least that, or use a smaller batch",
      graph.name(), budget, before.bytes, after.bytes);
  report.rematerialised = {after.nodes - before.nodes, after.flops - before.flops, before.bytes - after.bytes};
}

void Executable::Impl::prepare(const Backend& backend, const CompileOptions& options) {
  const std::vector<NodeId> order = schedule(graph);
  std::vector<Kernel> kernels(order.size());
  std::vector<std::size_t> scratch(order.size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Node& node = graph.node(order[i]);
    if (is_view(graph, node)) continue;
    kernels[i] = make_kernel(node, backend);
    scratch[i] = kernels[i].scratch_bytes;
  }

  BufferPlan plan = plan_buffers(graph, order, scratch);
  if (options.on_memory_plan) options.on_memory_plan(plan);
  if (options.check_memory_plan) check_buffers(graph, order, scratch, plan);
  poisoned = options.poison;
  if (poisoned) dead = dead_regions(plan, order);
  locations = plan.locations;
  std::vector<std::size_t> next_step(graph.node_bound());  // of every node, the first step at or after it
  for (std::size_t i = 0; i < order.size(); ++i) {
    next_step[order[i].index] = steps.size();
    if (!plan.needs_kernel[i]) continue;
    const Node& node = graph.node(order[i]);
    std::vector<PackedOperand> packed = packed_operands(node, kernels[i]);
    std::vector<std::size_t> packed_sources;
    for (const PackRequest& request : kernels[i].packed) packed_sources.push_back(request.operand);
    kernels[i].packed = {};  // has been answered
    steps.push_back({order[i], std::move(kernels[i]), node.operands, node.results,
                     std::vector<const void*>(node.operands.size()), std::vector<void*>(node.results.size()),
                     plan.scratch[i], nullptr, std::move(packed), std::move(packed_sources)});
    report.flops += flops_of(graph, node);
  }
  steps.shrink_to_fit();
  prepare_checks(options);
  prepare_copies(plan, next_step);
  report.kernels = steps.size();
  report.arena_bytes = plan.arena_bytes;
  report.lower_bound_bytes = plan.lower_bound_bytes;
  report.naive_bytes = plan.naive_bytes;
  arena->reserve(plan.arena_bytes);
}

void Executable::Impl::prepare_checks(const CompileOptions& options) {
  on_kernel = options.on_kernel;
  if (!options.check_numerics) return;
  std::size_t results = 0;
  for (const Step& step : steps) results += step.results.size();
  numerics.emplace(results);
}

void Executable::Impl::prepare_copies(const BufferPlan& plan, const std::vector<std::size_t>& next_step) {
  for (const PartCopy& copy : plan.part_copies)
    part_copies.push_back({next_step[copy.concat.index],
                           {.bytes = static_cast<std::size_t>(graph.type(copy.part).bytes()),
                            .source = copy.part,
                            .into = graph.node(copy.concat).results[0],
                            .into_offset = copy.offset}});
  for (const Output& output : graph.outputs()) {
    Port& port = outputs.try_emplace(output.name, graph.type(output.value)).first->second;
    port.copy = output_copies.size();
    output_copies.push_back({.bytes = static_cast<std::size_t>(port.memory.type.bytes()), .source = output.value});
  }
  staged.reserve(graph.updates().size());
  for (std::size_t i = 0; i < graph.updates().size(); ++i) {
    const auto [variable, value] = graph.updates()[i];
    Variables::Entry& entry = variables->entry(graph.node(graph.producer(variable)).name);
    updated.push_back(&entry);
    if (plan.updated_in_place[i]) continue;
    const std::size_t bytes = entry.tensor.bytes().size();
    if (locations[value.index].place == Location::Place::leaf) {
      staged.emplace_back(graph.type(value));
      std::byte* aside = staged.back().bytes().data();
      output_copies.push_back({.bytes = bytes, .source = value, .to = aside});
      update_copies.push_back({.bytes = bytes, .from = aside, .to = entry.tensor.bytes().data()});
    } else {
      update_copies.push_back({.bytes = bytes, .source = value, .to = entry.tensor.bytes().data()});
    }
  }
}

std::byte* Executable::Impl::address(ValueId value) const {
  const Location& location = locations[value.index];
  if (location.place == Location::Place::leaf) return leaf_memory[location.owner.index] + location.offset;
  check_invariant(location.place == Location::Place::arena, "the value '{}' has no memory", graph.value_name(value));
  return arena->data() + location.offset;
}

/// Once, and again when another executable has made the shared arena grow, or has failed to and left it empty.
void Executable::Impl::bind_addresses() {
  arena->reserve(report.arena_bytes);
  make_port_memory();
  for (Step& step : steps) {
    std::ranges::transform(step.operands, step.operand_addresses.begin(), [this](ValueId id) { return address(id); });
    std::ranges::transform(step.results, step.result_addresses.begin(), [this](ValueId id) { return address(id); });
    if (step.kernel.scratch_bytes > 0) step.scratch = arena->data() + step.scratch_offset;
    for (std::size_t i = 0; i < step.packed.size(); ++i)
      step.packed[i].plain = step.operand_addresses[step.packed_operands[i]];
  }
  for (auto& [step, copy] : part_copies) bind(copy);
  for (Copy& copy : output_copies) bind(copy);
  for (Copy& copy : update_copies) bind(copy);
  bound_to = arena->data();
  bound = true;
}

/// Of those that nobody has asked for or bound yet.
void Executable::Impl::make_port_memory() {
  for (auto& [name, port] : inputs) {
    if (port.has_memory()) continue;
    port.make_memory();
    connect_input(port);
  }
  for (auto& [name, port] : outputs) {
    if (port.has_memory()) continue;
    port.make_memory();
    connect_output(port);
  }
}

void Executable::Impl::connect_input(const Port& port) {
  leaf_memory[port.leaf.index] = port.memory.bytes().data();
  bound = false;
}

void Executable::Impl::bind(Copy& copy) const {
  if (copy.source) copy.from = address(copy.source);
  if (copy.into) copy.to = address(copy.into) + copy.into_offset;
}

void Executable::Impl::run() {
  if (!bound || bound_to != arena->data()) bind_addresses();
  ++run_count;
  if (!profiles.empty()) run_start = ProfiledCall::Clock::now();
  if (poisoned) poison({arena->data(), report.arena_bytes});
  if (numerics) start_numerics();
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
  const std::size_t kernels = steps.size() + part_copies.size();
  {
    const ProfiledCall call = profiled(kernels);
    for (const Copy& copy : output_copies) copy.run();
  }
  {
    const ProfiledCall call = profiled(kernels + 1);
    for (const Copy& copy : update_copies) copy.run();
  }
  mark_updated();
}

void Executable::Impl::run_steps() {
  std::size_t index = 0;
  std::size_t copy = 0;
  std::size_t next_dead = 0;
  const auto poison_dead = [&](std::size_t kernels) {
    for (; next_dead < dead.size() && dead[next_dead].kernels <= kernels && dead[next_dead].copies <= copy; ++next_dead)
      poison({arena->data() + dead[next_dead].offset, dead[next_dead].bytes});
  };
  const auto run_part_copy = [&] {
    {
      const ProfiledCall call = profiled(steps.size() + copy);
      part_copies[copy++].second.run();
    }
    if (poisoned) poison_dead(index);
  };
  for (; index < steps.size(); ++index) {
    while (copy < part_copies.size() && part_copies[copy].first == index) run_part_copy();
    run_step(index);
    if (poisoned) poison_dead(index + 1);
  }
  while (copy < part_copies.size()) run_part_copy();
}

void Executable::Impl::run_step(std::size_t index) {
  const Step& step = steps[index];
  const Node& node = graph.node(step.node);
  try {
    const ProfiledCall call = profiled(index);
    step.kernel.run({step.operand_addresses, step.result_addresses, step.scratch, step.packed});
  } catch (const Error& error) {
    fail("{} '{}': {}", node.op->name, node.name, error.what());
  } catch (const std::bad_alloc&) {
    fail("{} '{}': out of memory; use a smaller batch, or allow more", node.op->name, node.name);
  }
  if (numerics) numerics->check(graph, node, step.operand_addresses, step.result_addresses);
  if (on_kernel) show_results(step);
}

void Executable::Impl::start_numerics() {
  numerics->start();
  if (std::exchange(variables_checked, true)) return;
  for (const Op* op : {&leaf::parameter, &leaf::state})
    for (const NodeId id : graph.leaves(*op)) NumericsCheck::check_variable(graph, id, leaf_memory[id.index]);
}

void Executable::Impl::show_results(const Step& step) const {
  std::vector<TensorView> views;
  for (std::size_t i = 0; i < step.results.size(); ++i)
    views.push_back({graph.type(step.results[i]), step.result_addresses[i]});
  on_kernel(graph, step.node, views);
}

void Executable::Impl::make_profiles() {
  for (const Step& step : steps) {
    const Node& node = graph.node(step.node);
    KernelProfile profile{.node = step.node, .op = node.op->name, .kind = step.kernel.kind};
    profile.flops = flops_of(graph, node);
    profile.bytes = bytes_of(graph, node);
    profiles.push_back(profile);
  }
  const auto add_copies = [this](NodeId node, std::string_view op, std::span<const Copy> copies) {
    KernelProfile profile{.node = node, .op = op, .kind = "copy"};
    for (const Copy& copy : copies) profile.bytes += 2.0 * static_cast<double>(copy.bytes);
    profiles.push_back(profile);
  };
  for (const auto& [step, copy] : part_copies) add_copies(graph.producer(copy.into), "concat", {&copy, 1});
  add_copies({}, "output", output_copies);
  add_copies({}, "update", update_copies);
}

Executable::Executable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Executable::Executable(Executable&&) noexcept = default;
Executable& Executable::operator=(Executable&&) noexcept = default;
Executable::~Executable() = default;

void Executable::run() { impl_->run(); }

Port& Executable::Impl::input(std::string_view name) {
  const auto at = inputs.find(name);
  require(at != inputs.end(), "graph '{}' has no input '{}'; {}", graph.name(), name, names_of(inputs));
  return at->second;
}

Port& Executable::Impl::output(std::string_view name) {
  const auto at = outputs.find(name);
  require(at != outputs.end(), "graph '{}' has no output '{}'; {}", graph.name(), name, names_of(outputs));
  return at->second;
}

TensorView Executable::input(std::string_view name) const {
  Port& port = impl_->input(name);
  if (!port.has_memory()) {
    port.make_memory();
    impl_->connect_input(port);
  }
  return port.memory;
}

TensorView Executable::output(std::string_view name) const {
  Port& port = impl_->output(name);
  if (!port.has_memory()) {
    port.make_memory();
    impl_->connect_output(port);
  }
  return port.memory;
}

void Executable::bind_input(std::string_view name, const TensorView& memory) {
  Port& port = impl_->input(name);
  port.bind(name, memory);
  impl_->connect_input(port);
}

void Executable::bind_output(std::string_view name, const TensorView& memory) {
  Port& port = impl_->output(name);
  port.bind(name, memory);
  impl_->connect_output(port);
}

void Executable::set(std::string_view name, const Tensor& tensor) {
  const TensorView target = input(name);
  require(target.type == tensor.type(), "the input '{}' is {}, it is set to {}", name, target.type.to_string(),
          tensor.type().to_string());
  std::ranges::copy(tensor.bytes(), target.bytes().begin());
}

Tensor Executable::get(std::string_view name) const {
  const TensorView source = output(name);
  Tensor tensor(source.type);
  std::ranges::copy(source.bytes(), tensor.bytes().begin());
  return tensor;
}

TensorMap Executable::run(const TensorMap& inputs) {
  for (const auto& [name, port] : impl_->inputs)
    require(inputs.contains(name), "the input '{}' {} is not given", name, port.memory.type.to_string());
  for (const auto& [name, tensor] : inputs) set(name, tensor);
  run();
  TensorMap results;
  for (const auto& [name, port] : impl_->outputs) results.emplace(name, get(name));
  return results;
}

Variables& Executable::variables() const { return *impl_->variables; }

const Graph& Executable::graph() const { return impl_->graph; }

const ExecutableReport& Executable::report() const { return impl_->report; }

void Executable::profile_runs(bool on) {
  impl_->profiles.clear();
  if (on) impl_->make_profiles();
}

std::span<const KernelProfile> Executable::profile() const { return impl_->profiles; }

ProfiledCall::Clock::time_point Executable::profile_start() const { return impl_->run_start; }

Executable compile(const Graph& graph, const Backend& backend, const CompileOptions& options) {
  auto impl = std::make_unique<Executable::Impl>();
  impl->graph = graph.clone();
  impl->variables = options.variables ? options.variables : std::make_shared<Variables>(options.seed);
  impl->arena = options.arena ? options.arena : std::make_shared<Arena>();
  impl->variables->initialise(graph);
  std::vector<const Pass*> passes = compile_pipeline(options.disabled_passes);
  for (const std::string& name : options.extra_passes) passes.push_back(&find_pass(name));
  run_passes(impl->graph, passes, pass_context(backend), options.observer);
  impl->graph = compacted(impl->graph);
  impl->bind_leaves();
  if (options.memory_budget) impl->keep_to_budget(backend, *options.memory_budget, options.observer);
  impl->prepare(backend, options);
  return Executable(std::move(impl));
}

}  // namespace weft
