#include <fmt/format.h>

#include "graph/io/safetensors.h"
#include "tests/fuzz/harness.h"

// Files of tensors. What is read can be written, and what was written reads as the same again. A tensor's elements take
// the bytes that the file has for them, so no file makes more memory needed than a few times its size.

namespace weft::fuzz {
namespace {

void run(std::string_view input) {
  const auto file = accepted([&] { return from_safetensors(input, "input"); });
  if (!file) return;
  std::size_t bytes = 0;
  for (const auto& [name, tensor] : file->tensors) bytes += tensor.bytes().size();
  expect(bytes <= input.size(), "{} bytes of tensors come out of {}", bytes, input.size());
  const std::string written = to_safetensors(file->tensors, file->metadata);
  const Safetensors again = from_safetensors(written, "what was written");
  expect(again.tensors == file->tensors, "other tensors are read again");
  expect(again.metadata == file->metadata, "other metadata is read again");
  expect(to_safetensors(again.tensors, again.metadata) == written, "the same content is written in another way");
}

/// A file with a checksum cannot be changed without being refused; one without lets mutations reach what follows.
void add_with_and_without_checksum(std::vector<std::string>& files, const TensorMap& tensors,
                                   const Metadata& metadata) {
  files.push_back(to_safetensors(tensors, metadata));
  std::string& without = files.emplace_back(files.back());
  without.replace(without.find("weft.checksum"), 4, "else");
}

std::vector<std::string> seeds() {
  TensorMap tensors;
  tensors["encoder/kernel"] = Tensor::of<float>({2, 2}, {1.0F, 2.0F, 3.0F, 4.0F});
  tensors["mask"] = Tensor::of<std::uint8_t>({3}, {1, 0, 1});
  tensors["steps"] = Tensor::scalar<std::int32_t>(7);
  std::vector<std::string> files;
  add_with_and_without_checksum(files, tensors, {{"step", "100"}});
  add_with_and_without_checksum(files, {{"x", Tensor::scalar(1.5)}}, {});
  add_with_and_without_checksum(files, {{"é", Tensor::full({DType::bf16, {2, 1, 3}}, 0.5)}}, {{"", "\n\"é"}});
  add_with_and_without_checksum(files, {}, {});
  return files;
}

std::vector<std::string> words() {
  return {"__metadata__", "weft.checksum", "xxh64:", "\"dtype\":\"", "\"shape\":[",          "F32",
          "F64",          "I32",           "BOOL",   "BF16",         "\"data_offsets\":[0,", "\"x\":{"};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
