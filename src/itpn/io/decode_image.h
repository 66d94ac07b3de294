// Pictures from bytes: JPEG, PNG and WebP, told apart by their first bytes, never by a file name.
//
// The pixels are those of Pillow's Image.open(...).convert("RGB"), so that networks see what the published ones saw,
// with one exception: of 16-bit grey the upper 8 bits are taken, as of 16-bit colours, where Pillow makes everything
// above 255 white. DecodeOptions ask for transparency and EXIF orientation as people see them.
//
// Memory: at most 10 bytes a pixel and 16 MiB, whatever the file says. The result takes 3; beside it a progressive JPEG
// keeps its coefficients (6: three full-size components of 16 bits; libjpeg is held to 7), a PNG its samples before
// conversion (4), a WebP its lossless picture (4). Everything else is a few rows, and PNG chunks that would have to be
// stored or inflated are skipped.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "itpn/io/decode_options.h"

namespace itpn {

// Format, size and orientation from the headers alone; throws ImageError.
ImageInfo read_image_info(std::span<const std::byte> bytes, const PixelLimit& limit = {});

// Width and height of the picture as `options` show it.
std::pair<int, int> shown_size(const ImageInfo& info, const DecodeOptions& options);

// The picture as `options` show it, as RGB, or the part `region` of that, which is faster where the format allows it
// (JPEG). `info` is what read_image_info said of the same bytes; `region` lies inside shown_size and is not empty
// (std::invalid_argument otherwise). CMYK and palettes are converted; of an animation the first frame. Throws
// ImageError.
DecodedImage decode_shown(std::span<const std::byte> bytes, const ImageInfo& info, const DecodeOptions& options,
                          const std::optional<Rect>& region = std::nullopt);

// The same without options, whole and of a region.
Image decode_rgb(std::span<const std::byte> bytes);
Image decode_rgb_region(std::span<const std::byte> bytes, const Rect& region);

// The picture with the channels that it stores: palette indices stay indices (label maps), grey has 1 channel, grey +
// alpha 2, CMYK 4. 16-bit values come as decode_rgb would show them: their high byte.
Image decode_stored(std::span<const std::byte> bytes);

// The pixels of `region`, which lies inside `image`.
Image crop_image(const Image& image, const Rect& region);

// The picture as it should be looked at, for an EXIF orientation 1 to 8.
Image apply_orientation(Image image, int orientation);

}  // namespace itpn
