// Random erasing of normalised pictures (spec of the recipes, 5.4): the parts are chosen by the loader, the noise comes
// from their keys.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "itpn/structures/host_batch.h"

namespace itpn::ops {

// Overwrites the boxes of images (B, C, H, W), in place. The noise is made on the host, so that it is the same for
// every device.
void erase_boxes(at::Tensor& images, const std::vector<EraseBox>& boxes);

}  // namespace itpn::ops
