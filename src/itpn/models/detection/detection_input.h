// What a detector takes, from a batch of pictures with objects in host memory.
#pragma once

#include <vector>

#include "itpn/models/detection/detector.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/structures/detection_batch.h"

namespace itpn {

// Pictures normalised, (v - 255 mean) / (255 std) in single precision, and 0 beside them; on `device`. `statistics` are
// of values in [0, 1]. drop_path_draws stay undefined.
DetectorInput detector_input(const DetectionBatch& batch, const ops::PixelStatistics& statistics, at::Device device);

// The objects of each picture. Masks are of the padded batch; undefined where no object of the picture has one.
// has_mask is undefined where all have.
std::vector<PictureObjects> objects_of(const DetectionBatch& batch, at::Device device);

}  // namespace itpn
