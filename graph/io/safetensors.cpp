#include "graph/io/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "graph/base/checksum.h"
#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/json_parse.h"
#include "graph/base/quote.h"

namespace weft {
namespace {

using nlohmann::json;

constexpr const char* metadata_key = "__metadata__";
constexpr const char* checksum_key = "weft.checksum";
constexpr std::size_t length_size = 8;
/// The most bytes that the format allows for a header.
constexpr std::uint64_t max_header_size = 100'000'000;

struct DTypeName {
  DType dtype;
  std::string_view name;
};
constexpr std::array<DTypeName, 5> dtype_names{
    {{DType::f32, "F32"}, {DType::f64, "F64"}, {DType::i32, "I32"}, {DType::boolean, "BOOL"}, {DType::bf16, "BF16"}}};

std::string_view name_of(DType dtype) { return std::ranges::find(dtype_names, dtype, &DTypeName::dtype)->name; }

DType dtype_of_name(std::string_view name) {
  const auto* at = std::ranges::find(dtype_names, name, &DTypeName::name);
  require(at != dtype_names.end(), "element type '{}' is not supported: F32, F64, I32, BOOL and BF16 are",
          excerpt(name, 40));
  return at->dtype;
}

/// Over names, types, elements and metadata in the names' order: the same however a program lays the file out.
std::string checksum_of(const TensorMap& tensors, const Metadata& metadata) {
  Checksum checksum;
  const auto add_text = [&checksum](std::string_view text) {
    checksum.add(fmt::format("{}:", text.size()));  // where one text ends and the next begins
    checksum.add(text);
  };
  for (const auto& [name, tensor] : tensors) {
    add_text(name);
    add_text(tensor.type().to_string());
    checksum.add(tensor.bytes());
  }
  for (const auto& [key, word] : metadata) {
    if (key == checksum_key) continue;
    add_text(key);
    add_text(word);
  }
  return fmt::format("xxh64:{:016x}", checksum.value());
}

// ---- Writing.

/// Tensors in the order of their elements in the file: wide element types first, so that each is aligned to its own
/// size, then by name.
std::vector<TensorMap::const_pointer> file_order(const TensorMap& tensors) {
  std::vector<TensorMap::const_pointer> order;
  for (const auto& item : tensors) order.push_back(&item);
  std::ranges::stable_sort(order, std::greater(), [](const auto* item) { return size_of(item->second.dtype()); });
  return order;
}

std::string header_string(std::string_view text) {
  require(is_utf8(text), "{} is not UTF-8: safetensors cannot hold it", quoted(text));
  return json(text).dump();
}

/// The length and the header, padded with spaces so that the elements begin at a multiple of 8 bytes.
std::string header_of(const TensorMap& tensors, const Metadata& metadata) {
  Metadata words = metadata;
  words[checksum_key] = checksum_of(tensors, metadata);
  std::string header = fmt::format("{{\"{}\":{{", metadata_key);
  const char* separator = "";
  for (const auto& [key, word] : words)
    header += fmt::format("{}{}:{}", std::exchange(separator, ","), header_string(key), header_string(word));
  header += "}";
  std::int64_t offset = 0;
  for (const auto* item : file_order(tensors)) {
    const auto& [name, tensor] = *item;
    require(name != metadata_key, "a tensor cannot be named '{}'", metadata_key);
    const std::string shape = tensor.shape().to_string();
    const std::int64_t end = offset + tensor.type().bytes();
    header += fmt::format(R"(,{}:{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", header_string(name),
                          name_of(tensor.dtype()), shape, offset, end);
    offset = end;
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  require(header.size() <= max_header_size, "the header has {} bytes, the format allows {}", header.size(),
          max_header_size);
  const std::uint64_t size = header.size();
  std::string length(length_size, '\0');
  std::memcpy(length.data(), &size, length_size);
  return length + header;
}

// ---- Reading.

/// Fills a span with the next bytes of a file, or as much of it as there is. Returns the number of bytes.
using ReadBytes = std::function<std::size_t(std::span<std::byte>)>;

/// A tensor that a header announces.
struct Entry {
  std::string name;
  TensorType type;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

std::uint64_t as_offset(const json& number) {
  require(number.is_number_unsigned(), "'data_offsets' must be two integers from 0");
  return number.get<std::uint64_t>();
}

Entry read_entry(const std::string& name, const json& object) {
  require(object.is_object() && object.size() == 3 && object.contains("dtype") && object.contains("shape") &&
              object.contains("data_offsets"),
          "an object of dtype, shape and data_offsets is needed");
  const json& dtype = object["dtype"];
  const json& shape = object["shape"];
  const json& offsets = object["data_offsets"];
  require(dtype.is_string(), "'dtype' must be a string");
  require(shape.is_array() && shape.size() <= Shape::max_rank, "'shape' must be an array of at most {} extents",
          Shape::max_rank);
  std::vector<std::int64_t> extents;
  for (const json& extent : shape) {
    require(extent.is_number_unsigned() && extent.get<std::uint64_t>() <= std::uint64_t{Shape::max_volume},
            "'shape' must hold integers from 1 to {}", Shape::max_volume);
    extents.push_back(extent.get<std::int64_t>());
  }
  require(offsets.is_array() && offsets.size() == 2, "'data_offsets' must be two integers from 0");
  Entry entry{name,
              {dtype_of_name(dtype.get_ref<const std::string&>()), Shape(std::span<const std::int64_t>(extents))},
              as_offset(offsets[0]),
              as_offset(offsets[1])};
  require(entry.begin <= entry.end && entry.end - entry.begin == static_cast<std::uint64_t>(entry.type.bytes()),
          "{} takes {} bytes, its offsets are {} to {}", entry.type.to_string(), entry.type.bytes(), entry.begin,
          entry.end);
  return entry;
}

Metadata read_metadata(const json& object) {
  require(object.is_object(), "'{}' must be an object", metadata_key);
  Metadata metadata;
  for (const auto& [key, word] : object.items()) {
    require(word.is_string(), "'{}' must hold strings alone", metadata_key);
    metadata[key] = word.get<std::string>();
  }
  return metadata;
}

/// The tensors must lie one behind the other from the first byte to the last.
void require_contiguous(std::vector<Entry>& entries, std::uint64_t data_size) {
  std::ranges::sort(entries, {}, [](const Entry& entry) { return std::tie(entry.begin, entry.end); });
  std::uint64_t offset = 0;
  for (const Entry& entry : entries) {
    require(entry.begin == offset, "tensor '{}' begins at offset {}, the one before it ends at {}",
            excerpt(entry.name, 80), entry.begin, offset);
    offset = entry.end;
  }
  require(offset == data_size,
          "the tensors take {} bytes, the file has {} for them: it was cut off or something was put behind it", offset,
          data_size);
}

/// A bool is one byte; kernels rely on it being 0 or 1.
void require_bools(const Tensor& tensor) {
  if (tensor.dtype() != DType::boolean) return;
  for (const std::uint8_t element : tensor.as<std::uint8_t>())
    require(element <= 1, "an element of type BOOL is {}, not 0 or 1", element);
}

/// Passes over the file once: length, header, elements.
Safetensors read_all(std::uint64_t file_size, const ReadBytes& read) {
  const auto read_exactly = [&read](std::span<std::byte> destination) {
    require(read(destination) == destination.size(), "the file ends too soon");
  };
  require(file_size >= length_size, "it has {} bytes, a safetensors file has at least {}", file_size, length_size);
  std::uint64_t header_size = 0;
  read_exactly(std::as_writable_bytes(std::span(&header_size, 1)));
  require(header_size <= file_size - length_size && header_size <= max_header_size,
          "the header is said to have {} bytes, the file has {} behind its length: it was cut off or is no safetensors "
          "file",
          header_size, file_size - length_size);
  std::string header(header_size, '\0');
  read_exactly(std::as_writable_bytes(std::span(header)));
  // header, tensor, shape
  constexpr std::size_t deepest = 3;
  const json document = parse_json(header, deepest);
  require(document.is_object(), "the header must be an object, not {}", document.type_name());

  Safetensors result;
  std::vector<Entry> entries;
  for (const auto& [name, object] : document.items()) {
    if (name == metadata_key) {
      result.metadata = read_metadata(object);
      continue;
    }
    try {
      entries.push_back(read_entry(name, object));
    } catch (const Error& error) {
      fail("tensor '{}': {}", excerpt(name, 80), error.what());
    }
  }
  require_contiguous(entries, file_size - length_size - header_size);

  for (const Entry& entry : entries) {
    Tensor tensor(entry.type);
    read_exactly(tensor.bytes());
    require_bools(tensor);
    result.tensors.emplace(entry.name, std::move(tensor));
  }
  const auto written = result.metadata.find(checksum_key);
  if (written != result.metadata.end()) {
    const std::string found = checksum_of(result.tensors, result.metadata);
    require(found == written->second, "the file is damaged: its checksum is {}, expected {}", found,
            excerpt(written->second, 40));
    result.metadata.erase(written);
  }
  return result;
}

/// read_all, with the file's name before its errors.
Safetensors read_named(std::string_view name, std::uint64_t file_size, const ReadBytes& read) {
  try {
    return read_all(file_size, read);
  } catch (const Error& error) {
    fail("{}: {}", name, error.what());
  }
}

}  // namespace

std::string to_safetensors(const TensorMap& tensors, const Metadata& metadata) {
  std::string content = header_of(tensors, metadata);
  for (const auto* item : file_order(tensors)) {
    const std::span<const std::byte> bytes = item->second.bytes();
    content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return content;
}

void save_safetensors(const std::filesystem::path& path, const TensorMap& tensors, const Metadata& metadata) {
  FileWriter writer(path);
  writer.append(header_of(tensors, metadata));
  for (const auto* item : file_order(tensors)) writer.append(item->second.bytes());
  writer.commit();
}

Safetensors from_safetensors(std::string_view content, std::string_view name) {
  const std::uint64_t size = content.size();
  return read_named(name, size, [&content](std::span<std::byte> destination) {
    const std::size_t taken = std::min(destination.size(), content.size());
    std::memcpy(destination.data(), content.data(), taken);
    content.remove_prefix(taken);
    return taken;
  });
}

Safetensors load_safetensors(const std::filesystem::path& path) {
  FileReader reader(path);
  return read_named(path.string(), reader.size(),
                    [&reader](std::span<std::byte> destination) { return reader.read(destination); });
}

}  // namespace weft
