#include "tools/serve/figures.h"

#include <unistd.h>

#include <fstream>

#include "graph/base/json_value.h"

namespace weft::serve {

std::uint64_t resident_bytes() {
  std::uint64_t all = 0, resident = 0;  // pages
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string health_answer(const ServerFigures& figures) {
  const Json answer{{"status", "ok"},
                    {"waiting_sentences", figures.waiting_sentences},
                    {"translated_sentences", figures.translated_sentences},
                    {"connections", figures.connections},
                    {"waiting_requests", figures.waiting_requests},
                    {"resident_bytes", figures.resident_bytes},
                    {"program_memory", Json{{"programs", figures.programs.programs},
                                            {"bytes", figures.programs.bytes},
                                            {"budget", figures.programs.budget},
                                            {"evicted", figures.programs.evicted}}}};
  return answer.dump();
}

}  // namespace weft::serve
