// Operations on pictures that change each pixel by itself, equal to Pillow 9.5 byte for byte (spec of the recipes, 5.2
// and 5.3). All work in place.
#pragma once

#include <array>
#include <cstdint>

#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {

// The new value of each old one.
using ByteTable = std::array<uint8_t, 256>;

void look_up(const RgbPixels& picture, const ByteTable& table);
// A table for each channel.
void look_up(const RgbPixels& picture, const std::array<ByteTable, 3>& tables);

// Stretches each channel so that its smallest value becomes 0 and its largest 255.
void auto_contrast(const RgbPixels& picture);
// Makes each channel's values about equally frequent.
void equalize(const RgbPixels& picture);
void invert(const RgbPixels& picture);
// Keeps the `bits` highest bits of each value: 8 or more changes nothing, 0 gives black.
void posterize(const RgbPixels& picture, int bits);
// Inverts values of `threshold` (0 to 256) and above.
void solarize(const RgbPixels& picture, int threshold);
// Adds `addend` to values below 128, up to 255.
void solarize_add(const RgbPixels& picture, int addend);

// Blends of the picture with a duller one; a factor of 1 changes nothing, 0 gives the dull one, more than 1 goes
// beyond. The dull pictures: the same in grey, one grey (the rounded mean), black.
void adjust_saturation(const RgbPixels& picture, double factor);
void adjust_contrast(const RgbPixels& picture, double factor);
void adjust_brightness(const RgbPixels& picture, double factor);

// The brightness of a colour, of 0 to 255.
inline int luma(const uint8_t* rgb) { return (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16; }

// Replaces each colour by its luma, in all three channels; grey stays as it is.
void make_grey(const RgbPixels& picture);

// `dull` + factor * (value - dull) in single precision, clipped and cut off; for factors other than 0 and 1, whose
// results are the inputs themselves anyway.
inline uint8_t blend(int dull, int value, float factor) {
  const float mixed = static_cast<float>(dull) + factor * static_cast<float>(value - dull);
  return mixed <= 0.0F ? 0 : mixed >= 255.0F ? 255 : static_cast<uint8_t>(mixed);
}

}  // namespace itpn
