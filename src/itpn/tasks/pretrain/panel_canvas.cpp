#include "itpn/tasks/pretrain/panel_canvas.h"

#include <torch/torch.h>

#include "itpn/ops/patchify.h"

namespace itpn {
namespace {

constexpr int64_t kGutter = 4;  // pixels between pictures and around them
constexpr int64_t kGutterLevel = 255;
constexpr int64_t kMaskLevel = 128;  // of a hidden patch

// Pastes each (B, H, W, 3) into its column of one canvas, rows below each other.
at::Tensor lay_out(const std::vector<at::Tensor>& columns) {
  const int64_t B = columns[0].size(0), H = columns[0].size(1), W = columns[0].size(2);
  const auto span = [](int64_t count, int64_t side) { return count * (side + kGutter) + kGutter; };
  at::Tensor canvas =
      torch::full({span(B, H), span(static_cast<int64_t>(columns.size()), W), 3}, kGutterLevel, torch::kUInt8);
  for (size_t column = 0; column < columns.size(); ++column) {
    for (int64_t row = 0; row < B; ++row) {
      const int64_t top = kGutter + row * (H + kGutter), left = kGutter + static_cast<int64_t>(column) * (W + kGutter);
      canvas.narrow(0, top, H).narrow(1, left, W).copy_(columns[column][row]);
    }
  }
  return canvas;
}

// (H, W, 3) bytes
Image to_image(const at::Tensor& canvas) {
  const at::Tensor flat = canvas.contiguous();
  Image image;
  image.height = static_cast<int>(flat.size(0));
  image.width = static_cast<int>(flat.size(1));
  image.channels = 3;
  const uint8_t* bytes = flat.const_data_ptr<uint8_t>();
  image.pixels.assign(bytes, bytes + flat.numel());
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

Image panel_of(const std::vector<at::Tensor>& columns) { return to_image(lay_out(columns)); }

}  // namespace itpn
