// Pictures of fixtures and of the library, one into the other.
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/io/image.h"

namespace itpn::golden {

// (H, W, 3) uint8.
at::Tensor to_tensor(const Image& image);
Image to_image(const at::Tensor& pixels);

}  // namespace itpn::golden
