// Pictures of different sizes put into one batch of detection.
#pragma once

#include <span>
#include <vector>

#include "itpn/data/transforms/detection_transform.h"
#include "itpn/structures/detection_batch.h"

namespace itpn {

// How large a detector sees pictures: the shorter side is at most short_side, the longer one at most longest_side.
struct DetectionTestSize {
  int short_side = 800;
  int longest_side = 1333;
  int divisor = 32;  // each padded side is a multiple of it
};

// What a batch says of a picture of size `original` that was made as planned. Takes the objects of `made`.
DetectionPicture describe_picture(const PictureSize& original, const DetectionPlan& plan, DetectionSample& made,
                                  int divisor);

// Fills height, width and pixels from the pictures, in the order of batch.pictures, and frees them.
void pack_pictures(std::vector<Image>& pictures, DetectionBatch& batch);

// Pictures without known objects, as a detector is tested on them and used.
DetectionBatch make_test_batch(std::vector<Image>&& pictures, const DetectionTestSize& size);
// The same of parts of pictures in colour, which stay as they are.
DetectionBatch make_test_batch(std::span<const PixelView> parts, const DetectionTestSize& size);

}  // namespace itpn
