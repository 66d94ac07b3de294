// Reader of the zip containers that PyTorch writes: entries stored as they are, found through the central directory.
//
// A file is taken as hostile: local and central headers must agree, entries lie apart from each other and inside the
// file, checksums are compared, zip64 records must not contradict the others. Encrypted and compressed entries are
// refused. Errors have exit code 4.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"

namespace itpn {

struct ZipEntry {
  std::string name;
  uint64_t header = 0;  // place of the local header
  uint64_t offset = 0;  // of the first byte of the content
  uint64_t size = 0;
  uint32_t checksum = 0;  // CRC-32
  uint16_t flags = 0;
};

// Zip's CRC-32 of `bytes`, continued from the checksum of what came before.
uint32_t crc32_of(std::span<const std::byte> bytes, uint32_t before = 0);

class ZipArchive {
 public:
  // Reads and checks all headers. Without `checks_checksums` the content's checksums are not compared.
  ZipArchive(OpenFile& file, bool checks_checksums);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  const ZipEntry* find(const std::string& name) const;
  // The whole content, its checksum compared; at most `max_bytes`.
  std::vector<std::byte> read(const ZipEntry& entry, uint64_t max_bytes);
  // Compares the content's checksum, in pieces.
  void verify(const ZipEntry& entry);
  // Throws unless `checksum` is the entry's (or checksums are not compared).
  void compare(const ZipEntry& entry, uint32_t checksum) const;

 private:
  OpenFile& file_;
  const bool checks_checksums_;
  std::vector<ZipEntry> entries_;  // in the order of their bytes
  std::map<std::string, size_t> by_name_;
};

}  // namespace itpn
