#include "itpn/tasks/pretrain/feature_panel.h"

#include <torch/torch.h>

#include <algorithm>

#include "itpn/ops/patchify.h"
#include "itpn/tasks/pretrain/panel_canvas.h"

namespace itpn {
namespace {

constexpr int64_t kColours = 3;

// What shows features as colours: a shift, three directions, and their range.
struct Projection {
  at::Tensor mean, directions, low, high;  // (T), (T, 3), (3), (3)

  // (B, N, T) -> (B, N, 3) in [0, 1]
  at::Tensor operator()(const at::Tensor& features) const {
    return ((torch::matmul(features - mean, directions) - low) / (high - low).clamp_min(1e-6)).clamp(0.0, 1.0);
  }
};

Projection principal_components(const at::Tensor& features) {
  const at::Tensor rows = features.flatten(0, 1).to(torch::kFloat32);  // (B * N, T)
  Projection projection;
  projection.mean = rows.mean(0);
  const at::Tensor centred = rows - projection.mean;
  const auto [values, vectors] = at::linalg_eigh(torch::matmul(centred.t(), centred));  // ascending
  const int64_t T = rows.size(1), count = std::min(kColours, T);
  projection.directions = vectors.slice(1, T - count).flip(1);
  if (count < kColours) projection.directions = at::constant_pad_nd(projection.directions, {0, kColours - count});
  const at::Tensor shown = torch::matmul(centred, projection.directions);
  projection.low = std::get<0>(shown.min(0));
  projection.high = std::get<0>(shown.max(0));
  return projection;
}

// (B, N, 3) in [0, 1] -> (B, H, W, 3) bytes, each patch in one colour
at::Tensor patches_in_colour(const at::Tensor& colours, const FeaturePanelInput& input) {
  const int64_t P = input.patch_size;
  const at::Tensor patches = colours.unsqueeze(2).expand({-1, -1, P * P, -1}).flatten(2);  // (B, N, P * P * 3)
  return rgb_bytes(ops::unpatchify(patches, P, input.images.size(2), input.images.size(3)),
                   {.mean = {0.0}, .std = {1.0}});
}

}  // namespace

Image feature_panel(const FeaturePanelInput& input) {
  const at::NoGradGuard no_grad;
  const Projection colours = principal_components(input.targets);
  const at::Tensor original = rgb_bytes(input.images, input.statistics);
  const at::Tensor hidden = hidden_pixels(input.is_hidden, input.patch_size, input.images);
  return panel_of({{"original", original},
                   {"masked", with_hidden_grey(original, hidden)},
                   {"teacher", patches_in_colour(colours(input.targets), input)},
                   {"student", patches_in_colour(colours(input.prediction), input)}});
}

}  // namespace itpn
