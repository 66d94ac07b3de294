// The decoders behind decode_image.h, one for each format. Only io includes this.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "itpn/io/image.h"

namespace itpn {

enum class PixelLayout { kRgb, kStored };

// Throws std::invalid_argument for a region that is empty or not inside a picture of this size.
void check_region(const Rect& region, int width, int height);

bool is_jpeg(std::span<const std::byte> bytes);
ImageInfo read_jpeg_info(std::span<const std::byte> bytes);
// No region means the whole picture.
Image decode_jpeg(std::span<const std::byte> bytes, PixelLayout layout, const std::optional<Rect>& region);

bool is_png(std::span<const std::byte> bytes);
ImageInfo read_png_info(std::span<const std::byte> bytes);
Image decode_png(std::span<const std::byte> bytes, PixelLayout layout);

bool is_webp(std::span<const std::byte> bytes);
ImageInfo read_webp_info(std::span<const std::byte> bytes);
Image decode_webp(std::span<const std::byte> bytes, PixelLayout layout);

}  // namespace itpn
