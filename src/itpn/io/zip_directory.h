// The headers of a zip container; see zip_archive.h.
#pragma once

#include "itpn/io/zip_archive.h"

namespace itpn {

inline constexpr uint32_t kZipLocalHeader = 0x04034b50, kZipCentralHeader = 0x02014b50, kZipDescriptor = 0x08074b50;
inline constexpr uint32_t kZipEnd = 0x06054b50, kZip64End = 0x06064b50, kZip64Locator = 0x07064b50;
inline constexpr uint16_t kZipHasDescriptor = 1 << 3, kZipUtf8 = 1 << 11;
inline constexpr uint64_t kZipIn64 = 0xFFFFFFFF;           // in a 32-bit field: the zip64 record has the value
inline constexpr uint64_t kMaxZipDirectory = 16ULL << 20;  // bytes of the central directory

// Where the central directory lies.
struct ZipDirectory {
  uint64_t offset = 0, size = 0, entries = 0;
};

// Finds and checks the records at the end of the file. Throws a checkpoint error (exit 4).
ZipDirectory find_zip_directory(OpenFile& file);

// All entries of the central directory, in the order of their bytes, compared with their local headers.
std::vector<ZipEntry> read_zip_directory(OpenFile& file, const ZipDirectory& directory);

}  // namespace itpn
