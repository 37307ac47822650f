#include <bit>
#include <cmath>

#include "graph/base/number_text.h"
#include "models/nmt/config/settings.h"
#include "tests/fuzz/harness.h"

// Numbers as text, of graphs and of checkpoints, and the settings' values, of command lines and files: what is read is
// written as a text that reads as the same.

namespace weft::fuzz {
namespace {

template <typename Float>
void check_float(std::string_view input, std::optional<Float> (*parse)(std::string_view)) {
  const std::optional<Float> number = parse(input);
  if (!number) return;
  const std::string text = number_text(*number);
  const std::optional<Float> again = parse(text);
  using Bits = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
  expect(again && std::bit_cast<Bits>(*again) == std::bit_cast<Bits>(*number),
         "'{}' is written as '{}', another number", input, text);
  expect(!looks_like_integer(text), "'{}' is written as '{}', like an integer", input, text);
}

void check_integer(std::string_view input) {
  const std::optional<std::int64_t> number = parse_integer(input);
  expect(!number || looks_like_integer(input), "'{}' is read as {}, and is no integer", input, number.value_or(0));
  if (number) expect(parse_double(input).has_value(), "the integer '{}' is no number", input);
}

void check_setting(const nmt::Setting& setting, std::string_view input) {
  const auto value = accepted([&] { return nmt::parse_setting(setting, input); });
  if (!value) return;
  const std::string text = nmt::setting_text(*value);
  expect(nmt::parse_setting(setting, text) == *value, "'{}' of '{}' is written as '{}', another value", setting.name,
         input, text);
  nmt::Config config;
  setting.set(config, *value);
  const auto kept = setting.get(config);  // the value, or its canonical form: the language "qu" of "QU"
  setting.set(config, nmt::parse_setting(setting, nmt::setting_text(kept)));
  expect(setting.get(config) == kept, "'{}' is set to '{}', and is something else once it was written and read",
         setting.name, input);
}

/// The first byte is the setting.
void run(std::string_view input) {
  if (input.empty()) return;
  const std::size_t setting = static_cast<unsigned char>(input.front()) % nmt::settings().size();
  input.remove_prefix(1);
  check_float<double>(input, parse_double);
  check_float<float>(input, parse_float);
  check_integer(input);
  check_setting(nmt::settings()[setting], input);
}

std::vector<std::string> seeds() {
  std::vector<std::string> texts{"0",
                                 "-0.0",
                                 "1e-07",
                                 "3.4028235e+38",
                                 "1.7976931348623157e308",
                                 "5e-324",
                                 "nan",
                                 "-nan",
                                 "inf",
                                 "-inf",
                                 "nan(0x7ff8000000000001)",
                                 "nan(0x7fc00001)",
                                 "9223372036854775807",
                                 "-9223372036854775808",
                                 "true",
                                 "runs/a b.tsv"};
  for (std::string& text : texts) text.insert(0, 1, '\0');
  char number = 0;
  for (const nmt::Setting& setting : nmt::settings()) {
    texts.push_back(number + nmt::setting_text(setting.get(nmt::Config{})));
    ++number;
  }
  return texts;
}

std::vector<std::string> words() { return {"nan(0x", ")", "e+", "e-", "0x", "infinity", "00000000"}; }

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
