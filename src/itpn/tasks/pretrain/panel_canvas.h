// What the pictures of samples/ are put together from.
// Axes: B row of the panel, H x W picture, C channel.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "itpn/io/image.h"
#include "itpn/ops/images_to_device.h"

namespace itpn {

// (B, C, H, W) normalised -> (B, H, W, 3) bytes on the CPU. One channel is shown grey, of more than three the first
// three.
at::Tensor rgb_bytes(const at::Tensor& images, const ops::PixelStatistics& statistics);

// is_hidden (B, N), 1 where a patch is hidden -> (B, 1, H, W) float, 1 in every pixel of such a patch of `images`.
at::Tensor hidden_pixels(const at::Tensor& is_hidden, int64_t patch_size, const at::Tensor& images);

// `bytes` (B, H, W, 3) with hidden pixels (B, 1, H, W) in grey.
at::Tensor with_hidden_grey(const at::Tensor& bytes, const at::Tensor& hidden);

struct PanelColumn {
  std::string caption;
  at::Tensor bytes;  // (B, H, W, 3)
};

// Columns side by side, a row for each picture, white between them, the captions above (io/picture_grid.h).
Image panel_of(const std::vector<PanelColumn>& columns);

}  // namespace itpn
