// Sharpness as Pillow 9.5 changes it, byte for byte (spec of the recipes, 5.3).
#pragma once

#include <vector>

#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {

// Blends the picture with its smoothed version (3 x 3, centre 5, the rest 1, over 13, rounded; pixels of the border
// stay as they are): a factor of 0 gives the smoothed one, 1 changes nothing, more sharpens. `scratch` is memory to
// reuse.
void adjust_sharpness(const RgbPixels& picture, double factor, std::vector<uint8_t>& scratch);

}  // namespace itpn
