#include "itpn/tasks/pretrain/panel_canvas.h"

#include <torch/torch.h>

#include <algorithm>

#include "itpn/io/picture_grid.h"
#include "itpn/ops/patchify.h"

namespace itpn {
namespace {

constexpr int64_t kMaskLevel = 128;  // of a hidden patch

// (H, W, 3) bytes
Image to_image(const at::Tensor& bytes) {
  const at::Tensor flat = bytes.contiguous();
  Image image(static_cast<int>(flat.size(1)), static_cast<int>(flat.size(0)), 3);
  std::copy_n(flat.const_data_ptr<uint8_t>(), flat.numel(), image.pixels.begin());
  return image;
}

}  // namespace

at::Tensor rgb_bytes(const at::Tensor& images, const ops::PixelStatistics& statistics) {
  const at::Tensor bytes = ops::images_to_bytes(images, statistics);
  const at::Tensor three = bytes.size(1) < 3 ? bytes.narrow(1, 0, 1).expand({-1, 3, -1, -1}) : bytes.narrow(1, 0, 3);
  return three.permute({0, 2, 3, 1});
}

at::Tensor hidden_pixels(const at::Tensor& is_hidden, int64_t patch_size, const at::Tensor& images) {
  const at::Tensor patches = is_hidden.to(torch::kFloat32).unsqueeze(-1).expand({-1, -1, patch_size * patch_size});
  return ops::unpatchify(patches, patch_size, images.size(2), images.size(3));
}

at::Tensor with_hidden_grey(const at::Tensor& bytes, const at::Tensor& hidden) {
  return bytes.masked_fill(hidden.permute({0, 2, 3, 1}).cpu() > 0, kMaskLevel);
}

Image panel_of(const std::vector<PanelColumn>& columns) {
  std::vector<PictureColumn> pictures;
  for (const auto& [caption, bytes] : columns) {
    PictureColumn& column = pictures.emplace_back(caption);
    for (int64_t row = 0; row < bytes.size(0); ++row) column.pictures.push_back(to_image(bytes[row]));
  }
  return picture_grid(pictures);
}

}  // namespace itpn
