#include "itpn/io/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "itpn/core/errors.h"
#include "itpn/io/little_endian.h"

namespace itpn {
namespace {

constexpr size_t kLengthBytes = 8;

SafetensorsHeader read_header(OpenFile& file) {
  const uint64_t file_size = file.size();
  if (file_size < kLengthBytes) {
    throw checkpoint_error(fmt::format("{}: {} bytes, too short for a safetensors file", file.path(), file_size));
  }
  std::array<std::byte, kLengthBytes> length_bytes;
  file.read_exactly(length_bytes, 0);
  const uint64_t length = little_endian(length_bytes, 0, kLengthBytes);
  if (length > kMaxSafetensorsHeader || length > file_size - kLengthBytes) {
    throw checkpoint_error(
        fmt::format("{}: not a safetensors file, or cut: its header claims {} bytes, the file has {} (limit {})",
                    file.path(), length, file_size, kMaxSafetensorsHeader));
  }
  std::string json(length, '\0');
  file.read_exactly(std::as_writable_bytes(std::span(json)), kLengthBytes);
  return parse_safetensors_header(json, file_size, file.path());
}

// By falling element size, then by name: then every tensor is aligned, since the header is a multiple of 8 bytes.
std::vector<size_t> storage_order(std::span<const TensorBytes> tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto size_a = dtype_size(tensors[a].dtype), size_b = dtype_size(tensors[b].dtype);
    return size_a != size_b ? size_a > size_b : tensors[a].name < tensors[b].name;
  });
  return order;
}

void check_writable(const TensorBytes& tensor) {
  uint64_t expected = static_cast<uint64_t>(dtype_size(tensor.dtype));
  for (const int64_t side : tensor.shape) expected *= static_cast<uint64_t>(side);
  if (expected != tensor.bytes.size()) {
    throw std::invalid_argument(fmt::format("tensor '{}' has {} bytes, its {} and shape want {}", tensor.name,
                                            tensor.bytes.size(), dtype_name(tensor.dtype), expected));
  }
}

std::string header_text(std::span<const TensorInfo> tensors, std::map<std::string, std::string> metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  metadata.emplace("format", "pt");  // other readers refuse files that do not say how tensors are laid out
  header[kSafetensorsMetadata] = metadata;
  for (const auto& tensor : tensors) {
    if (tensor.name == kSafetensorsMetadata || header.contains(tensor.name)) {
      throw std::invalid_argument(fmt::format("tensor name '{}' is there twice, or reserved", tensor.name));
    }
    header[tensor.name] = {{"dtype", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {tensor.offset, tensor.offset + tensor.bytes}}};
  }
  try {
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
  } catch (const nlohmann::json::type_error& e) {
    throw std::invalid_argument(fmt::format("a tensor name or metadata entry is not UTF-8: {}", e.what()));
  }
}

}  // namespace

SafetensorsFile::SafetensorsFile(Fs& fs, const std::string& path)
    : file_(fs, path, OpenMode::kRead), header_(read_header(file_)) {
  for (size_t i = 0; i < header_.tensors.size(); ++i) by_name_[header_.tensors[i].name] = i;
}

const TensorInfo* SafetensorsFile::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &header_.tensors[found->second];
}

void SafetensorsFile::read(const TensorInfo& tensor, std::span<std::byte> into) {
  if (into.size() != tensor.bytes) {
    throw std::invalid_argument(
        fmt::format("tensor '{}' has {} bytes, the buffer {}", tensor.name, tensor.bytes, into.size()));
  }
  file_.read_exactly(into, tensor.offset);
}

std::string safetensors_head(std::span<const TensorInfo> tensors, const std::map<std::string, std::string>& metadata) {
  const std::string header = header_text(tensors, metadata);
  std::string head;
  append_little_endian(head, header.size(), kLengthBytes);
  return head + header;
}

std::vector<TensorInfo> write_safetensors(const ByteSink& sink, std::span<const TensorBytes> tensors,
                                          const std::map<std::string, std::string>& metadata) {
  const auto order = storage_order(tensors);
  std::vector<TensorInfo> written;
  uint64_t offset = 0;
  for (const size_t i : order) {
    check_writable(tensors[i]);
    written.push_back({tensors[i].name, tensors[i].dtype, tensors[i].shape, offset, tensors[i].bytes.size()});
    offset += tensors[i].bytes.size();
  }
  const std::string head = safetensors_head(written, metadata);
  sink(std::as_bytes(std::span(head)));
  for (size_t i = 0; i < order.size(); ++i) {
    written[i].offset += head.size();
    if (!tensors[order[i]].bytes.empty()) sink(tensors[order[i]].bytes);
  }
  return written;
}

}  // namespace itpn
