#pragma once

#include <string_view>

namespace weft::nmt {

/// What the weights of matrix products are rounded to (docs/translator.md has what that costs and brings).
enum class TranslationPrecision {
  f32,   ///< nothing: as they were trained
  bf16,  ///< two bytes a weight
  int8,  ///< one byte a weight; what is multiplied by them is rounded to 8 bits as well
};
/// "f32", "bf16", "int8".
std::string_view to_string(TranslationPrecision precision);
/// The inverse of to_string. Throws Error that lists the names.
TranslationPrecision parse_translation_precision(std::string_view name);

}  // namespace weft::nmt
