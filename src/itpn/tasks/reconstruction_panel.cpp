#include "itpn/tasks/reconstruction_panel.h"

#include <torch/torch.h>

#include <algorithm>
#include <vector>

#include "itpn/ops/patchify.h"

namespace itpn {
namespace {

constexpr int64_t kGutter = 4;  // pixels between pictures and around them
constexpr int64_t kGutterLevel = 255;
constexpr int64_t kMaskLevel = 128;  // of a hidden patch

void check_shapes(const PanelInput& input) {
  TORCH_CHECK(input.images.dim() == 4, "a panel wants images (B, C, H, W), got ", input.images.sizes());
  const at::Tensor& hidden = input.is_hidden;
  TORCH_CHECK(hidden.dim() == 2 && hidden.size(0) == input.images.size(0) && input.prediction.dim() == 3 &&
                  input.prediction.size(0) == hidden.size(0) && input.prediction.size(1) == hidden.size(1),
              "a panel of images ", input.images.sizes(), " wants as many predictions and masks, got ",
              input.prediction.sizes(), " and ", hidden.sizes());
}

// 1 in every pixel of a hidden patch, (B, 1, H, W).
at::Tensor hidden_pixels(const PanelInput& input) {
  const int64_t P = input.patch_size;
  const at::Tensor patches = input.is_hidden.to(torch::kFloat32).unsqueeze(-1).expand({-1, -1, P * P});
  return ops::unpatchify(patches, P, input.images.size(2), input.images.size(3));
}

// (B, C, H, W) normalised -> (B, H, W, 3) bytes
at::Tensor rgb_bytes(const at::Tensor& images, const PanelInput& input) {
  const at::Tensor bytes = ops::images_to_bytes(images, input.statistics);
  const at::Tensor three = bytes.size(1) < 3 ? bytes.narrow(1, 0, 1).expand({-1, 3, -1, -1}) : bytes.narrow(1, 0, 3);
  return three.permute({0, 2, 3, 1});
}

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

at::Tensor reconstructed_images(const PanelInput& input) {
  check_shapes(input);
  at::Tensor patches = input.prediction.to(torch::kFloat32);
  if (input.normalised_targets) {
    const ops::PatchStatistics own = ops::patch_statistics(ops::patchify(input.images, input.patch_size));
    patches = patches * own.deviation + own.mean;
  }
  return ops::unpatchify(patches, input.patch_size, input.images.size(2), input.images.size(3));
}

Image reconstruction_panel(const PanelInput& input) {
  const at::NoGradGuard no_grad;
  const at::Tensor reconstruction = reconstructed_images(input);
  const at::Tensor hidden = hidden_pixels(input);  // (B, 1, H, W)
  const at::Tensor pasted = torch::where(hidden > 0, reconstruction, input.images);
  const at::Tensor original = rgb_bytes(input.images, input);
  const at::Tensor masked = original.masked_fill(hidden.permute({0, 2, 3, 1}).cpu() > 0, kMaskLevel);
  const std::vector<at::Tensor> columns = {original, masked, rgb_bytes(reconstruction, input),
                                           rgb_bytes(pasted, input)};
  return to_image(lay_out(columns));
}

}  // namespace itpn
