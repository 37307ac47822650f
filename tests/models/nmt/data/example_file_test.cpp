#include "models/nmt/data/example_file.h"

#include <doctest/doctest.h>

#include <fstream>

#include "graph/base/file.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/data/random.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

std::vector<Example> random_examples(std::size_t count, std::int32_t vocabulary) {
  Random random(5);
  const auto ids = [&](std::size_t least) {
    std::vector<std::int32_t> side(least + random.below(20));
    for (std::int32_t& id : side) id = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(vocabulary)));
    return side;
  };
  std::vector<Example> examples;
  for (std::size_t i = 0; i < count; ++i) examples.push_back({ids(1), ids(0)});
  return examples;
}

void write(const std::filesystem::path& path, const std::vector<Example>& examples, std::int32_t vocabulary) {
  ExampleFileWriter writer(path, static_cast<std::size_t>(vocabulary), 42);
  for (const Example& example : examples) writer.add(example);
  writer.commit();
}

}  // namespace

TEST_CASE("examples in a file are those in memory") {
  const TemporaryFolder folder;
  for (const std::int32_t vocabulary : {100, 65'536, 65'537, 1 << 24}) {
    CAPTURE(vocabulary);
    const std::vector<Example> examples = random_examples(1'000, vocabulary);
    const auto path = folder.path / "examples.ids";
    write(path, examples, vocabulary);
    std::size_t ids = 0;
    for (const Example& example : examples) ids += example.source.size() + example.target.size();
    CHECK(std::filesystem::file_size(path) ==
          ids * (vocabulary <= 65'536 ? 2 : 4) + examples.size() * 8 + sizeof(ExampleFileFooter));
    CHECK(ExampleFile::is_whole(path, 42));
    CHECK_FALSE(ExampleFile::is_whole(path, 43));
    const ExampleFile file(path);
    const Examples in_file(file), in_memory(examples);
    REQUIRE(in_file.size() == examples.size());
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const Example example = in_file.read(i);
      CHECK(example.source == examples[i].source);
      CHECK(example.target == examples[i].target);
      CHECK(in_file.lengths(i).source == in_memory.lengths(i).source);
      CHECK(in_file.lengths(i).target == in_memory.lengths(i).target);
    }
    const auto rows = [](const BatchPlan& plan) {
      std::vector<ExampleNumber> all;
      for (const Batch& batch : plan.epoch(3)) all.insert(all.end(), batch.rows.begin(), batch.rows.end());
      return all;
    };
    CHECK(rows(BatchPlan(in_file, 16, 1)) == rows(BatchPlan(in_memory, 16, 1)));
  }
}

TEST_CASE("a file of examples that is damaged anywhere is not whole") {
  const TemporaryFolder folder;
  const auto path = folder.path / "examples.ids";
  write(path, random_examples(70, 100), 100);
  const std::string content = weft::read_file(path);
  for (std::size_t at = 0; at < content.size(); at += 7) {
    CAPTURE(at);
    std::string damaged = content;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    weft::write_file(path, damaged);
    CHECK_FALSE(ExampleFile::is_whole(path, 42));
    weft::write_file(path, content.substr(0, at));
    CHECK_FALSE(ExampleFile::is_whole(path, 42));
    CHECK(contains(message_of([&] { ExampleFile file(path); }), "is damaged: it does not end as a file of ids does"));
  }
  CHECK_FALSE(ExampleFile::is_whole(folder.path / "none.ids", 42));
  CHECK_FALSE(ExampleFile::is_whole(folder.path, 42));
}
