#include "tests/golden/pictures.h"

#include <torch/torch.h>

#include <algorithm>

namespace itpn::golden {

at::Tensor to_tensor(const Image& image) {
  const auto pixels = torch::tensor(c10::ArrayRef<uint8_t>(image.pixels), torch::kUInt8);
  return pixels.reshape({image.height, image.width, image.channels});
}

Image to_image(const at::Tensor& pixels) {
  const auto plain = pixels.contiguous();
  Image image(static_cast<int>(plain.size(1)), static_cast<int>(plain.size(0)), static_cast<int>(plain.size(2)));
  std::copy_n(plain.const_data_ptr<uint8_t>(), plain.numel(), image.pixels.begin());
  return image;
}

}  // namespace itpn::golden
