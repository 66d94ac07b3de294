// One file of a checkpoint on its way to the disk: counted and hashed as a whole and tensor by tensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/core/sha256.h"
#include "itpn/core/uncached_buffer.h"
#include "itpn/io/checkpoint_manifest.h"
#include "itpn/io/safetensors.h"

namespace itpn {

class CheckpointFileWriter {
 public:
  CheckpointFileWriter(Fs& fs, const std::string& path);

  // Bytes of one call stay together: they may be one tensor.
  void write(std::span<const std::byte> bytes);
  // Flushes the file to the disk and closes it. Throws std::invalid_argument if a tensor was not written in one call.
  FileRecord finish(const std::string& name, std::span<const TensorInfo> tensors);

 private:
  struct Piece {
    uint64_t bytes = 0;
    std::string sha256;
  };
  // Writes what has been collected.
  void flush();
  TensorRecord record_of(const TensorInfo& tensor) const;

  OpenFile file_;
  Sha256 hash_;
  UncachedBuffer buffer_;
  size_t collected_ = 0;              // bytes of the buffer that are not written yet
  uint64_t taken_ = 0;                // bytes that have come
  std::map<uint64_t, Piece> pieces_;  // by offset
};

}  // namespace itpn
