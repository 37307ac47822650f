#include "backends/runtime/program.h"

#include <algorithm>
#include <new>
#include <set>

#include "backends/runtime/packed_in_arena.h"
#include "backends/runtime/pass_context.h"
#include "backends/runtime/program_impl.h"
#include "graph/base/error.h"
#include "graph/compacted.h"
#include "graph/cost.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/collective/sharding.h"
#include "ops/op_list.h"
#include "passes/memory/buffer_check.h"
#include "passes/memory/view.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

std::map<std::string, SourceLine, std::less<>> input_lines(const Graph& graph) {
  std::map<std::string, SourceLine, std::less<>> lines;
  for (const NodeId id : graph.leaves(leaf::input)) lines[graph.node(id).name] = graph.node(id).declared;
  return lines;
}

Lifetime lifetime_of(const Graph& graph, ValueId value) {
  const Op* source = graph.node(graph.producer(piece_of(graph, value).source)).op;
  return source == &leaf::constant || is_variable(*source) ? Lifetime::program : Lifetime::run;
}

Kernel make_kernel(const Graph& graph, const Node& node, const Backend& backend, Exchange* exchange) {
  const std::vector<TensorType> operands = types_of(graph, node.operands);
  const std::vector<TensorType> results = types_of(graph, node.results);
  std::vector<Lifetime> lifetimes;
  for (const ValueId operand : node.operands) lifetimes.push_back(lifetime_of(graph, operand));
  require(backend.runs_whole(*node.op), "{} '{}': the backend {} has no kernel for this op", node.op->name, node.name,
          backend.name());
  try {
    return backend.make_kernel({node, operands, results, lifetimes, exchange});
  } catch (const Error& error) {
    fail("{} '{}': {}", node.op->name, node.name, error.what());
  } catch (const std::bad_alloc&) {
    fail("{} '{}': out of memory while its kernel is prepared; use a smaller batch, or allow more", node.op->name,
         node.name);
  }
}

/// The kernels of a schedule; none for views.
std::vector<Kernel> make_kernels(const Graph& graph, std::span<const NodeId> schedule, const Backend& backend,
                                 Exchange* exchange) {
  std::vector<Kernel> kernels(schedule.size());
  for (std::size_t i = 0; i < schedule.size(); ++i)
    if (const Node& node = graph.node(schedule[i]); !is_view(graph, node))
      kernels[i] = make_kernel(graph, node, backend, exchange);
  return kernels;
}

struct Cost {
  std::size_t nodes = 0;
  std::size_t bytes = 0;
  double flops = 0;
};

