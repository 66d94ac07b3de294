#include "itpn/io/zip_writer.h"

#include "itpn/io/little_endian.h"
#include "itpn/io/zip_directory.h"

namespace itpn {
namespace {

constexpr uint64_t kAlignment = 64;
constexpr uint16_t kPaddingField = 0x4246;  // "FB", as PyTorch names it
constexpr uint16_t kVersion = 45;           // needed to read: zip64
constexpr uint16_t kDate = 0x21;            // 1 January 1980: equal content gives equal files

void put(std::string& text, std::initializer_list<std::pair<uint64_t, size_t>> fields) {
  for (const auto& [value, size] : fields) append_little_endian(text, value, size);
}

uint64_t in_32(uint64_t value) { return value < kZipIn64 ? value : kZipIn64; }

// The zip64 field of the values that 32 bits do not hold; empty where all fit.
std::string zip64_field(std::initializer_list<uint64_t> values, bool holds_all) {
  std::string content;
  for (const uint64_t value : values) {
    if (holds_all || value >= kZipIn64) append_little_endian(content, value, 8);
  }
  std::string field;
  if (!content.empty()) put(field, {{1, 2}, {content.size(), 2}});
  return field + content;
}

// What the local and the central header of an entry have in common: from the version to the lengths of name and
// `extra`.
void put_shared_fields(std::string& header, const ZipEntry& entry, const std::string& extra) {
  put(header, {{kVersion, 2},
               {entry.flags, 2},
               {0, 2},
               {0, 2},
               {kDate, 2},
               {entry.checksum, 4},
               {in_32(entry.size), 4},
               {in_32(entry.size), 4},
               {entry.name.size(), 2},
               {extra.size(), 2}});
}

}  // namespace

void ZipWriter::write(const std::string& text) {
  sink_(std::as_bytes(std::span(text)));
  offset_ += text.size();
}

void ZipWriter::add(const std::string& name, std::span<const std::byte> content) {
  ZipEntry entry{name, offset_, 0, content.size(), crc32_of(content), kZipUtf8};
  const bool is_large = entry.size >= kZipIn64;
  // A local header has both sizes in the field or none.
  std::string extra = is_large ? zip64_field({entry.size, entry.size}, true) : "";
  const uint64_t before = offset_ + 30 + name.size() + extra.size() + 4;
  const uint64_t padding = (kAlignment - before % kAlignment) % kAlignment;
  put(extra, {{kPaddingField, 2}, {padding, 2}});
  extra.append(padding, 'Z');
  std::string header;
  put(header, {{kZipLocalHeader, 4}});
  put_shared_fields(header, entry, extra);
  write(header + name + extra);
  if (!content.empty()) sink_(content);
  offset_ += content.size();
  entries_.push_back(std::move(entry));
}

std::string ZipWriter::central_header(const ZipEntry& entry) const {
  const std::string extra = zip64_field({entry.size, entry.size, entry.header}, false);
  std::string header;
  put(header, {{kZipCentralHeader, 4}, {kVersion, 2}});
  put_shared_fields(header, entry, extra);
  put(header, {{0, 2}, {0, 2}, {0, 2}, {0, 4}, {in_32(entry.header), 4}});
  return header + entry.name + extra;
}

void ZipWriter::finish() {
  const uint64_t start = offset_;
  for (const ZipEntry& entry : entries_) write(central_header(entry));
  const uint64_t size = offset_ - start, records = offset_, count = entries_.size();
  std::string end;
  put(end, {{kZip64End, 4},
            {44, 8},
            {kVersion, 2},
            {kVersion, 2},
            {0, 4},
            {0, 4},
            {count, 8},
            {count, 8},
            {size, 8},
            {start, 8}});
  put(end, {{kZip64Locator, 4}, {0, 4}, {records, 8}, {1, 4}});
  const uint64_t small_count = count < 0xFFFF ? count : 0xFFFF;
  put(end,
      {{kZipEnd, 4}, {0, 2}, {0, 2}, {small_count, 2}, {small_count, 2}, {in_32(size), 4}, {in_32(start), 4}, {0, 2}});
  write(end);
}

}  // namespace itpn
