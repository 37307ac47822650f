#include "tools/weft-nmt/precision_option.h"

namespace weft::nmt {

void add_precision_option(const tool::Command& command, TranslationPrecision& precision) {
  command
      .on_text(
          "--precision", [&precision](const std::string& name) { precision = parse_translation_precision(name); },
          "Bits of the weights while translating, f32, bf16 or int8: fewer are faster and change some translations")
      .one_of({"f32", "bf16", "int8"})
      .value("TYPE")
      .show_default("f32");
}

}  // namespace weft::nmt
