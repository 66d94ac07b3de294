// Pictures from bytes: JPEG, PNG and WebP, told apart by their first bytes, never by a file name.
//
// The pixels are those of Pillow's Image.open(...).convert("RGB"), so that networks see what the published ones saw.
// Like Pillow, nothing here turns a picture by its EXIF orientation unless asked.
//
// Memory: at most 10 bytes a pixel and 16 MiB, whatever the file says. The result takes 3; beside it a progressive JPEG
// keeps its coefficients (6: three full-size components of 16 bits; libjpeg is held to 7), a PNG its samples before
// conversion (4), a WebP its lossless picture (4). Everything else is a few rows, and PNG chunks that would have to be
// stored or inflated are skipped.
#pragma once

#include <cstddef>
#include <span>

#include "itpn/io/image.h"

namespace itpn {

// Format, size and orientation from the headers alone; throws ImageError.
ImageInfo read_image_info(std::span<const std::byte> bytes);

// The whole picture as RGB. Transparency is dropped, not blended; CMYK and palettes are converted; of an animation the
// first frame. Throws ImageError.
Image decode_rgb(std::span<const std::byte> bytes);

// The pixels of `region` of decode_rgb(bytes), faster where the format allows it (JPEG). `region` lies inside the
// picture and is not empty (std::invalid_argument otherwise).
Image decode_rgb_region(std::span<const std::byte> bytes, const Rect& region);

// The picture with the channels that it stores: palette indices stay indices (label maps), grey has 1 channel, grey +
// alpha 2, CMYK 4. 16-bit values come as decode_rgb would show them: grey clipped to 255, colours by their high byte.
Image decode_stored(std::span<const std::byte> bytes);

// The pixels of `region`, which lies inside `image`.
Image crop_image(const Image& image, const Rect& region);

// The picture as it should be looked at, for an EXIF orientation 1 to 8.
Image apply_orientation(Image image, int orientation);

}  // namespace itpn
