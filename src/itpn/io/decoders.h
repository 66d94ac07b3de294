// The decoders behind decode_image.h, one for each format. Only io includes this.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "itpn/io/decode_options.h"

namespace itpn {

enum class PixelLayout {
  kRgb,     // transparency is dropped
  kRgba,    // 4 channels where something may be transparent, else as kRgb
  kStored,  // the file's own channels
};

struct DecodeJob {
  PixelLayout layout = PixelLayout::kRgb;
  std::optional<Rect> region;  // none: the whole picture; JPEG only
  bool looks_at_all = false;   // for damage outside of the region too
  PixelLimit limit = {};
};

// Throws std::invalid_argument for a region that is empty or not inside a picture of this size.
void check_region(const Rect& region, int width, int height);

bool is_jpeg(std::span<const std::byte> bytes);
ImageInfo read_jpeg_info(std::span<const std::byte> bytes, const PixelLimit& limit);
DecodedImage decode_jpeg(std::span<const std::byte> bytes, const DecodeJob& job);

bool is_png(std::span<const std::byte> bytes);
ImageInfo read_png_info(std::span<const std::byte> bytes, const PixelLimit& limit);
DecodedImage decode_png(std::span<const std::byte> bytes, const DecodeJob& job);

bool is_webp(std::span<const std::byte> bytes);
ImageInfo read_webp_info(std::span<const std::byte> bytes, const PixelLimit& limit);
DecodedImage decode_webp(std::span<const std::byte> bytes, const DecodeJob& job);

}  // namespace itpn
