// A batch of pictures of one size in host memory, as the loader hands it to a training step. It stays 8-bit until it is
// on the device, where it is normalised: a quarter of the bytes to copy.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/structures/batch_head.h"

namespace itpn {

// What comes into an erased part: standard normal noise for each value, or one for each channel, or 0.
enum class EraseFill { kPixelNoise, kChannelNoise, kZero };

// A part of a picture that is overwritten after normalisation, so on the device.
struct EraseBox {
  int64_t image = 0;  // place in the batch
  int64_t top = 0;
  int64_t left = 0;
  int64_t height = 0;
  int64_t width = 0;
  EraseFill fill = EraseFill::kPixelNoise;
  uint64_t noise_key = 0;  // seed of the noise
  bool operator==(const EraseBox&) const = default;
};

struct HostBatch : BatchHead {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 3;
  std::vector<uint8_t> pixels;  // (count, height, width, channels), row-major
  // A second view of each picture, for a teacher: (count, second_height, second_width, channels). Empty without one.
  int64_t second_height = 0;
  int64_t second_width = 0;
  std::vector<uint8_t> second_pixels;
  std::vector<int64_t> labels;   // (count), class index; -1 where the dataset has no labels
  std::vector<EraseBox> erased;  // in the order of the pictures
};

}  // namespace itpn
