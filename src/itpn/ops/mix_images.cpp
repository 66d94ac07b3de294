#include "itpn/ops/mix_images.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/core/errors.h"
#include "itpn/core/philox.h"

namespace itpn::ops {

MixDecision batch_mix(const MixConfig& config, uint64_t seed, const HostBatch& batch) {
  if (!config.is_on() || batch.positions.empty()) return {};
  RandomStream draws(seed, Purpose::kMixup, batch.epoch, batch.positions.front());
  return decide_mix(draws, config, batch.height, batch.width);
}

void check_mix_batch(const MixConfig& config, int64_t batch_size) {
  if (!config.is_on() || batch_size % 2 == 0) return;
  throw usage_error(fmt::format(
      "Mixup and CutMix pair the pictures of a batch, but a micro-batch has {} pictures; make it even, or set "
      "mixup and cutmix to 0",
      batch_size));
}

at::Tensor mix_images(const at::Tensor& images, const MixDecision& mix) {
  TORCH_CHECK(images.dim() == 4, "mix_images wants (B, C, H, W), got ", images.sizes());
  if (!mix.is_mixed()) return images;
  const at::Tensor partners = images.flip(0);
  if (!mix.has_box) return images * mix.lambda + partners * (1.0 - mix.lambda);
  at::Tensor mixed = images.clone();
  const auto box = [&](const at::Tensor& of) {  // (B, C, h, w)
    return of.narrow(2, mix.top, mix.bottom - mix.top).narrow(3, mix.left, mix.right - mix.left);
  };
  box(mixed).copy_(box(partners));
  return mixed;
}

at::Tensor soft_targets(const at::Tensor& labels, int64_t classes, double smoothing, const MixDecision& mix) {
  TORCH_CHECK(labels.dim() == 1, "soft_targets wants labels (B), got ", labels.sizes());
  const double off = smoothing / static_cast<double>(classes);
  const auto options = torch::TensorOptions(torch::kFloat32).device(labels.device());
  const at::Tensor own = torch::full({labels.size(0), classes}, off, options)  // (B, K)
                             .scatter_(1, labels.unsqueeze(1), 1.0 - smoothing + off);
  if (!mix.is_mixed()) return own;
  return own * mix.lambda + own.flip(0) * (1.0 - mix.lambda);
}

}  // namespace itpn::ops
