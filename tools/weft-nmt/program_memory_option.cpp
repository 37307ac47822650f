#include "tools/weft-nmt/program_memory_option.h"

namespace weft::nmt {

void add_program_memory_option(const tool::Command& command, std::size_t& budget) {
  command
      .option("--program-memory", budget,
              "Memory for the graphs compiled for each length; those that were not used for longest make room, and are "
              "compiled anew when they are needed: 500MB; changes no result")
      .bytes()
      .show_default("1GiB");
}

}  // namespace weft::nmt
