// weft: looks at computation graphs.

#include "backends/onednn/openmp_wait.h"
#include "tools/common/standard_streams.h"
#include "tools/weft/commands.h"

int main(int argc, char** argv) {
  weft::tool::secure_standard_streams();
  weft::wait_briefly(argv);
  using namespace weft::tool;
  Program program("weft", "Looks at computation graphs: prints, compiles, runs and checks them.");
  program.footer(
      "Examples:\n"
      "  weft new my-model                                         a project of one's own, to begin with\n"
      "  weft dump --model nmt --preset small --graph training     the training step as text\n"
      "  weft view graph.json -o page.html                         a graph and its memory, to look at in a browser\n"
      "  weft info graph.json                                      parameters, flops, bytes and memory, by scope\n"
      "  weft lint graph.json                                      what a reviewer would ask about\n"
      "  weft opt graph.json --passes decompose,cse                runs passes and writes what they make\n"
      "  weft explain graph.json -o passes.html                    a page with what every pass does to the graph\n"
      "  weft run graph.json --random-inputs 1                     runs a graph on random inputs\n"
      "  weft profile graph.json --trace trace.json                what takes the time\n"
      "  weft compare graph.json --random-inputs 1                 the first node that is computed wrongly\n"
      "  weft reduce graph.json --check '! weft run {} --random-inputs 1'     the least that still fails\n"
      "  weft check-gradients --op tanh                            an op's gradient against central differences\n"
      "  weft check-passes --all                                   every pass against what it was given\n"
      "  weft ops matmul                                           what an op takes and gives\n"
      "  weft passes                                               what compiling does, in order\n"
      "  weft report runs/mine -o page.html                        how a training goes: losses, speed, learning rate\n"
      "  weft bench-compile                                        what compiling takes, by nodes\n\n"
      "Graphs are files of JSON or of Weft's text form (docs/ir.md). `weft COMMAND --help` explains a command.\n"
      "Exit status: 0 done, 1 failed (bad file, failed check), 2 wrong usage.");
  program.advise_on_memory("smaller extents need less");
  add_new(program);
  add_dump(program);
  add_view(program);
  add_info(program);
  add_lint(program);
  add_opt(program);
  add_explain(program);

  add_run(program);
  add_profile(program);
  add_compare(program);
  add_reduce(program);
  add_check_gradients(program);
  add_check_passes(program);
  add_ops(program);
  add_passes(program);
  add_bench_compile(program);
  add_report(program);
  return program.run(argc, argv);
}
