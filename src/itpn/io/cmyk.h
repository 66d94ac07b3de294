// CMYK to RGB by the arithmetic of Pillow's convert("RGB").
#pragma once

#include <cstdint>

namespace itpn {

// One pixel; 255 is full ink.
inline void cmyk_to_rgb(const uint8_t* cmyk, uint8_t* rgb) {
  const int white = 255 - cmyk[3];
  for (int c = 0; c < 3; ++c) {
    const int product = cmyk[c] * white + 128;
    rgb[c] = static_cast<uint8_t>(white - ((product + (product >> 8)) >> 8));  // the exact rounding of product / 255
  }
}

}  // namespace itpn
