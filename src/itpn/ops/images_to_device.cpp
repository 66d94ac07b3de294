#include "itpn/ops/images_to_device.h"

#include <torch/torch.h>

namespace itpn::ops {
namespace {

// (C, 1, 1) on the device
at::Tensor per_channel(const std::vector<double>& values, int64_t channels, at::Device device) {
  const auto count = static_cast<int64_t>(values.size());
  TORCH_CHECK(count == 1 || count == channels, "the pictures have ", channels, " channels, but the statistics ", count);
  return torch::tensor(values, torch::kFloat32).expand({channels}).reshape({channels, 1, 1}).to(device);
}

}  // namespace

at::Tensor images_to_device(const HostBatch& batch, const PixelStatistics& statistics, at::Device device) {
  const int64_t B = batch.count, H = batch.height, W = batch.width, C = batch.channels;
  TORCH_CHECK(static_cast<int64_t>(batch.pixels.size()) == B * H * W * C, "a batch of ", B, " x ", H, " x ", W, " x ",
              C, " holds ", batch.pixels.size(), " bytes");
  // from_blob wants a pointer to non-const, but nothing below writes through it.
  at::Tensor bytes = torch::from_blob(const_cast<uint8_t*>(batch.pixels.data()), {B, H, W, C}, torch::kUInt8);
  if (!device.is_cpu()) bytes = bytes.pin_memory().to(device, /*non_blocking=*/true);
  return bytes.permute({0, 3, 1, 2})
      .to(torch::kFloat32)
      .div_(255.0)
      .sub_(per_channel(statistics.mean, C, device))
      .div_(per_channel(statistics.std, C, device));
}

at::Tensor images_to_bytes(const at::Tensor& images, const PixelStatistics& statistics) {
  const int64_t C = images.size(-3);
  const at::Tensor light =
      images * per_channel(statistics.std, C, images.device()) + per_channel(statistics.mean, C, images.device());
  return (light * 255.0).round().clamp(0, 255).to(torch::kUInt8).cpu();
}

}  // namespace itpn::ops
