// Pictures of noise for tests.
#pragma once

#include "itpn/core/philox.h"
#include "itpn/io/image.h"

namespace itpn::test {

// An RGB picture, another one for each index.
inline Image random_image(int width, int height, uint64_t index) {
  Image image(width, height, 3);
  RandomStream stream(3, Purpose::kTest, 0, index);
  for (auto& value : image.pixels) value = static_cast<uint8_t>(stream.next_u32());
  return image;
}

}  // namespace itpn::test
