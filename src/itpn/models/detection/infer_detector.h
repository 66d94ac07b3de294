// The detector that a file of weights is of, from names and shapes alone (spec of detection, 14.5).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "itpn/io/tensor_info.h"
#include "itpn/models/detection/detector.h"

namespace itpn {

// Are there weights of a detector's heads among them?
bool has_detector_heads(std::span<const TensorInfo> tensors);

// Its backbone and pyramid, under the names that they have by themselves.
std::vector<TensorInfo> backbone_of_detector(std::span<const TensorInfo> tensors);

// Its configuration: sizes from the shapes, everything else as published. One stage is Mask R-CNN, more are Cascade.
// Throws a checkpoint error (exit 4) that names `where` if these are not the weights of a detector.
DetectorConfig infer_detector(std::span<const TensorInfo> tensors, const std::string& where);

}  // namespace itpn
