// weft-nmt: learns to translate French to English, and translates.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "backends/mpi/mpi_communicator.h"
#include "backends/onednn/openmp_wait.h"
#include "tools/common/restore_hangup.h"
#include "tools/common/standard_streams.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"

namespace {

constexpr const char* main_examples = R"(A first translator, in a minute:
  weft-nmt train --builtin --out runs/first
  weft-nmt evaluate --run runs/first
  weft-nmt translate --run runs/first "Je suis fatigué."
  weft-nmt report runs/first -o report.html
  weft-nmt attention --run runs/first --out attention.png "Je suis fatigué."
  weft-nmt serve --run runs/first

weft-nmt COMMAND --help explains each command. Results go to standard output, everything else to standard error.
Exit status: 0 done, 1 failed, 2 wrong usage; 129, 130 or 143 when training was stopped by SIGHUP, SIGINT
or SIGTERM.)";

/// Of several processes, which one speaks. What is wrong with one is often wrong with all: so that it is said once, the
/// first one speaks first, and its end ends the others.
std::string speaker(const weft::LaunchedAs& launched) {
  weft::begin_processes();  // so that the first one can end the others
  if (launched.rank > 0) std::this_thread::sleep_for(std::chrono::seconds(2));
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return fmt::format("process {} of {} on {}: ", launched.rank, launched.size, host.data());
}

}  // namespace

int main(int argc, char** argv) {
  weft::tool::restore_hangup();
  weft::tool::secure_standard_streams();
  weft::wait_briefly(argv);
  using namespace weft::nmt;
  outlive_readers();
  weft::tool::Program program("weft-nmt", "Learns to translate French to English, and translates.");
  program.footer(main_examples);
  program.advise_on_memory("use a smaller --batch, --units or --max-length");
  const weft::LaunchedAs launched = weft::launched_as();
  if (launched.size > 1) program.before_complaints([&] { return speaker(launched); });
  add_train(program);
  add_average(program);
  add_translate(program);
  add_evaluate(program);
  add_score(program);
  add_attention(program);
  add_serve(program);
  add_info(program);
  add_report(program);
  add_vocab(program);
  add_bench(program);
  const int status = program.run(argc, argv);
  if (status != 0) weft::end_processes(status);
  return status;
}
