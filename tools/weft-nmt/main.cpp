// weft-nmt: learns to translate French to English, and translates.

#include "backends/onednn/openmp_wait.h"
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

}  // namespace

int main(int argc, char** argv) {
  weft::tool::secure_standard_streams();
  weft::wait_briefly(argv);
  using namespace weft::nmt;
  outlive_readers();
  weft::tool::Program program("weft-nmt", "Learns to translate French to English, and translates.");
  program.footer(main_examples);
  program.advise_on_memory("use a smaller --batch, --units or --max-length");
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
  return program.run(argc, argv);
}
