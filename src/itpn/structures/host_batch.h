// A batch of pictures in host memory, as the loader hands it to a training step. It stays 8-bit until it is on the
// device, where it is normalised: a quarter of the bytes to copy.
#pragma once

#include <cstdint>
#include <vector>

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

struct HostBatch {
  int64_t count = 0;  // pictures
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 3;
  std::vector<uint8_t> pixels;  // (count, height, width, channels), row-major
  // A second view of each picture, for a teacher: (count, second_height, second_width, channels). Empty without one.
  int64_t second_height = 0;
  int64_t second_width = 0;
  std::vector<uint8_t> second_pixels;
  std::vector<int64_t> labels;      // (count), class index; -1 where the dataset has no labels
  std::vector<uint64_t> positions;  // (count), global sample position within the epoch
  std::vector<int64_t> indices;     // (count), which picture of the dataset it is
  std::vector<EraseBox> erased;     // in the order of the pictures
  std::vector<int64_t> replaced;    // places in the batch whose own picture could not be used: another one is there
  uint64_t epoch = 0;
  double wait_seconds = 0.0;  // time that the consumer waited for this batch
};

}  // namespace itpn
