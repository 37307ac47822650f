// Trains a translator on a vector of pairs, and hears how it goes.
#include <weft/nmt.h>

#include <cstdio>
#include <string>

struct Steps : weft::Progress {
  std::uint64_t done = 0;
  bool is_training = false;
  std::string last_line;
  void start(std::string title, std::uint64_t) override { is_training = title.starts_with("Epoch"); }
  void update(std::uint64_t steps, std::uint64_t, std::optional<double>) override { done += is_training ? steps : 0; }
  void log(std::string_view line) override { last_line = line; }
};

int main(int, char** arguments) {
  std::vector<weft::nmt::Pair> pairs;
  for (const char* name : {"Anne", "Jean", "Marie", "Paul"})
    pairs.push_back({.source = std::string(name) + " rit .", .target = std::string(name) + " laughs ."});
  weft::nmt::Config config = weft::nmt::preset("small");
  config.model.embedding = config.model.units = 8;
  config.training.epochs = 3;
  config.training.batch = 2;
  Steps progress;
  weft::nmt::RunDirectory run = weft::nmt::prepare_run(arguments[1], config, {.train = pairs}, progress);
  weft::nmt::TrainingSession(run, progress).run();
  std::printf("%d steps; %s\n", static_cast<int>(progress.done), progress.last_line.c_str());
}
