#include "tools/weft-nmt/threads_option.h"

#include "backends/onednn/threads.h"

namespace weft::nmt {

void add_threads_option(CLI::App& app) {
  app.add_option_function<int>("--threads", onednn::set_thread_count,
                               "Threads to compute on (default: the processors there are); changes no result")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
}

}  // namespace weft::nmt