/// What the graph's arena takes and a run of it computes.
Cost cost_of(const Graph& graph, const PassContext& context) {
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

RematerialiseReport keep_to_budget(Graph& graph, const Backend& backend, const CompileOptions& options) {
  const std::size_t budget = *options.memory_budget;
  Exchange* const exchange = options.exchange.get();
  PassContext context = pass_context(backend, budget);
  const std::vector<NodeId> order = schedule(graph);
  const std::set<NodeId> lent = packed_in_arena(graph, order, make_kernels(graph, order, backend, exchange));
  context.scratch_bytes = [&](const Graph& of, NodeId node) {
    return scratch_bytes(make_kernel(of, of.node(node), backend, exchange), lent.contains(node));
  };
  const Cost before = cost_of(graph, context);
  if (before.bytes <= budget) return {};
  const Pass* const passes[] = {&pass::rematerialise};
  run_passes(graph, passes, context, options.observer);
  const Cost after = cost_of(graph, context);
  require(
      after.bytes <= budget,
      "graph '{}': the memory budget of {} bytes cannot be met: working memory takes {} bytes, and {} bytes when all "
      "that helps is computed again; give at least that, or use a smaller batch",
      graph.name(), budget, before.bytes, after.bytes);
  return {after.nodes - before.nodes, after.flops - before.flops, before.bytes - after.bytes};
}

double copied_bytes(const Graph& graph, ValueId value) { return 2.0 * static_cast<double>(graph.type(value).bytes()); }

/// The place, among the graph's updates, of that variable's; none when it has none.
std::optional<std::size_t> update_of(const Graph& graph, std::string_view variable) {
  const auto at = std::ranges::find_if(graph.updates(), [&](const Update& update) {
    return graph.node(graph.producer(update.variable)).name == variable;
  });
  if (at == graph.updates().end()) return {};
  return static_cast<std::size_t>(at - graph.updates().begin());
}

/// What completes the sums that are sent while the program computes, in the order in which they are.
std::vector<NodeId> makers_of_sums(const Graph& graph, const ExchangedVariables& exchanged) {
  std::vector<NodeId> makers;
  for (const std::string& sum : exchanged.sums)
    if (const auto update = update_of(graph, sum)) makers.push_back(graph.producer(graph.updates()[*update].value));
  return makers;
}

ProgramStep start_of(std::size_t channel, NodeId maker) {
  return {ProgramStep::Kind::start, channel, maker, "reduce_scatter_start", "exchange"};
}

/// Where a program starts to send a sum that it has completed, and waits for a parameter that it is about to read.
class ExchangeSteps {
 public:
  ExchangeSteps(const Graph& graph, const BufferPlan& plan, const ExchangedVariables& exchanged)
      : graph_(graph), plan_(plan) {
    for (std::size_t channel = 0; channel < exchanged.parameters.size(); ++channel)
      if (const NodeId parameter = graph.find(exchanged.parameters[channel])) parameters_.emplace(parameter, channel);
    for (std::size_t channel = 0; channel < exchanged.sums.size(); ++channel)
      if (const auto i = update_of(graph, exchanged.sums[channel]))
        sums_.emplace_back(plan.updated_in_place[*i] ? graph.producer(graph.updates()[*i].value) : NodeId{}, channel);
  }

  void before(NodeId reader, std::vector<ProgramStep>& steps) {
    for (const ValueId operand : graph_.node(reader).operands) {
      const auto parameter = parameters_.find(plan_.locations[operand.index].owner);
      if (parameter == parameters_.end()) continue;
      steps.push_back({ProgramStep::Kind::await, parameter->second, reader, "all_gather_done", "exchange"});
      parameters_.erase(parameter);
    }
  }
  /// A null node: behind the updates.
  void after(NodeId maker, std::vector<ProgramStep>& steps) const {
    for (const auto& [node, channel] : sums_)
      if (node == maker) steps.push_back(start_of(channel, maker));
  }

 private:
  const Graph& graph_;
  const BufferPlan& plan_;
  std::map<NodeId, std::size_t> parameters_;  ///< not yet waited for, and their channels
  std::vector<std::pair<NodeId, std::size_t>> sums_;
};

/// Kernels in the order of the schedule, each behind the copies of its concat's parts; then outputs and updates. Before
/// all, so many sums start that others have completed, unless they have started them as well.
std::vector<ProgramStep> steps_of(const Graph& graph, std::span<const NodeId> order, const BufferPlan& plan,
                                  std::span<const Kernel> kernels, const ExchangedVariables& exchanged,
                                  std::size_t complete_sums) {
  std::vector<ProgramStep> steps;
  for (std::size_t channel = 0; channel < complete_sums; ++channel) steps.push_back(start_of(channel, {}));
  ExchangeSteps exchanges(graph, plan, exchanged);
  std::size_t kernel = 0;
  std::size_t part = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    exchanges.before(order[i], steps);
    for (; part < plan.part_copies.size() && plan.part_copies[part].concat == order[i]; ++part)
      steps.push_back({ProgramStep::Kind::part, part, order[i], "concat", "copy", 0,
                       copied_bytes(graph, plan.part_copies[part].part)});
    if (!plan.needs_kernel[i]) continue;
    const Node& node = graph.node(order[i]);
    steps.push_back({ProgramStep::Kind::kernel, kernel, order[i], node.op->name, kernels[kernel].kind,
                     flops_of(graph, node), bytes_of(graph, node)});
    ++kernel;
    exchanges.after(order[i], steps);
  }
  check_invariant(part == plan.part_copies.size(), "the plan copies parts out of the schedule's order");
  double outputs = 0;
  for (const Output& output : graph.outputs()) outputs += copied_bytes(graph, output.value);
  double updates = 0;
  for (std::size_t i = 0; i < graph.updates().size(); ++i) {
    const ValueId value = graph.updates()[i].value;
    if (plan.updated_in_place[i]) continue;
    updates += copied_bytes(graph, value);
    if (is_set_aside(plan, value)) outputs += copied_bytes(graph, value);
  }
  steps.push_back({ProgramStep::Kind::outputs, 0, {}, "output", "copy", 0, outputs});
  steps.push_back({ProgramStep::Kind::updates, 0, {}, "update", "copy", 0, updates});
  exchanges.after({}, steps);
  return steps;
}

