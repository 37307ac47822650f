#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/checksum.h"
#include "graph/base/file.h"
#include "graph/base/number_text.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/mutator.h"

// Runs a harness without libFuzzer, for compilers that have none: over its seeds, over mutations of these (always the
// same), and over files.
//
//   weft_fuzz_NAME [--mutations N] [FILE or FOLDER...]
//
// Files that are named are all that is run, unless mutations are asked for. The first finding ends it, with status 1 or
// the signal's, and the input is kept in the current folder for the next run.

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_FUZZ_SANITIZED
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#endif

namespace fs = std::filesystem;
using namespace weft;
using fuzz::harness;

namespace {

constexpr unsigned seconds_an_input = 20;
constexpr rlim_t address_space = rlim_t{4} << 30;

/// What is being run, for when it kills the process; kept in place, since nothing can be allocated then.
std::string_view current;
std::array<char, 64> file_name{};

void keep_current() {
  std::FILE* file = std::fopen(file_name.data(), "wb");
  if (file == nullptr) return;
  std::fwrite(current.data(), 1, current.size(), file);
  std::fclose(file);
  std::fprintf(stderr, "The input is kept in %s\n", file_name.data());
}

void on_signal(int signal) {
  std::fprintf(stderr, "FINDING: %s%s\n", ::strsignal(signal), signal == SIGALRM ? ": the input takes too long" : "");
  keep_current();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// Keeps the input when anything ends the process, a stack that overflows included.
void watch_for_the_end() {
#ifdef WEFT_FUZZ_SANITIZED
  __sanitizer_set_death_callback(keep_current);
  const std::initializer_list<int> signals = {SIGALRM, SIGABRT};
#else
  const rlimit limit{address_space, address_space};  // sanitizers reserve far more
  ::setrlimit(RLIMIT_AS, &limit);
  const std::initializer_list<int> signals = {SIGALRM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#endif
  static std::array<char, 1 << 16> stack_memory;
  const stack_t stack{.ss_sp = stack_memory.data(), .ss_flags = 0, .ss_size = stack_memory.size()};
  ::sigaltstack(&stack, nullptr);
  for (const int signal : signals) {
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_ONSTACK | SA_NODEFER | static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &action, nullptr);
  }
}

void run(const std::string& input) {
  Checksum checksum;
  checksum.add(input);
  std::snprintf(file_name.data(), file_name.size(), "finding-%016llx",
                static_cast<unsigned long long>(checksum.value()));
  current = input;
  ::alarm(seconds_an_input);
  try {
    harness.run(input);
  } catch (const std::exception& error) {
    ::alarm(0);
    std::fprintf(stderr, "FINDING: %s\n", error.what());
    keep_current();
    std::_Exit(1);
  }
  ::alarm(0);
}

/// Returns how many files there were.
std::size_t run_files(const fs::path& path) {
  std::vector<fs::path> files;
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
  } else {
    files.push_back(path);
  }
  for (const fs::path& file : files) run(read_file(file));
  return files.size();
}

void run_mutations(const std::vector<std::string>& seeds, std::int64_t count) {
  fuzz::Mutator mutator(1, harness.words != nullptr ? harness.words() : std::vector<std::string>{});
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string& seed = seeds[static_cast<std::size_t>(i) % seeds.size()];
    const std::string& other = seeds[static_cast<std::size_t>(i * 7 + 3) % seeds.size()];
    run(harness.mutate != nullptr ? harness.mutate(seed, static_cast<std::uint64_t>(i)) : mutator.mutate(seed, other));
  }
}

int replay(const std::vector<std::string>& arguments) {
  std::vector<fs::path> paths;
  std::int64_t mutations = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] != "--mutations") {
      paths.emplace_back(arguments[i]);
      continue;
    }
    const auto number = i + 1 < arguments.size() ? parse_integer(arguments[++i]) : std::nullopt;
    if (!number || *number < 0) fail("--mutations needs a number from 0");
    mutations = *number;
  }
  watch_for_the_end();
  std::size_t files = 0;
  for (const fs::path& path : paths) files += run_files(path);
  std::size_t seed_count = 0;
  if (paths.empty() || mutations > 0) {
    const std::vector<std::string> seeds = harness.seeds();
    require(!seeds.empty(), "the harness has no seeds");
    for (const std::string& seed : seeds) run(seed);
    require(fuzz::verdicts.accepted > 0 || fuzz::verdicts.refused == 0, "not a single seed is accepted");
    seed_count = seeds.size();
    run_mutations(seeds, mutations);
  }
  fmt::print("{} files, {} seeds, {} mutations ({} accepted, {} refused): nothing found\n", files, seed_count,
             mutations, fuzz::verdicts.accepted, fuzz::verdicts.refused);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return replay({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
