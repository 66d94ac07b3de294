#include "itpn/ops/images_to_device.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "itpn/ops/to_device.h"

namespace itpn::ops {
namespace {

// (C, 1, 1) on the device
at::Tensor per_channel(const std::vector<double>& values, int64_t channels, at::Device device) {
  const auto count = static_cast<int64_t>(values.size());
  TORCH_CHECK(count == 1 || count == channels, "the pictures have ", channels, " channels, but the statistics ", count);
  return to_device(torch::tensor(values, torch::kFloat32).expand({channels}).reshape({channels, 1, 1}), device);
}

// (..., C, H, W) of any type -> float32
at::Tensor normalised(const at::Tensor& pixels, const PixelStatistics& statistics) {
  const int64_t C = pixels.size(-3);
  return pixels.to(torch::kFloat32)
      .div_(255.0)
      .sub_(per_channel(statistics.mean, C, pixels.device()))
      .div_(per_channel(statistics.std, C, pixels.device()));
}

// The same through a table of all 256 values of each channel: passes over tensors whose fastest axis has three entries
// are slow on a CPU. bytes (B, H, W, C) -> (B, H, W, C)
at::Tensor looked_up(const at::Tensor& bytes, const PixelStatistics& statistics) {
  constexpr int64_t kValues = 256, kGrain = 1 << 14;
  const int64_t C = bytes.size(3), pixels = bytes.numel() / C;
  const at::Tensor values = torch::arange(kValues, torch::kUInt8).expand({C, 1, kValues});
  const at::Tensor table = normalised(values, statistics).contiguous();  // (C, 1, 256)
  const at::Tensor result = torch::empty(bytes.sizes(), torch::kFloat32);
  const auto* const from = bytes.const_data_ptr<uint8_t>();
  const auto* const entries = table.const_data_ptr<float>();
  auto* const into = result.mutable_data_ptr<float>();
  at::parallel_for(0, pixels, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * C; i < end * C; i += C) {
      for (int64_t c = 0; c < C; ++c) into[i + c] = entries[c * kValues + from[i + c]];
    }
  });
  return result;
}

// (B, H, W, C) bytes -> (B, C, H, W)
at::Tensor pixels_to_device(const std::vector<uint8_t>& pixels, at::IntArrayRef shape,
                            const PixelStatistics& statistics, at::Device device) {
  TORCH_CHECK(static_cast<int64_t>(pixels.size()) == c10::multiply_integers(shape), "a batch of ", shape, " holds ",
              pixels.size(), " bytes");
  // from_blob wants a pointer to non-const, but nothing below writes through it.
  const at::Tensor bytes = torch::from_blob(const_cast<uint8_t*>(pixels.data()), shape, torch::kUInt8);
  if (device.is_cpu()) return looked_up(bytes, statistics).permute({0, 3, 1, 2});
  return normalised(to_device(bytes, device).permute({0, 3, 1, 2}), statistics);
}

}  // namespace

at::Tensor images_to_device(const HostBatch& batch, const PixelStatistics& statistics, at::Device device) {
  return pixels_to_device(batch.pixels, {batch.count, batch.height, batch.width, batch.channels}, statistics, device);
}

at::Tensor second_images_to_device(const HostBatch& batch, at::Device device) {
  TORCH_CHECK(batch.second_height > 0, "the batch has no second view");
  return pixels_to_device(batch.second_pixels, {batch.count, batch.second_height, batch.second_width, batch.channels},
                          {.mean = {0.0}, .std = {1.0}}, device);
}

at::Tensor images_to_bytes(const at::Tensor& images, const PixelStatistics& statistics) {
  const int64_t C = images.size(-3);
  const at::Tensor light =
      images * per_channel(statistics.std, C, images.device()) + per_channel(statistics.mean, C, images.device());
  return (light * 255.0).round().clamp(0, 255).to(torch::kUInt8).cpu();
}

}  // namespace itpn::ops
