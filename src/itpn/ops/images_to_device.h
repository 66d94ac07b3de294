// From a batch of 8-bit pictures in host memory to normalised floats on the device.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "itpn/structures/host_batch.h"

namespace itpn::ops {

// Mean and deviation of each channel, of pictures in [0, 1]. One entry serves all channels.
struct PixelStatistics {
  std::vector<double> mean = {0.485, 0.456, 0.406};
  std::vector<double> std = {0.229, 0.224, 0.225};
};

// (B, H, W, C) bytes -> (B, C, H, W) float32 on `device`, (x / 255 - mean) / std. The bytes are copied (through pinned
// memory, without waiting, where the device is not the CPU) and become floats on the device. Channels stay the fastest
// axis in memory.
at::Tensor images_to_device(const HostBatch& batch, const PixelStatistics& statistics, at::Device device);

// The second view of each picture, in [0, 1].
at::Tensor second_images_to_device(const HostBatch& batch, at::Device device);

// The reverse for pictures: (..., C, H, W) normalised -> [0, 255] bytes, clamped and rounded, on the CPU.
at::Tensor images_to_bytes(const at::Tensor& images, const PixelStatistics& statistics);

}  // namespace itpn::ops
