// The one EXIF field that decides how a picture is to be looked at.
#pragma once

#include <cstddef>
#include <span>

namespace itpn {

// Orientation (1 to 8) of an EXIF block: a TIFF header, optionally after "Exif\0\0". 1 where the field is absent, not
// in 1..8, or the block is damaged; reads nothing outside `block`.
int exif_orientation(std::span<const std::byte> block);

}  // namespace itpn
