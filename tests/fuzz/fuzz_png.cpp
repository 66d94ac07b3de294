#include <zlib.h>

#include <vector>

#include "itpn/io/decoders.h"
#include "tests/fuzz/image_target.h"

namespace {

uint32_t big_endian(const uint8_t* at) {
  return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

// Makes every chunk's checksum right: a fuzzer cannot guess them, and with wrong ones nothing behind them is reached.
std::vector<uint8_t> with_right_checksums(std::vector<uint8_t> png) {
  constexpr size_t kSignature = 8, kAround = 12;  // length, kind and checksum around a chunk's data
  for (size_t at = kSignature; at + kAround <= png.size();) {
    const size_t length = big_endian(&png[at]);
    if (length > png.size() - at - kAround) break;
    const auto crc = crc32(0, &png[at + 4], static_cast<uInt>(length + 4));
    for (int i = 0; i < 4; ++i) png[at + 8 + length + i] = static_cast<uint8_t>(crc >> (24 - 8 * i));
    at += length + kAround;
  }
  return png;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = itpn::test::input_bytes(data, size);
  if (!itpn::is_png(bytes)) return 0;
  itpn::test::decode_every_way(bytes);
  const auto repaired = with_right_checksums({data, data + size});
  itpn::test::decode_every_way(itpn::test::input_bytes(repaired.data(), repaired.size()));
  return 0;
}
