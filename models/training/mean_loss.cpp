#include "models/training/mean_loss.h"

#include <utility>

#include "backends/onednn/onednn_backend.h"

namespace weft {

MeanLoss::MeanLoss(TrainingTask task, std::shared_ptr<Variables> variables, std::shared_ptr<Arena> arena,
                   std::shared_ptr<const Backend> backend, std::shared_ptr<ProgramCache> programs)
    : task_(std::move(task)),
      variables_(std::move(variables)),
      arena_(arena ? std::move(arena) : std::make_shared<Arena>()),
      backend_(std::move(backend)),
      programs_(programs ? std::move(programs) : std::make_shared<ProgramCache>()) {}

double MeanLoss::measure() {
  double sum = 0;
  std::int64_t tokens = 0;
  for (BatchNumber number; number.batch < task_.batches; ++number.batch) {
    const TrainingTask::Shape shape = task_.shape_of(number);
    const std::shared_ptr<Execution> program = programs_.find(shape, [&] {
      return Execution(compile(task_.graph(shape), backend_ ? *backend_ : onednn_backend()), {variables_, arena_});
    });
    task_.fill(number, *program);
    program->run();
    const std::int64_t count = task_.tokens_of(number);
    const auto loss = static_cast<double>(program->output("loss").as<float>()[0]);
    sum += task_.per_token(number, loss) * static_cast<double>(count);
    tokens += count;
  }
  return sum / static_cast<double>(tokens);
}

}  // namespace weft
