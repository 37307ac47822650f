#include "tools/weft-nmt/threads_option.h"

#include "backends/onednn/threads.h"

namespace weft::nmt {

void add_threads_option(const tool::Command& command) {
  command
      .on_integer("--threads", onednn::set_thread_count,
                  "Threads to compute on (default: the processors there are); changes no result")
      .between(1, 1024)
      .value("N");
}

}  // namespace weft::nmt
