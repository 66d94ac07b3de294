#include "itpn/ops/erase.h"

#include <torch/torch.h>

#include "itpn/ops/normal_noise.h"
#include "itpn/ops/to_device.h"

namespace itpn::ops {
namespace {

// Normal numbers that the box takes from its key.
int64_t noise_count(const EraseBox& box, int64_t channels) {
  switch (box.fill) {
    case EraseFill::kPixelNoise:
      return box.height * box.width * channels;
    case EraseFill::kChannelNoise:
      return channels;
    case EraseFill::kZero:
      break;
  }
  return 0;
}

// The noise of all boxes, one after the other, on the device.
at::Tensor noise_of(const std::vector<EraseBox>& boxes, int64_t channels, at::Device device) {
  int64_t total = 0;
  for (const EraseBox& box : boxes) total += noise_count(box, channels);
  const at::Tensor noise = torch::empty({total}, staging_options(torch::kFloat32, device));
  float* at = noise.mutable_data_ptr<float>();
  for (const EraseBox& box : boxes) {
    const auto count = static_cast<size_t>(noise_count(box, channels));
    normal_noise(box.noise_key, {at, count});
    at += count;
  }
  return to_device(noise, device);
}

}  // namespace

void erase_boxes(at::Tensor& images, const std::vector<EraseBox>& boxes) {
  if (boxes.empty()) return;
  TORCH_CHECK(images.dim() == 4, "erase_boxes wants (B, C, H, W), got ", images.sizes());
  const torch::NoGradGuard no_grad;
  const int64_t C = images.size(1);
  const at::Tensor noise = noise_of(boxes, C, images.device());
  int64_t at = 0;
  for (const EraseBox& box : boxes) {
    // (h, w, C), the order of the pixels in memory
    const at::Tensor part =
        images[box.image].narrow(1, box.top, box.height).narrow(2, box.left, box.width).permute({1, 2, 0});
    const int64_t count = noise_count(box, C);
    if (count == 0) {
      part.zero_();
    } else {
      const bool is_per_channel = box.fill == EraseFill::kChannelNoise;
      const at::Tensor own = noise.narrow(0, at, count);
      part.copy_(is_per_channel ? own.expand_as(part) : own.view(part.sizes()));
    }
    at += count;
  }
}

}  // namespace itpn::ops
