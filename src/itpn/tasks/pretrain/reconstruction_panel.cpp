#include "itpn/tasks/pretrain/reconstruction_panel.h"

#include <torch/torch.h>

#include "itpn/ops/patchify.h"
#include "itpn/tasks/pretrain/panel_canvas.h"

namespace itpn {
namespace {

void check_shapes(const PanelInput& input) {
  TORCH_CHECK(input.images.dim() == 4, "a panel wants images (B, C, H, W), got ", input.images.sizes());
  const at::Tensor& hidden = input.is_hidden;
  TORCH_CHECK(hidden.dim() == 2 && hidden.size(0) == input.images.size(0) && input.prediction.dim() == 3 &&
                  input.prediction.size(0) == hidden.size(0) && input.prediction.size(1) == hidden.size(1),
              "a panel of images ", input.images.sizes(), " wants as many predictions and masks, got ",
              input.prediction.sizes(), " and ", hidden.sizes());
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
  const at::Tensor hidden = hidden_pixels(input.is_hidden, input.patch_size, input.images);  // (B, 1, H, W)
  const at::Tensor pasted = torch::where(hidden > 0, reconstruction, input.images);
  const at::Tensor original = rgb_bytes(input.images, input.statistics);
  const auto caption = [&](const char* words) { return input.has_captions ? words : ""; };
  return panel_of({{caption("original"), original},
                   {caption("masked"), with_hidden_grey(original, hidden)},
                   {caption("reconstruction"), rgb_bytes(reconstruction, input.statistics)},
                   {caption("pasted"), rgb_bytes(pasted, input.statistics)}});
}

}  // namespace itpn
