#include "itpn/io/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "itpn/core/errors.h"
#include "itpn/io/little_endian.h"

namespace itpn {
namespace {

using Bytes = std::vector<std::byte>;

constexpr size_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kCentralBytes = 46, kLocalBytes = 30;
constexpr uint64_t kMaxComment = 65535, kMaxName = 4096;
constexpr uint16_t kEncrypted = 1 << 0 | 1 << 6 | 1 << 13;

[[noreturn]] void fail_zip(const OpenFile& file, const std::string& what) {
  throw checkpoint_error(fmt::format("{}: damaged zip container: {}", file.path(), what));
}

Bytes read_bytes(OpenFile& file, uint64_t offset, uint64_t size) {
  Bytes bytes(size);
  file.read_exactly(bytes, offset);
  return bytes;
}

// The 32-bit record may say less than the 64-bit one, never something else.
void check_field(const OpenFile& file, uint64_t small, uint64_t size, uint64_t big, const char* what) {
  const uint64_t full = size == 2 ? 0xFFFF : kZipIn64;
  if (small != big && small != full) fail_zip(file, fmt::format("its zip64 record has another {}", what));
}

// Fields of the end record `end`, replaced by those of a zip64 record where there is one.
ZipDirectory read_end(OpenFile& file, const Bytes& tail, size_t at, uint64_t position) {
  const uint64_t disks = little_endian(tail, at + 4, 4), here = little_endian(tail, at + 8, 2);
  ZipDirectory directory{little_endian(tail, at + 16, 4), little_endian(tail, at + 12, 4),
                         little_endian(tail, at + 10, 2)};
  if ((disks != 0 && disks != kZipIn64) || here != directory.entries) fail_zip(file, "it has several parts");
  uint64_t records = position;
  if (position >= kLocatorBytes + kEnd64Bytes) {
    const Bytes locator = read_bytes(file, position - kLocatorBytes, kLocatorBytes);
    if (little_endian(locator, 0, 4) == kZip64Locator) {
      records = little_endian(locator, 8, 8);
      if (records > position - kLocatorBytes - kEnd64Bytes) fail_zip(file, "its zip64 record lies outside");
      const Bytes end64 = read_bytes(file, records, kEnd64Bytes);
      if (little_endian(end64, 0, 4) != kZip64End || little_endian(end64, 4, 8) < kEnd64Bytes - 12 ||
          little_endian(end64, 24, 8) != little_endian(end64, 32, 8)) {
        fail_zip(file, "its zip64 record is none");
      }
      const ZipDirectory big{little_endian(end64, 48, 8), little_endian(end64, 40, 8), little_endian(end64, 32, 8)};
      check_field(file, directory.offset, 4, big.offset, "place of the directory");
      check_field(file, directory.size, 4, big.size, "size of the directory");
      check_field(file, directory.entries, 2, big.entries, "number of entries");
      directory = big;
    }
  }
  if (directory.size > kMaxZipDirectory) fail_zip(file, fmt::format("a directory of {} bytes", directory.size));
  if (directory.offset > records || directory.size != records - directory.offset) {
    fail_zip(file, "the directory does not end where the end record begins");
  }
  return directory;
}

// Values that did not fit 32 bits, from the extra field of a central header.
void apply_zip64(const OpenFile& file, std::span<const std::byte> extra, std::array<uint64_t*, 3> values) {
  for (size_t at = 0; at + 4 <= extra.size();) {
    const size_t size = little_endian(extra, at + 2, 2), end = at + 4 + size;
    if (end > extra.size()) fail_zip(file, "an extra field that is cut");
    if (little_endian(extra, at, 2) == 1) {
      size_t next = at + 4;
      for (uint64_t* value : values) {
        if (*value != kZipIn64) continue;
        if (next + 8 > end) fail_zip(file, "a zip64 field that is too short");
        *value = little_endian(extra, next, 8);
        next += 8;
      }
      return;
    }
    at = end;
  }
}

// The central header at `at`; moves `at` behind it.
ZipEntry read_central(const OpenFile& file, const Bytes& bytes, size_t& at) {
  if (bytes.size() - at < kCentralBytes || little_endian(bytes, at, 4) != kZipCentralHeader) {
    fail_zip(file, "the directory has fewer entries than it claims");
  }
  const size_t name = little_endian(bytes, at + 28, 2), extra = little_endian(bytes, at + 30, 2);
  const size_t whole = kCentralBytes + name + extra + little_endian(bytes, at + 32, 2);
  if (whole > bytes.size() - at || name == 0 || name > kMaxName) fail_zip(file, "an entry's name is cut, or too long");
  ZipEntry entry;
  entry.name.assign(reinterpret_cast<const char*>(bytes.data()) + at + kCentralBytes, name);
  entry.flags = static_cast<uint16_t>(little_endian(bytes, at + 8, 2));
  entry.checksum = static_cast<uint32_t>(little_endian(bytes, at + 16, 4));
  uint64_t stored = little_endian(bytes, at + 20, 4);
  entry.size = little_endian(bytes, at + 24, 4);
  entry.header = little_endian(bytes, at + 42, 4);
  apply_zip64(file, std::span(bytes).subspan(at + kCentralBytes + name, extra), {&entry.size, &stored, &entry.header});
  const std::string who = fmt::format("entry '{}'", entry.name);
  if (entry.name.find('\0') != std::string::npos) fail_zip(file, "a name with a zero byte");
  if ((entry.flags & kEncrypted) != 0) fail_zip(file, who + " is encrypted, which is not supported");
  if (little_endian(bytes, at + 10, 2) != 0) fail_zip(file, who + " is compressed, which weights never are");
  if (stored != entry.size) fail_zip(file, who + " is stored in another size than its own");
  at += whole;
  return entry;
}

// Numbers of a local header or a descriptor: those of the directory, or (where a descriptor follows) none.
bool agree(uint64_t local, uint64_t central, bool may_be_absent) {
  return local == central || (may_be_absent && local == 0) || (local == kZipIn64 && central > local);
}

void check_descriptor(OpenFile& file, const ZipEntry& entry, uint64_t limit) {
  const uint64_t after = entry.offset + entry.size, room = std::min<uint64_t>(limit - after, 24);
  const Bytes bytes = read_bytes(file, after, room);
  const auto fits = [&](size_t at, size_t width) {
    return at + 4 + 2 * width <= bytes.size() && little_endian(bytes, at, 4) == entry.checksum &&
           little_endian(bytes, at + 4, width) == entry.size &&
           little_endian(bytes, at + 4 + width, width) == entry.size;
  };
  const size_t at = bytes.size() >= 4 && little_endian(bytes, 0, 4) == kZipDescriptor ? 4 : 0;
  if (!fits(at, 4) && !fits(at, 8)) {
    fail_zip(file, fmt::format("entry '{}': what follows its content contradicts the directory", entry.name));
  }
}

// Compares with the local header and finds the content; `limit` is where the next entry, or the directory, begins.
void check_local(OpenFile& file, ZipEntry& entry, uint64_t limit) {
  const std::string who = fmt::format("entry '{}'", entry.name);
  if (entry.header > limit || limit - entry.header < kLocalBytes + entry.name.size())
    fail_zip(file, who + " lies outside");
  const Bytes bytes = read_bytes(file, entry.header, kLocalBytes + entry.name.size());
  const bool later = (entry.flags & kZipHasDescriptor) != 0;
  const std::string_view name(reinterpret_cast<const char*>(bytes.data()) + kLocalBytes, entry.name.size());
  if (little_endian(bytes, 0, 4) != kZipLocalHeader || little_endian(bytes, 6, 2) != entry.flags ||
      little_endian(bytes, 8, 2) != 0 || little_endian(bytes, 26, 2) != entry.name.size() || name != entry.name ||
      !(little_endian(bytes, 14, 4) == entry.checksum || (later && little_endian(bytes, 14, 4) == 0)) ||
      !agree(little_endian(bytes, 18, 4), entry.size, later) ||
      !agree(little_endian(bytes, 22, 4), entry.size, later)) {
    fail_zip(file, who + ": its own header contradicts the directory");
  }
  entry.offset = entry.header + kLocalBytes + entry.name.size() + little_endian(bytes, 28, 2);
  if (entry.offset > limit || entry.size > limit - entry.offset) fail_zip(file, who + " reaches into what follows it");
  if (later) check_descriptor(file, entry, limit);
}

}  // namespace

ZipDirectory find_zip_directory(OpenFile& file) {
  const uint64_t size = file.size(), room = std::min<uint64_t>(size, kEndBytes + kMaxComment);
  if (size < kEndBytes) fail_zip(file, "too short");
  const Bytes tail = read_bytes(file, size - room, room);
  for (size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    if (little_endian(tail, at, 4) == kZipEnd && at + kEndBytes + little_endian(tail, at + 20, 2) == tail.size()) {
      return read_end(file, tail, at, size - room + at);
    }
  }
  fail_zip(file, "no end record (the file is cut)");
}

std::vector<ZipEntry> read_zip_directory(OpenFile& file, const ZipDirectory& directory) {
  if (directory.entries > directory.size / kCentralBytes)
    fail_zip(file, "more entries than its directory has room for");
  const Bytes bytes = read_bytes(file, directory.offset, directory.size);
  std::vector<ZipEntry> entries;
  std::set<std::string> names;
  size_t at = 0;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    entries.push_back(read_central(file, bytes, at));
    if (!names.insert(entries.back().name).second) {
      fail_zip(file, fmt::format("entry '{}' is there twice", entries.back().name));
    }
  }
  if (at != bytes.size()) fail_zip(file, "the directory has more entries than it claims");
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.header < b.header; });
  for (size_t i = 0; i < entries.size(); ++i) {
    // The next header is not checked yet, and may lie anywhere.
    const uint64_t next = i + 1 < entries.size() ? entries[i + 1].header : directory.offset;
    check_local(file, entries[i], std::min(next, directory.offset));
  }
  return entries;
}

}  // namespace itpn
