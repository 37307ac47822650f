#pragma once

namespace CLI {
class App;
}

// The commands of `weft`, one file each. Every function adds its command, with options and help, to the program; the
// command runs while the command line is parsed, and throws what it has to report.

namespace weft::tool {

void add_dump(CLI::App& program);
void add_view(CLI::App& program);
void add_info(CLI::App& program);
void add_lint(CLI::App& program);
void add_opt(CLI::App& program);
void add_explain(CLI::App& program);
void add_run(CLI::App& program);
void add_profile(CLI::App& program);
void add_compare(CLI::App& program);
void add_reduce(CLI::App& program);
void add_check_gradients(CLI::App& program);
void add_check_passes(CLI::App& program);
void add_ops(CLI::App& program);
void add_passes(CLI::App& program);
void add_bench_compile(CLI::App& program);

}  // namespace weft::tool
