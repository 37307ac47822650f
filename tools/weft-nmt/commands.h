#pragma once

#include "tools/common/command_line.h"

namespace weft::nmt {

using tool::UsageError;

// Each declares a command of `weft-nmt`, with its options and help, in the program.
void add_train(tool::Program& program);
void add_translate(tool::Program& program);
void add_average(tool::Program& program);
void add_evaluate(tool::Program& program);
void add_score(tool::Program& program);
void add_attention(tool::Program& program);
void add_serve(tool::Program& program);
void add_info(tool::Program& program);
void add_report(tool::Program& program);
void add_vocab(tool::Program& program);
void add_bench(tool::Program& program);

}  // namespace weft::nmt
