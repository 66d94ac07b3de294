// MANIFEST.json: what a checkpoint directory holds, file by file and tensor by tensor, with sizes and SHA-256. It is
// written last, and its own hash is its last line, so a directory with a manifest that verifies is whole.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/core/errors.h"

namespace itpn {

inline constexpr char kManifestName[] = "MANIFEST.json";
inline constexpr uint64_t kMaxManifestBytes = 64ULL << 20;
// Of the directory as a whole. A program refuses checkpoints of a later format than its own.
inline constexpr int64_t kCheckpointFormat = 1;

struct TensorRecord {
  std::string name;
  uint64_t offset = 0;  // of the first byte in the file
  uint64_t bytes = 0;
  std::string sha256;
};

struct FileRecord {
  std::string name;
  uint64_t bytes = 0;
  std::string sha256;
  std::vector<TensorRecord> tensors;

  // The tensor of that name, or nullptr.
  const TensorRecord* find(std::string_view tensor) const;
};

struct CheckpointManifest {
  int64_t step = 0;
  std::map<std::string, std::string> info;  // what the writer wants to tell: versions, hashes of the configuration
  std::vector<FileRecord> files;

  // The file of that name, or nullptr.
  const FileRecord* find(std::string_view file) const;
  uint64_t total_bytes() const;
};

// A checkpoint of a later format: not damaged, and no reason to fall back to an older one. Exit code 4.
class NewerFormatError : public Error {
 public:
  explicit NewerFormatError(const std::string& message) : Error(ExitCode::kCheckpoint, message) {}
};

std::string to_text(const CheckpointManifest& manifest);
// Throws a checkpoint error (exit 4) that names `where` and what is wrong; NewerFormatError with both format numbers if
// the text is sound and of a later format.
CheckpointManifest parse_manifest(std::string_view text, const std::string& where);

}  // namespace itpn
