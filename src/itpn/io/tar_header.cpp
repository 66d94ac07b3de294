#include "itpn/io/tar_header.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace itpn {
namespace {

// Where the fields of a header lie.
struct Field {
  size_t offset, size;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kChecksum{148, 8}, kType{156, 1}, kLink{157, 100}, kTarMagic{257, 8},
    kTarPrefix{345, 155};

std::string_view raw(const TarBlock& block, Field field) {
  return {reinterpret_cast<const char*>(block.data()) + field.offset, field.size};
}

// Text up to the first NUL.
std::string_view text(const TarBlock& block, Field field) {
  const auto bytes = raw(block, field);
  return bytes.substr(0, bytes.find('\0'));
}

std::optional<uint64_t> parse_octal(std::string_view field) {
  const size_t begin = std::min(field.find_first_not_of(' '), field.size());
  const size_t end = std::min(field.find_first_of(std::string_view(" \0", 2), begin), field.size());
  if (begin == end) return 0;  // some writers leave the size of a directory empty
  uint64_t value = 0;
  const auto [stop, error] = std::from_chars(field.data() + begin, field.data() + end, value, 8);
  if (error != std::errc() || stop != field.data() + end) return std::nullopt;
  return value;
}

// Base 256, marked by the top bit: what GNU tar writes for 8 GiB and more.
std::optional<uint64_t> parse_base_256(std::string_view field) {
  uint64_t value = static_cast<uint8_t>(field[0]) & 0x7F;
  for (const char byte : field.substr(1)) {
    if (value >> 55 != 0) return std::nullopt;  // also every negative number
    value = value << 8 | static_cast<uint8_t>(byte);
  }
  return value;
}

std::optional<uint64_t> parse_size(std::string_view field) {
  return static_cast<uint8_t>(field[0]) & 0x80 ? parse_base_256(field) : parse_octal(field);
}

// The sum of all bytes, those of the checksum itself taken as spaces. Some old writers summed signed bytes.
bool checksum_fits(const TarBlock& block) {
  int64_t as_unsigned = 0, as_signed = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const bool is_own = i >= kChecksum.offset && i < kChecksum.offset + kChecksum.size;
    const auto byte = is_own ? uint8_t{' '} : std::to_integer<uint8_t>(block[i]);
    as_unsigned += byte;
    as_signed += static_cast<int8_t>(byte);
  }
  const auto stored = parse_octal(raw(block, kChecksum));
  return stored && (static_cast<int64_t>(*stored) == as_unsigned || static_cast<int64_t>(*stored) == as_signed);
}

template <class Number>
std::optional<Number> parse_decimal(std::string_view digits) {
  Number value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

bool is_zero_block(const TarBlock& block) {
  return std::all_of(block.begin(), block.end(), [](std::byte b) { return b == std::byte{0}; });
}

std::optional<TarHeader> parse_tar_header(const TarBlock& block) {
  const auto size = parse_size(raw(block, kSize));
  if (!size || !checksum_fits(block)) return std::nullopt;
  TarHeader header{std::string(text(block, kName)), *size, raw(block, kType)[0], std::string(text(block, kLink))};
  const bool has_prefix = raw(block, kTarMagic).starts_with(std::string_view("ustar\0", 6));
  if (has_prefix && !text(block, kTarPrefix).empty())
    header.name = std::string(text(block, kTarPrefix)) + "/" + header.name;
  return header;
}

std::optional<PaxRecords> parse_pax(std::string_view text) {
  PaxRecords records;
  while (!text.empty()) {
    const size_t space = text.find(' ');
    const auto length = parse_decimal<size_t>(text.substr(0, space));
    if (space == std::string_view::npos || !length || *length > text.size() || *length < space + 3) return std::nullopt;
    const auto record = text.substr(space + 1, *length - space - 2);
    const size_t equals = record.find('=');
    if (text[*length - 1] != '\n' || equals == std::string_view::npos) return std::nullopt;
    const auto key = record.substr(0, equals), value = record.substr(equals + 1);
    if (key == "path") records.path = std::string(value);
    if (key == "linkpath") records.link = std::string(value);
    if (key == "size" && !(records.size = parse_decimal<uint64_t>(value))) return std::nullopt;
    if (key.starts_with("GNU.sparse.")) records.is_sparse = true;
    text.remove_prefix(*length);
  }
  return records;
}

}  // namespace itpn
