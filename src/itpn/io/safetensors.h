// Reader and writer of safetensors files: 8 bytes length, a JSON header, then the tensors' bytes without gaps.
//
// A file is taken as hostile: every size is checked against the file before anything is allocated, and reading is by
// pread, because a mapped file that shrinks kills the process. Errors have exit code 4 and name file and tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/io/tensor_info.h"

namespace itpn {

// What the header of a file says, all of it checked.
struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

inline constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;
inline constexpr const char* kSafetensorsMetadata = "__metadata__";  // a key of the header, so no tensor's name

// Parses the JSON header `json` of a file of `file_size` bytes. `file` is for messages.
SafetensorsHeader parse_safetensors_header(std::string_view json, uint64_t file_size, const std::string& file);

class SafetensorsFile {
 public:
  // Reads and checks the header. `fs` must live as long as the object.
  SafetensorsFile(Fs& fs, const std::string& path);

  const std::string& path() const { return file_.path(); }
  const std::vector<TensorInfo>& tensors() const { return header_.tensors; }
  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
  // The tensor of that name, or nullptr.
  const TensorInfo* find(std::string_view name) const;
  // Reads one tensor; `into` has exactly `tensor.bytes` bytes. Many threads may read at a time.
  void read(const TensorInfo& tensor, std::span<std::byte> into);

 private:
  OpenFile file_;
  SafetensorsHeader header_;
  std::map<std::string_view, size_t> by_name_;
};

// A tensor to be written; `bytes` is borrowed.
struct TensorBytes {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;
};

using ByteSink = std::function<void(std::span<const std::byte>)>;

// What stands in front of the tensors' bytes: a length and the header. The offsets of `tensors` count from the first of
// those bytes. Throws std::invalid_argument for names twice and names that are not UTF-8.
std::string safetensors_head(std::span<const TensorInfo> tensors, const std::map<std::string, std::string>& metadata);

// Writes a whole file into `sink`, piece by piece, and says where in it each tensor's bytes lie. Tensors are stored by
// falling element size, then by name, so that each is aligned and equal content gives equal files. The metadata say
// format = "pt" (rows first, as PyTorch lays them out) unless they say another. Throws
// std::invalid_argument for names twice, names that are not UTF-8, and bytes that do not fit dtype and shape.
std::vector<TensorInfo> write_safetensors(const ByteSink& sink, std::span<const TensorBytes> tensors,
                                          const std::map<std::string, std::string>& metadata = {});

}  // namespace itpn
