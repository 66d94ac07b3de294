#include "itpn/io/decode_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "itpn/io/decoders.h"

namespace itpn {
namespace {

ImageFormat format_of(std::span<const std::byte> bytes) {
  if (bytes.empty()) throw ImageError(ImageDefect::kEmpty, "an empty file");
  if (is_jpeg(bytes)) return ImageFormat::kJpeg;
  if (is_png(bytes)) return ImageFormat::kPng;
  if (is_webp(bytes)) return ImageFormat::kWebp;
  throw ImageError(ImageDefect::kNotAnImage, "neither JPEG, PNG nor WebP");
}

Image decode(std::span<const std::byte> bytes, PixelLayout layout) {
  switch (format_of(bytes)) {
    case ImageFormat::kJpeg:
      return decode_jpeg(bytes, layout, std::nullopt);
    case ImageFormat::kPng:
      return decode_png(bytes, layout);
    case ImageFormat::kWebp:
      return decode_webp(bytes, layout);
  }
  throw std::logic_error("unknown image format");
}

// Where pixel (x, y) of the upright picture lies in a stored picture of w x h.
struct Position {
  int x, y;
};
Position stored_position(int orientation, int x, int y, int w, int h) {
  switch (orientation) {
    case 2:
      return {w - 1 - x, y};
    case 3:
      return {w - 1 - x, h - 1 - y};
    case 4:
      return {x, h - 1 - y};
    case 5:
      return {y, x};
    case 6:
      return {y, h - 1 - x};
    case 7:
      return {w - 1 - y, h - 1 - x};
    case 8:
      return {w - 1 - y, x};
    default:
      return {x, y};
  }
}

}  // namespace

void check_region(const Rect& region, int width, int height) {
  const bool inside = region.left >= 0 && region.top >= 0 && region.width > 0 && region.height > 0 &&
                      region.width <= width - region.left && region.height <= height - region.top;
  if (inside) return;
  throw std::invalid_argument(fmt::format("region {}x{} at ({}, {}) is not inside {}x{}", region.width, region.height,
                                          region.left, region.top, width, height));
}

const char* defect_name(ImageDefect defect) {
  switch (defect) {
    case ImageDefect::kEmpty:
      return "empty";
    case ImageDefect::kTruncated:
      return "truncated";
    case ImageDefect::kNotAnImage:
      return "not-an-image";
    case ImageDefect::kTooLarge:
      return "too-large";
    case ImageDefect::kUnsupported:
      return "unsupported";
    case ImageDefect::kCorrupt:
      return "corrupt";
  }
  return "corrupt";
}

void check_image_size(int64_t width, int64_t height) {
  if (width < 1 || height < 1) {
    throw ImageError(ImageDefect::kCorrupt, fmt::format("a picture of {} x {} pixels", width, height));
  }
  if (width > kMaxImagePixels / height) {
    throw ImageError(ImageDefect::kTooLarge,
                     fmt::format("{} x {} pixels, more than {} million", width, height, kMaxImagePixels / 1'000'000));
  }
}

ImageInfo read_image_info(std::span<const std::byte> bytes) {
  switch (format_of(bytes)) {
    case ImageFormat::kJpeg:
      return read_jpeg_info(bytes);
    case ImageFormat::kPng:
      return read_png_info(bytes);
    case ImageFormat::kWebp:
      return read_webp_info(bytes);
  }
  throw std::logic_error("unknown image format");
}

Image decode_rgb(std::span<const std::byte> bytes) { return decode(bytes, PixelLayout::kRgb); }

Image decode_stored(std::span<const std::byte> bytes) { return decode(bytes, PixelLayout::kStored); }

Image decode_rgb_region(std::span<const std::byte> bytes, const Rect& region) {
  if (format_of(bytes) == ImageFormat::kJpeg) return decode_jpeg(bytes, PixelLayout::kRgb, region);
  const Image whole = decode_rgb(bytes);
  check_region(region, whole.width, whole.height);
  return crop_image(whole, region);
}

Image crop_image(const Image& image, const Rect& region) {
  Image result(region.width, region.height, image.channels);
  const size_t row_bytes = static_cast<size_t>(region.width) * image.channels;
  for (int y = 0; y < region.height; ++y) {
    std::memcpy(result.row(y), image.row(region.top + y) + static_cast<size_t>(region.left) * image.channels,
                row_bytes);
  }
  return result;
}

Image apply_orientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool swaps_sides = orientation >= 5;
  Image upright(swaps_sides ? image.height : image.width, swaps_sides ? image.width : image.height, image.channels);
  for (int y = 0; y < upright.height; ++y) {
    uint8_t* to = upright.row(y);
    for (int x = 0; x < upright.width; ++x, to += image.channels) {
      const auto from = stored_position(orientation, x, y, image.width, image.height);
      std::memcpy(to, image.row(from.y) + static_cast<size_t>(from.x) * image.channels, image.channels);
    }
  }
  return upright;
}

}  // namespace itpn
