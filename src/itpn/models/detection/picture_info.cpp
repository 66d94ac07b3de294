#include "itpn/models/detection/picture_info.h"

#include <torch/torch.h>

#include <vector>

#include "itpn/ops/to_device.h"

namespace itpn {

at::Tensor scale_tensor(const PictureInfo& picture, const at::Tensor& like) {
  const std::vector<float> values(picture.scale.begin(), picture.scale.end());
  return ops::to_device(torch::tensor(values), like.device());
}

}  // namespace itpn
