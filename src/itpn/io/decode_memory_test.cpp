// How much memory a decoder takes at its worst, read from the kernel's high-water mark of this process.
#include <gtest/gtest.h>
#include <webp/encode.h>

#include <algorithm>
#include <string>

#include "itpn/io/decode_image.h"
#include "itpn/io/jpeg_for_test.h"
#include "itpn/io/png_writer.h"
#include "tests/support/process_memory.h"

namespace itpn {
namespace {

constexpr int kSide = 2048;

int64_t decoding_memory(std::span<const std::byte> bytes) {
  return test::peak_memory([&] { EXPECT_EQ(decode_rgb(bytes).width, kSide); });
}

Image stripes(int channels) {
  Image image(kSide, kSide, channels);
  for (int y = 0; y < kSide; ++y) std::fill_n(image.row(y), kSide * channels, static_cast<uint8_t>(y / 16));
  return image;
}

std::vector<std::byte> to_vector(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> encode_lossless_webp(const Image& image) {
  uint8_t* data = nullptr;
  const size_t size = WebPEncodeLosslessRGBA(image.pixels.data(), kSide, kSide, kSide * 4, &data);
  auto bytes = to_vector(data, size);
  WebPFree(data);
  return bytes;
}

TEST(DecodeMemory, StaysWithinTenBytesAPixel) {
  if (!test::tells_memory()) GTEST_SKIP() << "needs /proc and no sanitizer";
  constexpr int64_t kLimit = int64_t{kSide} * kSide * 10 + (16 << 20);
  EXPECT_LE(decoding_memory(test::encode_progressive_jpeg(stripes(3), 1)), kLimit) << "JPEG";
  EXPECT_LE(decoding_memory(encode_png(stripes(4))), kLimit) << "PNG";
  EXPECT_LE(decoding_memory(encode_lossless_webp(stripes(4))), kLimit) << "WebP";
}

}  // namespace
}  // namespace itpn
