#include "models/nmt/text/reversible_normaliser.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "models/nmt/data/builtin/builtin_corpus.h"
#include "models/nmt/data/random.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/text/utf8.h"
#include "tests/models/nmt/network/canonical.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;

namespace {

std::string words(std::string_view sentence) { return normalised_words(sentence, Normaliser::reversible); }
std::string restored(std::string_view sentence) { return detokenise(words(sentence), Normaliser::reversible); }

}  // namespace

TEST_CASE("words and marks of hard cases") {
  const std::pair<const char*, const char*> cases[] = {
      {"Je suis fatigué.", "Je suis fatigué ￭."},
      {"l'ami, l’école", "l'￭ ami ￭, l’￭ école"},
      {"L'homme qu'il aime", "L'￭ homme qu'￭ il aime"},
      {"Aujourd'hui", "Aujourd ￭'hui"},
      {"Tom's don't I'm o'clock", "Tom ￭'s don ￭'t I ￭'m o ￭'clock"},
      {"Où est-ce qu'on va ?", "Où est ￭-ce qu'￭ on va ?"},
      {"Va-t'en!", "Va ￭-t'￭ en ￭!"},
      {"Where?", "Where ￭?"},
      {"3,14 et 10:30, 1.000 €", "3 ￭,￭ 14 et 10 ￭:￭ 30 ￭, 1 ￭.￭ 000 €"},
      {"\"Hi,\" he said.", "\"￭ Hi ￭, ￭\" he said ￭."},
      {"« Non »", "« Non »"},
      {"(well-known)", "(￭ well ￭-known ￭)"},
      {"Wait... what?!", "Wait ￭... what ￭? ￭!"},
      {"-5 - 3", "-￭ 5 - 3"},
      {"rock 'n' roll", "rock '￭ n ￭' roll"},
      {"l''a 'l' d'", "l ￭''￭ a '￭ l ￭' d ￭'"},
      {"A4 2nd", "A4 2nd"},
      {"a￭b ▁ ％", "a ￭％FFED￭ b ％2581 ％FF05"},
      {"<start> <unk>", "<￭ start ￭> <￭ unk ￭>"},
      {"e\u0301te\u0301", "été"},
      {"日本語。はい", "日本語 ￭。￭ はい"},
      {"", ""},
      {" \t\u00A0", ""},
  };
  for (const auto& entry : cases) {
    const auto& [sentence, expected] = entry;
    INFO(entry.first);
    CHECK(words(sentence) == expected);
    CHECK(restored(sentence) == canonical(sentence));
  }
}

TEST_CASE("sentences in many scripts come back to the byte") {
  for (const char* sentence : {
           "我们的老师说：“你好，世界！”（2024年）",
           "這個多少錢？50％。",
           "東京は、日本の首都です。「はい」",
           "سألَ الوَلَدُ: «أين الكتاب؟»، ثم خرج.",
           "می‌خواهم بروم؛ نه، نمی‌دانم!",
           "Он спросил: «Где книга?» — и вышел в 10:30.",
           "Під'їзд, п’ять, об’єкт",
           "हिन्दी में यह कैसे लिखें? \"ठीक है\", उसने कहा।",
           "क्‍या हाल है",
           "„Grüß Gott“, sagte Jürgen; 3,50 € für die Straßenbahn-Karte.",
           "Er rief: »Komm!«, aber »niemand« kam.",
           "ฉันอยากไปเที่ยวทะเล ครับ",
           "오늘은 날씨가 좋아요. \"네!\"",
           "Τι κάνεις; Καλά, ευχαριστώ.",
           "שלום, מה שלומך? ד\"ר צה״ל",
       }) {
    INFO(sentence);
    CHECK(restored(sentence) == sentence);
  }
  CHECK(words("Он спросил: «Где?»") == "Он спросил ￭: «￭ Где ￭? ￭»");
}

TEST_CASE("blanks beside marks that point inwards stay as they are") {
  CHECK(restored("Er sagte »ja« und »nein« zu ihr") == "Er sagte »ja« und »nein« zu ihr");
  CHECK(restored("il dit « oui »") == "il dit «\u202Foui\u202F»");
}

TEST_CASE("blanks before and behind French marks are narrow no-break spaces again") {
  CHECK(restored("Où ?") == "Où\u202F?");
  CHECK(restored("Où\u00A0?") == "Où\u202F?");
  CHECK(restored("Où?") == "Où?");
  CHECK(restored("« Oui ; non : rien ! »") == "«\u202FOui\u202F; non\u202F: rien\u202F!\u202F»");
  CHECK(restored("  two \t\u2009 words\n") == "two words");
}

TEST_CASE("the built-in sentences come back" * doctest::test_suite("slow")) {
  for (const Pair& pair : builtin_corpus()) {
    for (const std::string* sentence : {&pair.source, &pair.target}) {
      if (restored(*sentence) != canonical(*sentence)) FAIL_CHECK(*sentence, " comes back as ", restored(*sentence));
    }
  }
}

TEST_CASE("the sentences of a whole corpus come back") {
  const char* path = std::getenv("WEFT_FRA_TXT");
  if (path == nullptr) {
    MESSAGE("skipped: set WEFT_FRA_TXT to the fra.txt of 2019-04-07 (167,130 pairs) to run this test");
    return;
  }
  const std::vector<Pair> pairs = read_corpus(path).pairs;
  std::size_t to_the_byte = 0, canonically = 0;
  for (const Pair& pair : pairs) {
    for (const std::string* sentence : {&pair.source, &pair.target}) {
      const std::string back = restored(*sentence);
      to_the_byte += back == *sentence ? 1U : 0U;
      canonically += back == canonical(*sentence) ? 1U : 0U;
    }
  }
  MESSAGE((2 * pairs.size()), " sentences, ", to_the_byte, " come back to the byte, ", canonically,
          " but for composition and blanks");
  CHECK(canonically == 2 * pairs.size());
}

TEST_CASE("sentences of odd characters come back, however they stand together" * doctest::test_suite("slow")) {
  const std::u32string characters =
      U"aZé\u0301 1\u00B2\t \u00A0\u202F.,?!;:«»'’-\u2011\"()…%€￭▁％F０\u200D\U0001F600\u3042\u0000\u0007\u0085<>￭ld";
  Random random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string sentence;
    for (std::uint64_t size = random.below(12); size > 0; --size)
      append_utf8(characters[static_cast<std::size_t>(random.below(characters.size()))], sentence);
    if (restored(sentence) != canonical(sentence)) {
      FAIL_CHECK("'", sentence, "' comes back as '", restored(sentence), "', not '", canonical(sentence), "'");
    }
    CHECK(words(restored(sentence)) == words(sentence));
  }
}

TEST_CASE("whatever a model writes is turned into some text") {
  const auto text = [](std::string_view written) { return detokenise(written, Normaliser::reversible); };
  CHECK(text("￭ ￭ a") == "a");
  CHECK(text("￭. a￭ ￭b￭") == ". ab");
  CHECK(text("％ ％FF ％0041 ％ffed") == "％ ％FF ％0041 ￭");
  CHECK(text("a <unk> .") == "a <unk> .");
  CHECK(text("") == "");
}

TEST_CASE("the reversible normaliser refuses what is not UTF-8 with its place") {
  CHECK(contains(message_of([] { words("caf\xE9!"); }), "byte 4 (0xe9)"));
}
