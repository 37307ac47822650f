// my_model [FOLDER]: trains the model, and measures it. Started again after Ctrl-C, it goes on from the folder's latest
// checkpoint.
#include <weft/training.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>

#include "data.h"
#include "model.h"

int main(int argc, char** argv) try {
  weft::wait_briefly(argv);  // threads sleep where they wait, so that other programs can run
  constexpr std::int64_t rows = 64;
  std::atomic<bool> stop = false;
  const weft::StopSignals signals([&](int) { return stop = true; });
  weft::Trainer trainer({.graph = [](const auto&) { return training_step(rows); },
                         .batches = 50,
                         .fill =
                             [](const weft::BatchNumber& number, weft::Execution& step) {
                               draw(static_cast<std::uint64_t>(1 + number.batch), step.input("points").as<float>(),
                                    step.input("labels").as<std::int32_t>());
                             }},
                        {.epochs = 20,
                         .learning_rate = {.learning_rate = 0.01, .warmup = 50},
                         .folder = argc > 1 ? argv[1] : "run",
                         .stop = [&] { return stop.load(); },
                         .progress = std::make_shared<weft::TerminalProgress>()});
  if (trainer.run() == weft::TrainingEnd::stopped) return 1;
  std::printf("accuracy %.3f\n", accuracy(trainer.variables()));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
