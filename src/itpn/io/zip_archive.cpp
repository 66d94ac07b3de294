#include "itpn/io/zip_archive.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "itpn/core/errors.h"
#include "itpn/io/zip_directory.h"

namespace itpn {
namespace {

constexpr uint64_t kPiece = 1 << 20;

}  // namespace

uint32_t crc32_of(std::span<const std::byte> bytes, uint32_t before) {
  if (bytes.empty()) return before;
  return static_cast<uint32_t>(::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

ZipArchive::ZipArchive(OpenFile& file, bool checks_checksums) : file_(file), checks_checksums_(checks_checksums) {
  entries_ = read_zip_directory(file, find_zip_directory(file));
  for (size_t i = 0; i < entries_.size(); ++i) by_name_[entries_[i].name] = i;
}

const ZipEntry* ZipArchive::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

std::vector<std::byte> ZipArchive::read(const ZipEntry& entry, uint64_t max_bytes) {
  if (entry.size > max_bytes) {
    throw checkpoint_error(
        fmt::format("{}: entry '{}' has {} bytes, the limit is {}", file_.path(), entry.name, entry.size, max_bytes));
  }
  std::vector<std::byte> bytes(entry.size);
  file_.read_exactly(bytes, entry.offset);
  compare(entry, crc32_of(bytes));
  return bytes;
}

void ZipArchive::verify(const ZipEntry& entry) {
  if (!checks_checksums_) return;
  std::vector<std::byte> piece(std::min(entry.size, kPiece));
  uint32_t checksum = 0;
  for (uint64_t done = 0; done < entry.size; done += piece.size()) {
    piece.resize(std::min(entry.size - done, kPiece));
    file_.read_exactly(piece, entry.offset + done);
    checksum = crc32_of(piece, checksum);
  }
  compare(entry, checksum);
}

void ZipArchive::compare(const ZipEntry& entry, uint32_t checksum) const {
  if (!checks_checksums_ || checksum == entry.checksum) return;
  throw checkpoint_error(fmt::format(
      "{0}: entry '{1}' is damaged: its checksum is {2:08x}, wanted {3:08x}. If the file was written without "
      "checksums, convert it first: itpn convert {0} NEW.safetensors --skip-checksums",
      file_.path(), entry.name, checksum, entry.checksum));
}

}  // namespace itpn
