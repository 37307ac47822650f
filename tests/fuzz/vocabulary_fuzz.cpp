#include <fmt/format.h>

#include "graph/base/file.h"
#include "models/nmt/text/vocabulary.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/input_file.h"
#include "tests/temporary_folder.h"

// Vocabulary files. Each word that is read has its own id, and what is saved loads as the same words.

namespace weft::fuzz {
namespace {

using nmt::Vocabulary;

void check_ids(const Vocabulary& vocabulary) {
  const auto size = static_cast<std::int32_t>(vocabulary.size());
  std::vector<std::int32_t> ids;
  for (std::int32_t id = 1; id < size; ++id) {
    expect(vocabulary.id(vocabulary.word(id)) == id, "id {} is '{}', whose id is {}", id, vocabulary.word(id),
           vocabulary.id(vocabulary.word(id)));
    ids.push_back(id);
  }
  vocabulary.decode(ids);
}

void run(std::string_view input) {
  static InputFile file;
  static const test::TemporaryFolder folder;
  const auto vocabulary = accepted([&] { return Vocabulary::load(file.write(input)); });
  if (!vocabulary) return;
  check_ids(*vocabulary);
  vocabulary->save(folder / "saved");
  const std::string saved = read_file(folder / "saved");
  const Vocabulary again = Vocabulary::load(folder / "saved");
  again.save(folder / "again");
  expect(read_file(folder / "again") == saved && again.size() == vocabulary->size(), "other words are read again");
}

std::vector<std::string> seeds() {
  return {"<start>\n<end>\n.\nje\nsuis\n<unk>\n", "<end>\r\n\u2581le\r\nété\r\n<start>\r\n<unk>"};
}

std::vector<std::string> words() { return {"<start>\n", "<end>\n", "<unk>\n", "<pad>\n", "\u00a0", "\r\n"}; }

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
