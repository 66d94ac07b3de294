// Pictures in and out of Cairo, whose pixels are native 32-bit numbers: opacity, red, green, blue from the highest
// byte, the colours multiplied by the opacity.
#include <fmt/format.h>

#include <cstddef>
#include <stdexcept>

#include "itpn/io/cairo_parts.h"

namespace itpn::cairo {
namespace {

void check_image(const Image& image) {
  const bool has_size = image.width > 0 && image.height > 0 && image.channels > 0 && image.channels <= 4;
  if (has_size && image.pixels.size() == static_cast<size_t>(image.width) * image.height * image.channels) return;
  throw std::invalid_argument(fmt::format("cannot draw a picture of {} x {} x {} with {} bytes", image.height,
                                          image.width, image.channels, image.pixels.size()));
}

uint32_t* row_of(cairo_surface_t* surface, int y) {
  const std::ptrdiff_t stride = cairo_image_surface_get_stride(surface);
  return reinterpret_cast<uint32_t*>(cairo_image_surface_get_data(surface) + y * stride);
}

}  // namespace

SurfacePointer surface_of(const Image& image) {
  check_image(image);
  const bool has_opacity = image.channels % 2 == 0, is_grey = image.channels < 3;
  const cairo_format_t format = has_opacity ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24;
  SurfacePointer surface(cairo_image_surface_create(format, image.width, image.height));
  check(cairo_surface_status(surface.get()));
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* from = image.row(y);
    uint32_t* to = row_of(surface.get(), y);
    for (int x = 0; x < image.width; ++x, from += image.channels) {
      const uint32_t opacity = has_opacity ? from[image.channels - 1] : 255;
      const auto level = [&](int channel) { return (from[is_grey ? 0 : channel] * opacity + 127) / 255; };
      to[x] = opacity << 24 | level(0) << 16 | level(1) << 8 | level(2);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

Image image_of(cairo_surface_t* surface) {
  cairo_surface_flush(surface);
  Image image(cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface), 3);
  for (int y = 0; y < image.height; ++y) {
    const uint32_t* from = row_of(surface, y);
    uint8_t* to = image.row(y);
    for (int x = 0; x < image.width; ++x, to += 3) {
      for (int channel = 0; channel < 3; ++channel) {
        to[channel] = static_cast<uint8_t>(from[x] >> (16 - 8 * channel));
      }
    }
  }
  return image;
}

}  // namespace itpn::cairo
