#include "itpn/io/alpha.h"

namespace itpn {

Image without_alpha(Image image, AlphaRule rule) {
  if (image.channels != 4) return image;
  const bool is_dropped = rule == AlphaRule::kDrop;
  const uint8_t behind = rule == AlphaRule::kWhite ? 255 : 0;
  const size_t pixels = image.pixels.size() / 4;
  const uint8_t* from = image.pixels.data();
  uint8_t* to = image.pixels.data();  // never ahead of `from`
  for (size_t i = 0; i < pixels; ++i, from += 4, to += 3) {
    const uint8_t alpha = is_dropped ? 255 : from[3];
    for (int c = 0; c < 3; ++c) to[c] = blend_channel(from[c], alpha, behind);
  }
  image.pixels.resize(3 * pixels);
  image.channels = 3;
  return image;
}

}  // namespace itpn
