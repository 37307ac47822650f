#include "models/nmt/config/precision.h"

#include <algorithm>
#include <array>
#include <utility>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

constexpr std::array precision_names{std::pair{TranslationPrecision::f32, "f32"},
                                     std::pair{TranslationPrecision::bf16, "bf16"},
                                     std::pair{TranslationPrecision::int8, "int8"}};

}  // namespace

std::string_view to_string(TranslationPrecision precision) {
  return std::ranges::find(precision_names, precision, &decltype(precision_names)::value_type::first)->second;
}

TranslationPrecision parse_translation_precision(std::string_view name) {
  for (const auto& [precision, of_precision] : precision_names)
    if (name == of_precision) return precision;
  fail("unknown precision '{}': one of f32, bf16, int8 is needed", name);
}

}  // namespace weft::nmt
