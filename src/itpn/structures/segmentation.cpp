#include "itpn/structures/segmentation.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"

namespace itpn {
namespace {

void check_size(int64_t height, int64_t width, int64_t picture_height, int64_t picture_width) {
  if (height == picture_height && width == picture_width) return;
  throw data_error(
      fmt::format("a mask of {} x {} pixels for a picture of {} x {}", width, height, picture_width, picture_height));
}

}  // namespace

Rle to_rle(const Segmentation& mask, int64_t height, int64_t width) {
  if (const auto* polygons = std::get_if<std::vector<Polygon>>(&mask)) {
    return rasterise_polygons(*polygons, height, width);
  }
  if (const auto* rle = std::get_if<Rle>(&mask)) {
    check_rle(*rle);
    check_size(rle->height, rle->width, height, width);
    return *rle;
  }
  if (const auto* bitmap = std::get_if<Bitmap>(&mask)) {
    check_size(bitmap->height, bitmap->width, height, width);
    return encode_bitmap(*bitmap);
  }
  throw data_error("an object without a mask where masks are needed");
}

Bitmap to_bitmap(const Segmentation& mask, int64_t height, int64_t width) {
  if (const auto* bitmap = std::get_if<Bitmap>(&mask)) {
    check_size(bitmap->height, bitmap->width, height, width);
    return *bitmap;
  }
  return decode_rle(to_rle(mask, height, width));
}

}  // namespace itpn
