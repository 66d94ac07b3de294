// A detector at work on pictures: what evaluation during training and trained detectors in use share.
#pragma once

#include <vector>

#include "itpn/models/detection/detector.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/structures/detection_batch.h"
#include "itpn/tasks/detect/found_picture.h"

namespace itpn {

// Padded sides have to be multiples of this: of the coarsest stride of published detectors, and of the patch.
int64_t detection_divisor(int64_t patch_size);

class PictureDetector {
 public:
  // `model` lies on `device`; it is looked at, not copied. `statistics` are of values in [0, 1].
  PictureDetector(Detector model, ops::PixelStatistics statistics, torch::Device device);

  // By picture. The model is put into evaluation for the call, and back. What is found in a picture depends on no other
  // one of the batch, nor on how far the batch pads it: on the CPU pictures are looked at one by one, on other devices
  // together with those of the same padded size.
  std::vector<FoundPicture> detect(const DetectionBatch& batch);

 private:
  std::vector<FoundPicture> look_at(const DetectorInput& input, const DetectionBatch& batch,
                                    const std::vector<size_t>& places);

  Detector model_;
  ops::PixelStatistics statistics_;
  torch::Device device_;
};

}  // namespace itpn
