// Transparency made opaque. One rule for every format.
#pragma once

#include <cstdint>

#include "itpn/io/decode_options.h"

namespace itpn {

// `value`, of which `alpha` / 255 covers a background of `behind`: the exact sum in whole numbers, rounded to the
// nearest (halves cannot occur, as 255 is odd). Values are mixed as they are stored, without regard to gamma, as
// browsers do. Alpha 255 gives `value`, alpha 0 `behind`.
constexpr uint8_t blend_channel(uint8_t value, uint8_t alpha, uint8_t behind) {
  return static_cast<uint8_t>((value * alpha + behind * (255 - alpha) + 127) / 255);
}

// RGB of an RGBA picture; a picture of 3 channels stays as it is. Takes no memory beside the picture's own.
Image without_alpha(Image image, AlphaRule rule);

}  // namespace itpn
