#include "tools/weft-nmt/precision_option.h"

namespace weft::nmt {

void add_precision_option(CLI::App& app, Precision& precision) {
  app.add_option_function<std::string>(
         "--precision", [&precision](const std::string& name) { precision = parse_precision(name); },
         "Bits of the weights while translating, f32, bf16 or int8: fewer are faster and change some translations")
      ->check(CLI::IsMember({"f32", "bf16", "int8"}).description(""))
      ->type_name("TYPE")
      ->default_str("f32");
}

}  // namespace weft::nmt
