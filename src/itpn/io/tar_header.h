// One 512-byte header of a tar file, and the records of a pax header. Only tar_index uses this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace itpn {

inline constexpr uint64_t kTarBlock = 512;
using TarBlock = std::array<std::byte, kTarBlock>;

struct TarHeader {
  std::string name;  // with the ustar prefix
  uint64_t size = 0;
  char type = '0';
  std::string link;  // what a link points to
};

bool is_zero_block(const TarBlock& block);

// Nothing where the checksum is wrong or the size is no number.
std::optional<TarHeader> parse_tar_header(const TarBlock& block);

// What a pax header says of the next member.
struct PaxRecords {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<uint64_t> size;
  bool is_sparse = false;
};

// Nothing where the records are malformed ("LENGTH KEY=VALUE\n", one after the other).
std::optional<PaxRecords> parse_pax(std::string_view text);

}  // namespace itpn
