#include "itpn/io/checkpoint_file_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace itpn {
namespace {

// Small enough to be in the processor's cache for the second hash, large enough to keep the disk busy.
constexpr size_t kWriteBytes = 1 << 20;

}  // namespace

void CheckpointFileWriter::write(std::span<const std::byte> bytes) {
  Sha256 piece;
  const uint64_t offset = written_, size = bytes.size();
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kWriteBytes));
    file_.write_all(part);
    hash_.update(part);
    piece.update(part);
    bytes = bytes.subspan(part.size());
  }
  written_ += size;
  if (size > 0) pieces_[offset] = {size, piece.hex()};
}

TensorRecord CheckpointFileWriter::record_of(const TensorInfo& tensor) const {
  if (tensor.bytes == 0) return {tensor.name, tensor.offset, 0, sha256_hex(std::span<const std::byte>{})};
  const auto piece = pieces_.find(tensor.offset);
  if (piece == pieces_.end() || piece->second.bytes != tensor.bytes) {
    throw std::invalid_argument(fmt::format("{}: tensor '{}' was not written in one piece", file_.path(), tensor.name));
  }
  return {tensor.name, tensor.offset, tensor.bytes, piece->second.sha256};
}

FileRecord CheckpointFileWriter::finish(const std::string& name, std::span<const TensorInfo> tensors) {
  FileRecord record{name, written_, hash_.hex(), {}};
  for (const auto& tensor : tensors) record.tensors.push_back(record_of(tensor));
  file_.fsync();
  file_.close();
  return record;
}

}  // namespace itpn
