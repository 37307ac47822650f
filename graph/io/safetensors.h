#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "graph/tensor.h"

// The safetensors format (github.com/huggingface/safetensors): 8 bytes with the header's length, the header in JSON,
// and the elements of all tensors one behind the other. Element types F32, F64, I32, BOOL and BF16.
//
// What is written carries a checksum (XXH64 over names, types, elements and metadata) in its metadata, under
// "weft.checksum"; where a file has one, it is checked. Other programs read these files as any others.

namespace weft {

/// Words that a file carries beside its tensors.
using Metadata = std::map<std::string, std::string>;

struct Safetensors {
  TensorMap tensors;
  /// Without the checksum.
  Metadata metadata;
};

/// The same tensors and metadata give the same bytes. Throws Error when a name or word is not UTF-8, or a tensor is
/// named "__metadata__".
std::string to_safetensors(const TensorMap& tensors, const Metadata& metadata);

/// Throws Error, which begins with `name` and says what is wrong and of which tensor, for anything that is not a whole
/// and undamaged file. Allocates nothing that the content does not hold.
Safetensors from_safetensors(std::string_view content, std::string_view name);

/// The same to and from a file, without a second copy of the tensors in memory. A file is written whole or not at all.
void save_safetensors(const std::filesystem::path& path, const TensorMap& tensors, const Metadata& metadata);
Safetensors load_safetensors(const std::filesystem::path& path);

}  // namespace weft