/// What is on its way when the program has run must be in the memory of a variable.
void require_lasting_results(const Graph& graph, const BufferPlan& plan) {
  for (const NodeId id : graph.nodes())
    if (const Node& node = graph.node(id); node.op == &op::all_gather && channel_of(node.attributes))
      check_invariant(plan.locations[node.results[0].index].place == Location::Place::leaf,
                      "'{}' goes on when the graph has run, and lies in its working memory", node.name);
}

/// All that the graph declares, of the type that the passes have left.
std::vector<VariableDeclaration> variables_of(const Graph& declared, const Graph& compiled) {
  std::vector<VariableDeclaration> variables = declared_variables(declared);
  for (VariableDeclaration& variable : variables)
    if (const NodeId leaf = compiled.find(variable.name)) variable.type = compiled.type(compiled.node(leaf).results[0]);
  return variables;
}

}  // namespace

void Program::Impl::prepare(const Backend& backend, const CompileOptions& options) {
  schedule = weft::schedule(graph);
  std::vector<Kernel> of_nodes = make_kernels(graph, schedule, backend, options.exchange.get());
  const std::set<NodeId> lent = packed_in_arena(graph, schedule, of_nodes);
  std::vector<std::size_t> scratch;
  for (std::size_t i = 0; i < schedule.size(); ++i)
    scratch.push_back(scratch_bytes(of_nodes[i], lent.contains(schedule[i])));
  plan = plan_buffers(graph, schedule, scratch);
  if (options.on_memory_plan) options.on_memory_plan(plan);
  if (options.exchange) require_lasting_results(graph, plan);
  if (options.check_memory_plan) check_buffers(graph, schedule, scratch, plan);
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    if (!plan.needs_kernel[i]) continue;
    scratch_offsets.push_back(plan.scratch[i]);
    copy_offsets.emplace_back();
    if (lent.contains(schedule[i])) copy_offsets.back() = plan.scratch[i] + offset_of_copy(of_nodes[i]);
    kernels.push_back(std::move(of_nodes[i]));
  }
  kernels.shrink_to_fit();
  for (const NodeId id : graph.leaves(leaf::constant)) packed_constants[id];
  exchange = options.exchange;
  sums = options.exchanged.sums;
  const ExchangedVariables own = exchange ? exchanged_variables(graph) : ExchangedVariables{};
  if (!own.sums.empty()) sums = own.sums;
  steps = steps_of(graph, schedule, plan, kernels, options.exchanged, own.sums.size());
  for (const ProgramStep& step : steps) report.flops += step.flops;
  report.kernels = kernels.size();
  report.arena_bytes = plan.arena_bytes;
  report.lower_bound_bytes = plan.lower_bound_bytes;
  report.naive_bytes = plan.naive_bytes;
}

const Graph& Program::graph() const { return impl_->graph; }

const ProgramReport& Program::report() const { return impl_->report; }

std::span<const ProgramStep> Program::steps() const { return impl_->steps; }

std::span<const NodeId> Program::schedule() const { return impl_->schedule; }

const BufferPlan& Program::memory_plan() const { return impl_->plan; }

Program compile(const Graph& graph, const Backend& backend, const CompileOptions& options) {
  auto program = std::make_shared<Program::Impl>();
  program->graph = graph.clone();
  program->step_counts = step_counts(graph);
  program->input_lines = input_lines(graph);
  std::vector<const Pass*> passes = compile_pipeline(options.disabled_passes, options.precision);
  for (const std::string& name : options.extra_passes) passes.push_back(&find_pass(name));
  run_passes(program->graph, passes, pass_context(backend), options.observer);
  program->graph = compacted(program->graph, makers_of_sums(program->graph, options.exchanged));
  program->variables = variables_of(graph, program->graph);
  if (options.memory_budget) program->report.rematerialised = keep_to_budget(program->graph, backend, options);
  program->prepare(backend, options);
  return Program(std::move(program));
}

}  // namespace weft
