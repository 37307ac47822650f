#include "tools/weft-nmt/program_memory_option.h"

#include <fmt/format.h>

#include "models/training/format.h"

namespace weft::nmt {

void add_program_memory_option(const tool::Command& command, std::size_t& budget) {
  command
      .option("--program-memory", budget,
              "Memory for the graphs compiled for each length; those that were not used for longest make room, and are "
              "compiled anew when they are needed: 500MB; changes no result")
      .bytes()
      .show_default("1GiB");
}

std::string describe(const ProgramMemory& memory) {
  return fmt::format("{} compiled shape{}, {} of at most {} (--program-memory); {} had to make room", memory.programs,
                     memory.programs == 1 ? "" : "s", format_bytes(memory.bytes), format_bytes(memory.budget),
                     memory.evicted);
}

}  // namespace weft::nmt
