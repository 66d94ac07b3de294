// Pictures in files as cameras and editors write them: with transparency, with an EXIF orientation.
#pragma once

#include <webp/encode.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "itpn/io/image.h"
#include "itpn/io/png_writer.h"

namespace itpn::test {

using Bytes = std::vector<std::byte>;

inline Image noise(int width, int height, int channels, unsigned seed = 3) {
  std::mt19937 generator(seed);
  Image image(width, height, channels);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(generator());
  return image;
}

inline Bytes bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

inline std::string number_32(uint32_t value, bool big_endian) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>(value >> 8 * (big_endian ? 3 - i : i));
  return text;
}

// An EXIF block that says nothing but an orientation.
inline std::string exif_block(int orientation) {
  using namespace std::string_literals;
  return "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + static_cast<char>(orientation) + "\0\0\0\0\0\0"s;
}

inline std::string png_chunk(const std::string& name, const std::string& content) {
  const std::string body = name + content;
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return number_32(static_cast<uint32_t>(content.size()), true) + body + number_32(static_cast<uint32_t>(crc), true);
}

// A PNG of rows as it stores them, 8 or 16 bits a sample. `between`: chunks before the pixels.
inline Bytes png_of_rows(int width, int depth, int colour_type, const std::vector<std::string>& rows,
                         const std::string& between = "") {
  std::string raw;
  for (const std::string& row : rows) raw += '\0' + row;
  std::string packed(compressBound(raw.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(raw.data()), raw.size());
  packed.resize(size);
  const std::string head = number_32(static_cast<uint32_t>(width), true) +
                           number_32(static_cast<uint32_t>(rows.size()), true) + static_cast<char>(depth) +
                           static_cast<char>(colour_type) + std::string(3, '\0');
  return bytes_of("\x89PNG\r\n\x1a\n" + png_chunk("IHDR", head) + between + png_chunk("IDAT", packed) +
                  png_chunk("IEND", ""));
}

inline Bytes png_with_orientation(const Image& image, int orientation) {
  constexpr size_t kEndOfHead = 33;  // signature and IHDR
  Bytes png = encode_png(image);
  const Bytes chunk = bytes_of(png_chunk("eXIf", exif_block(orientation)));
  png.insert(png.begin() + kEndOfHead, chunk.begin(), chunk.end());
  return png;
}

inline Bytes jpeg_with_orientation(Bytes jpeg, int orientation) {
  using namespace std::string_literals;
  const std::string content = "Exif\0\0"s + exif_block(orientation);
  const Bytes marker = bytes_of("\xff\xe1\0"s + static_cast<char>(content.size() + 2) + content);
  jpeg.insert(jpeg.begin() + 2, marker.begin(), marker.end());
  return jpeg;
}

enum class WebpKind { kLossy, kLossless };

inline Bytes encode_webp(const Image& image, WebpKind kind) {
  const bool has_alpha = image.channels == 4;
  const int stride = image.width * image.channels;
  const uint8_t* const pixels = image.pixels.data();
  uint8_t* data = nullptr;
  size_t size = 0;
  if (kind == WebpKind::kLossless) {
    size =
        (has_alpha ? WebPEncodeLosslessRGBA : WebPEncodeLosslessRGB)(pixels, image.width, image.height, stride, &data);
  } else {
    size = (has_alpha ? WebPEncodeRGBA : WebPEncodeRGB)(pixels, image.width, image.height, stride, 80, &data);
  }
  const auto* first = reinterpret_cast<const std::byte*>(data);
  Bytes bytes(first, first + size);
  WebPFree(data);
  return bytes;
}

// The same picture in the extended container, with an EXIF chunk behind it. For pictures without alpha.
inline Bytes webp_with_orientation(const Bytes& webp, int width, int height, int orientation) {
  const auto side = [](int pixels) { return number_32(static_cast<uint32_t>(pixels - 1), false).substr(0, 3); };
  const std::string stored(reinterpret_cast<const char*>(webp.data()) + 12, webp.size() - 12),
      exif = exif_block(orientation);
  const std::string content = "WEBPVP8X" + number_32(10, false) + '\x08' + std::string(3, '\0') + side(width) +
                              side(height) + stored + "EXIF" + number_32(static_cast<uint32_t>(exif.size()), false) +
                              exif;
  return bytes_of("RIFF" + number_32(static_cast<uint32_t>(content.size()), false) + content);
}

}  // namespace itpn::test
