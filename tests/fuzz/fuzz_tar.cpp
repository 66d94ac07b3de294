#include <vector>

#include "itpn/core/errors.h"
#include "itpn/io/tar_header.h"
#include "itpn/io/tar_index.h"
#include "tests/support/bytes_fs.h"

namespace {

void scan(std::span<const std::byte> bytes) {
  itpn::test::BytesFs disk(bytes);
  try {
    const auto index = itpn::TarIndex::scan(disk, "input");
    for (size_t i = 0; i < index.size(); ++i) {
      const auto member = index.member(i);
      if (member.offset > bytes.size() || member.size > bytes.size() - member.offset) std::abort();
    }
    for (const auto& sample : itpn::group_samples(index)) itpn::find_member(index, sample, {"jpg", "cls"});
  } catch (const itpn::Error& error) {
    if (error.code() != itpn::ExitCode::kData) throw;
  }
}

// Writes the right checksum into every block: a fuzzer cannot guess them.
std::vector<uint8_t> with_right_checksums(std::vector<uint8_t> tar) {
  for (size_t block = 0; block + itpn::kTarBlock <= tar.size(); block += itpn::kTarBlock) {
    uint8_t* const field = &tar[block + 148];
    std::fill_n(field, 8, uint8_t{' '});
    unsigned sum = 0;
    for (size_t i = 0; i < itpn::kTarBlock; ++i) sum += tar[block + i];
    for (int digit = 5; digit >= 0; --digit, sum >>= 3) field[digit] = static_cast<uint8_t>('0' + (sum & 7));
  }
  return tar;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  scan(std::as_bytes(std::span(data, size)));
  const auto repaired = with_right_checksums({data, data + size});
  scan(std::as_bytes(std::span(repaired)));
  itpn::parse_pax({reinterpret_cast<const char*>(data), size});
  return 0;
}
