#include "itpn/io/checkpoint_file_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace itpn {
namespace {

// Small enough to be in the processor's cache for the hashes, large enough to keep the disk busy.
constexpr size_t kWriteBytes = 1 << 20;

}  // namespace

CheckpointFileWriter::CheckpointFileWriter(Fs& fs, const std::string& path)
    : file_(fs, path, OpenMode::kCreateUncached), buffer_(kWriteBytes) {}

void CheckpointFileWriter::write(std::span<const std::byte> bytes) {
  Sha256 piece;
  const uint64_t offset = taken_, size = bytes.size();
  while (!bytes.empty()) {
    const auto room = buffer_.bytes().subspan(collected_);
    const auto part = room.first(std::min(bytes.size(), room.size()));
    std::copy_n(bytes.begin(), part.size(), part.begin());
    hash_.update(part);
    piece.update(part);
    bytes = bytes.subspan(part.size());
    collected_ += part.size();
    if (part.size() == room.size()) flush();
  }
  taken_ += size;
  if (size > 0) pieces_[offset] = {size, piece.hex()};
}

void CheckpointFileWriter::flush() {
  file_.write_all(buffer_.bytes().first(collected_));
  collected_ = 0;
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
  flush();
  FileRecord record{name, taken_, hash_.hex(), {}};
  for (const auto& tensor : tensors) record.tensors.push_back(record_of(tensor));
  file_.fsync();
  file_.close();
  return record;
}

}  // namespace itpn
