// A decoded picture in memory, and what can be wrong with one that is not decoded yet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/core/errors.h"

namespace itpn {

// 8 bits a channel, rows from the top, channels interleaved: pixels[(y * width + x) * channels + c].
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<uint8_t> pixels;

  Image() = default;
  Image(int w, int h, int c)
      : width(w), height(h), channels(c), pixels(static_cast<size_t>(w) * static_cast<size_t>(h) * c) {}
  uint8_t* row(int y) { return pixels.data() + static_cast<size_t>(y) * width * channels; }
  const uint8_t* row(int y) const { return pixels.data() + static_cast<size_t>(y) * width * channels; }
};

// A part of a picture in pixels.
struct Rect {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

enum class ImageFormat { kJpeg, kPng, kWebp };

// What a file says of itself before any pixel is decoded.
struct ImageInfo {
  ImageFormat format = ImageFormat::kJpeg;
  int width = 0;
  int height = 0;
  int channels = 0;     // as stored: 1 grey or palette, 2 grey + alpha, 3, 4 (alpha or CMYK)
  int orientation = 1;  // EXIF, 1 to 8; 1 where it is absent or invalid
  // Some pixels may be transparent: an alpha channel, or a transparent colour of a PNG's palette, grey or RGB.
  bool has_alpha = false;
};

// kDamaged: it can be decoded, but a part is lost or wrong; only where DecodeOptions refuse that.
enum class ImageDefect { kEmpty, kTruncated, kNotAnImage, kTooLarge, kUnsupported, kCorrupt, kDamaged };

// One word for lists and counts: "empty", "truncated", "not-an-image", "too-large", "unsupported", "corrupt",
// "damaged".
const char* defect_name(ImageDefect defect);

// A picture that cannot be decoded, with exit code 3. The message does not name the file: a decoder sees only bytes.
class ImageError : public Error {
 public:
  ImageError(ImageDefect defect, const std::string& message) : Error(ExitCode::kData, message), kind(defect) {}
  const ImageDefect kind;
};

// Pictures with more pixels are refused before anything is allocated, unless another limit is set.
inline constexpr int64_t kMaxImagePixels = 100'000'000;
// No limit goes beyond it: three bytes a pixel of the largest picture can still be counted by an int.
inline constexpr int64_t kMostImagePixels = 700'000'000;

struct PixelLimit {
  int64_t pixels = kMaxImagePixels;
  const char* name = "";  // the key or option that raises it, for messages; "": there is none
};

// Throws kCorrupt for a side below 1, kTooLarge for more pixels than the limit.
void check_image_size(int64_t width, int64_t height, const PixelLimit& limit = {});

}  // namespace itpn
