// Boxes that a stage of a detector learns from, and what it is to learn (spec of detection, 6, 9.2).
// Axes: R box of all pictures: image by image, boxes of objects in front of background.
#pragma once

#include <vector>

#include "itpn/models/detection/assigner.h"
#include "itpn/models/detection/box_head.h"
#include "itpn/models/detection/picture_info.h"
#include "itpn/models/detection/sampler.h"

namespace itpn {

struct RoiSamples {
  at::Tensor rois;         // (R, 5) image, x1, y1, x2, y2
  at::Tensor labels;       // (R) int64; the background's for boxes of none
  at::Tensor objects;      // (R) int64, of the picture's; 0 for background
  at::Tensor boxes;        // (R, 4) of the objects; 0 for background
  at::Tensor is_positive;  // (R) bool
  at::Tensor is_object;    // (R) bool, an object's own box that was added to the candidates
};

struct RoiSampling {
  AssignerConfig assigner;
  SamplerConfig sampler;
  int64_t background = 80;
};

// Candidates of each picture, (n, 4). No gradient.
RoiSamples sample_rois(const std::vector<at::Tensor>& candidates, const std::vector<PictureObjects>& objects,
                       const RoiSampling& config, std::vector<RandomStream>& streams);

// (R, 5) from boxes of each picture.
at::Tensor as_rois(const std::vector<at::Tensor>& boxes);

// The rows of each picture of a matrix whose first column of `rois` tells the picture.
std::vector<at::Tensor> by_picture(const at::Tensor& rows, const at::Tensor& rois, int64_t pictures);

}  // namespace itpn
