#pragma once

#include "tools/common/command_line.h"

// The commands of `weft`, one file each. Every function declares its command, with options and help, in the program.

namespace weft::tool {

void add_new(Program& program);
void add_dump(Program& program);
void add_view(Program& program);
void add_info(Program& program);
void add_lint(Program& program);
void add_opt(Program& program);
void add_explain(Program& program);
void add_run(Program& program);
void add_profile(Program& program);
void add_compare(Program& program);
void add_reduce(Program& program);
void add_report(Program& program);
void add_check_gradients(Program& program);
void add_check_passes(Program& program);
void add_ops(Program& program);
void add_passes(Program& program);
void add_bench_compile(Program& program);

}  // namespace weft::tool
