// Pictures as PNG bytes, for panels, charts and TensorBoard.
#pragma once

#include <cstddef>
#include <vector>

#include "itpn/io/image.h"

namespace itpn {

// 1 grey, 2 grey + alpha, 3 RGB or 4 RGBA channels of 8 bits. Throws std::invalid_argument for other images.
std::vector<std::byte> encode_png(const Image& image);

}  // namespace itpn
