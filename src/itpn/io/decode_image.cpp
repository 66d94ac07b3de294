#include "itpn/io/decode_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "itpn/io/alpha.h"
#include "itpn/io/decoders.h"
#include "itpn/io/file_kind.h"

namespace itpn {
namespace {

std::string what_it_is(std::span<const std::byte> bytes) {
  const FileKind kind = file_kind(bytes.first(std::min(bytes.size(), kFileKindBytes)));
  if (kind == FileKind::kUnknown) return "neither JPEG, PNG nor WebP";
  const std::string remedy = kind_remedy(kind);
  return fmt::format("{}, no JPEG, PNG or WebP{}{}", kind_name(kind), remedy.empty() ? "" : "; ", remedy);
}

ImageFormat format_of(std::span<const std::byte> bytes) {
  if (bytes.empty()) throw ImageError(ImageDefect::kEmpty, "an empty file");
  if (is_jpeg(bytes)) return ImageFormat::kJpeg;
  if (is_png(bytes)) return ImageFormat::kPng;
  if (is_webp(bytes)) return ImageFormat::kWebp;
  throw ImageError(ImageDefect::kNotAnImage, what_it_is(bytes));
}

// The job's region is left to JPEG; the others come whole.
DecodedImage decode(std::span<const std::byte> bytes, ImageFormat format, const DecodeJob& job) {
  switch (format) {
    case ImageFormat::kJpeg:
      return decode_jpeg(bytes, job);
    case ImageFormat::kPng:
      return decode_png(bytes, job);
    case ImageFormat::kWebp:
      return decode_webp(bytes, job);
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

bool swaps_sides(int orientation) { return orientation >= 5 && orientation <= 8; }

// The part of the stored picture that holds `region` of the upright one. Two opposite corners say it.
Rect stored_region(int orientation, const Rect& region, int w, int h) {
  const auto a = stored_position(orientation, region.left, region.top, w, h);
  const auto b = stored_position(orientation, region.left + region.width - 1, region.top + region.height - 1, w, h);
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x) + 1, std::abs(a.y - b.y) + 1};
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
    case ImageDefect::kDamaged:
      return "damaged";
  }
  return "corrupt";
}

void check_image_size(int64_t width, int64_t height, const PixelLimit& limit) {
  if (width < 1 || height < 1) {
    throw ImageError(ImageDefect::kCorrupt, fmt::format("a picture of {} x {} pixels", width, height));
  }
  if (width <= limit.pixels / height) return;
  const std::string name = limit.name;
  throw ImageError(
      ImageDefect::kTooLarge,
      fmt::format("{} x {} pixels are more than {} megapixels; make the picture smaller{}{}", width, height,
                  static_cast<double>(limit.pixels) / 1e6, name.empty() ? "" : ", or raise ", name));
}

ImageInfo read_image_info(std::span<const std::byte> bytes, const PixelLimit& limit) {
  switch (format_of(bytes)) {
    case ImageFormat::kJpeg:
      return read_jpeg_info(bytes, limit);
    case ImageFormat::kPng:
      return read_png_info(bytes, limit);
    case ImageFormat::kWebp:
      return read_webp_info(bytes, limit);
  }
  throw std::logic_error("unknown image format");
}

std::pair<int, int> shown_size(const ImageInfo& info, const DecodeOptions& options) {
  const bool is_turned = options.applies_exif && swaps_sides(info.orientation);
  return is_turned ? std::pair{info.height, info.width} : std::pair{info.width, info.height};
}

DecodedImage decode_shown(std::span<const std::byte> bytes, const ImageInfo& info, const DecodeOptions& options,
                          const std::optional<Rect>& region) {
  const int orientation = options.applies_exif ? info.orientation : 1;
  DecodeJob job{options.alpha == AlphaRule::kDrop ? PixelLayout::kRgb : PixelLayout::kRgba, std::nullopt,
                options.refuses_damage, options.limit};
  if (region) {
    const auto [width, height] = shown_size(info, options);
    check_region(*region, width, height);
    job.region = stored_region(orientation, *region, info.width, info.height);
  }
  DecodedImage result = decode(bytes, info.format, job);
  if (options.refuses_damage && !result.damage.empty()) throw ImageError(ImageDefect::kDamaged, result.damage);
  if (region && info.format != ImageFormat::kJpeg) result.image = crop_image(result.image, *job.region);
  result.image = apply_orientation(without_alpha(std::move(result.image), options.alpha), orientation);
  return result;
}

Image decode_rgb(std::span<const std::byte> bytes) { return decode(bytes, format_of(bytes), {}).image; }

Image decode_rgb_region(std::span<const std::byte> bytes, const Rect& region) {
  return decode_shown(bytes, read_image_info(bytes), {}, region).image;
}

Image decode_stored(std::span<const std::byte> bytes) {
  return decode(bytes, format_of(bytes), {PixelLayout::kStored, std::nullopt, false, {}}).image;
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
  const bool is_turned = swaps_sides(orientation);
  Image upright(is_turned ? image.height : image.width, is_turned ? image.width : image.height, image.channels);
  const auto offset_of = [&](int x, int y) {
    const auto from = stored_position(orientation, x, y, image.width, image.height);
    return (static_cast<std::ptrdiff_t>(from.y) * image.width + from.x) * image.channels;
  };
  const std::ptrdiff_t first = offset_of(0, 0), right = offset_of(1, 0) - first, down = offset_of(0, 1) - first;
  for (int y = 0; y < upright.height; ++y) {
    uint8_t* to = upright.row(y);
    std::ptrdiff_t from = first + y * down;
    for (int x = 0; x < upright.width; ++x, from += right) {
      for (int c = 0; c < image.channels; ++c) *to++ = image.pixels[static_cast<size_t>(from + c)];
    }
  }
  return upright;
}

}  // namespace itpn
