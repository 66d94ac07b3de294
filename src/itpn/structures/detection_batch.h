// A batch of pictures of different sizes with their objects in host memory: 8-bit until it is on the device.
#pragma once

#include <cstdint>
#include <vector>

#include "itpn/structures/batch_head.h"
#include "itpn/structures/instances.h"

namespace itpn {

struct DetectionPicture {
  int64_t image_id = 0;
  int64_t height = 0;  // in the batch, without padding
  int64_t width = 0;
  int64_t padded_height = 0;  // its own multiple of the largest stride
  int64_t padded_width = 0;
  int64_t original_height = 0;  // of the file, as the annotations see it
  int64_t original_width = 0;
  float factor_x = 1.0F;  // of the last resize
  float factor_y = 1.0F;
  bool is_mirrored = false;
  Instances instances;  // boxes in pixels of the batch; masks are bitmaps of height x width
};

struct DetectionBatch : BatchHead {
  int64_t height = 0;  // of the largest padded picture
  int64_t width = 0;
  int64_t channels = 3;
  // (count, height, width, channels), row-major; right of and below a picture 0, which must be 0 after normalisation
  // too.
  std::vector<uint8_t> pixels;
  std::vector<DetectionPicture> pictures;  // (count)
};

}  // namespace itpn
