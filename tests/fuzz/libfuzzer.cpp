#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "graph/base/file.h"
#include "tests/fuzz/harness.h"

// A harness as libFuzzer wants it. `--prepare=FOLDER`, as the first argument, writes the seeds to FOLDER/seeds and the
// words to FOLDER/words, libFuzzer's dictionary, and ends.

namespace fs = std::filesystem;
using weft::fuzz::harness;

namespace {

void prepare(const fs::path& folder) {
  fs::create_directories(folder / "seeds");
  int count = 0;
  for (const std::string& seed : harness.seeds())
    weft::write_file(folder / "seeds" / fmt::format("{:05}", count++), seed);
  std::string dictionary;
  for (const std::string& word : harness.words != nullptr ? harness.words() : std::vector<std::string>{}) {
    dictionary += '"';
    for (const char c : word) dictionary += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    dictionary += "\"\n";
  }
  weft::write_file(folder / "words", dictionary);
}

}  // namespace

// libFuzzer's own mutations.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  constexpr std::string_view option = "--prepare=";
  if (*count > 1 && std::string_view((*arguments)[1]).starts_with(option)) {
    prepare(std::string_view((*arguments)[1]).substr(option.size()));
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    harness.run({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception& error) {
    std::fputs(fmt::format("FINDING: {}\n", error.what()).c_str(), stderr);
    std::abort();
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  if (harness.mutate == nullptr) return LLVMFuzzerMutate(data, size, max_size);
  const std::string mutated = harness.mutate({reinterpret_cast<const char*>(data), size}, seed);
  if (mutated.empty() || mutated.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(mutated.begin(), mutated.end(), data);
  return mutated.size();
}
