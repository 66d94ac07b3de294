#include "itpn/io/exif.h"

#include <cstdint>
#include <cstring>
#include <optional>

namespace itpn {
namespace {

constexpr uint16_t kOrientationTag = 0x0112;
constexpr uint16_t kTypeShort = 3;
constexpr size_t kEntryBytes = 12;

// Numbers of a TIFF block in its own byte order, each read checked against its end.
class TiffReader {
 public:
  TiffReader(std::span<const std::byte> block, bool big_endian) : block_(block), big_endian_(big_endian) {}

  std::optional<uint32_t> number(uint64_t offset, int count) const {
    if (offset + count > block_.size()) return std::nullopt;
    uint32_t value = 0;
    for (int i = 0; i < count; ++i) {
      const int at = big_endian_ ? i : count - 1 - i;
      value = value << 8 | std::to_integer<uint32_t>(block_[offset + at]);
    }
    return value;
  }

 private:
  std::span<const std::byte> block_;
  bool big_endian_;
};

bool starts_with(std::span<const std::byte> block, const void* prefix, size_t size) {
  return block.size() >= size && std::memcmp(block.data(), prefix, size) == 0;
}

std::optional<uint32_t> find_orientation(const TiffReader& tiff) {
  const auto directory = tiff.number(4, 4);
  if (tiff.number(2, 2) != 42u || !directory) return std::nullopt;
  const auto count = tiff.number(*directory, 2);
  if (!count) return std::nullopt;
  for (uint32_t i = 0; i < *count; ++i) {
    const uint64_t entry = uint64_t{*directory} + 2 + i * kEntryBytes;
    const auto tag = tiff.number(entry, 2);
    if (!tag) return std::nullopt;
    if (*tag != kOrientationTag) continue;
    if (tiff.number(entry + 2, 2) != kTypeShort || tiff.number(entry + 4, 4) != 1u) return std::nullopt;
    return tiff.number(entry + 8, 2);
  }
  return std::nullopt;
}

}  // namespace

int exif_orientation(std::span<const std::byte> block) {
  if (starts_with(block, "Exif\0\0", 6)) block = block.subspan(6);
  const bool big_endian = starts_with(block, "MM", 2);
  if (!big_endian && !starts_with(block, "II", 2)) return 1;
  const auto value = find_orientation(TiffReader(block, big_endian));
  return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
}

}  // namespace itpn
