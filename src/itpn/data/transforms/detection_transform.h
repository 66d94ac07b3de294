// Training and test pictures of detection: spec-detection 3. A plan is chosen from a picture's size and its random
// numbers, before anything is decoded; carrying it out draws nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "itpn/data/transforms/detection_resize.h"
#include "itpn/structures/instances.h"

namespace itpn {

struct DetectionTransformConfig {
  std::vector<int> short_sides = {480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800};
  int longest_side = 1333;
  double flip = 0.5;  // share of the pictures that are mirrored
  double crop = 0.5;  // share of the pictures of which a part is cut out between two resizes
  std::vector<int> crop_short_sides = {400, 500, 600};  // before the cut
  int smallest_crop = 384;
  int largest_crop = 600;
};

struct DetectionPlan {
  bool is_mirrored = false;
  std::optional<PictureSize> first_size;  // before the cut
  std::optional<Rect> part;               // of the picture of that size
  PictureSize size;                       // in the end
};

// Sides of a cut, both ends possible.
struct CropSides {
  int least = 0;
  int most = 0;
};
inline CropSides crop_sides(int side, const DetectionTransformConfig& config) {
  return {std::min(side, config.smallest_crop), std::min(side, config.largest_crop)};
}

// Draws in this order: mirror, way, and for the way with a cut its first size, height, width, top and left; the size.
// `Draws` as in crop_box.h.
template <class Draws>
DetectionPlan choose_training_plan(const DetectionTransformConfig& config, PictureSize size, Draws& draws) {
  const auto resized = [&](const std::vector<int>& sides) {
    const auto choice = draws.integer(0, static_cast<int64_t>(sides.size()) - 1);
    return keep_ratio_size(size, config.longest_side, sides[static_cast<size_t>(choice)]);
  };
  const auto side_of = [&](int side) {
    const CropSides sides = crop_sides(side, config);
    return static_cast<int>(draws.integer(sides.least, sides.most));
  };
  DetectionPlan plan;
  plan.is_mirrored = draws.uniform() < config.flip;
  if (draws.uniform() < config.crop) {
    size = resized(config.crop_short_sides);
    plan.first_size = size;
    Rect part;
    part.height = side_of(size.height);
    part.width = side_of(size.width);
    part.top = static_cast<int>(draws.integer(0, size.height - part.height));
    part.left = static_cast<int>(draws.integer(0, size.width - part.width));
    plan.part = part;
    size = {part.width, part.height};
  }
  plan.size = resized(config.short_sides);
  return plan;
}

// The picture as a detector is tested on it, and is used.
inline DetectionPlan test_plan(const PictureSize& size, int longest_side = 1333, int short_side = 800) {
  return {false, std::nullopt, std::nullopt, keep_ratio_size(size, longest_side, short_side)};
}

struct DetectionSample {
  Image picture;
  Instances instances;   // masks are bitmaps of the picture's size
  ScaleFactors factors;  // of the last resize
};

// Memory of one thread.
struct DetectionScratch {
  BilinearResizer resizer;
  Image first;
};

// `picture` in the end: planned size, mirrored or not. Consumes its memory.
DetectionSample carry_out(const DetectionPlan& plan, Image&& picture, const Instances& instances,
                          DetectionScratch& scratch);

// (channels, height, width): each value v of channel c becomes (v - mean[c]) / deviation[c], and what is right of and
// below the picture is 0. `into` has channels x height x width places, at least those of the picture.
struct Normalisation {
  float mean[3] = {123.675F, 116.28F, 103.53F};
  float deviation[3] = {58.395F, 57.12F, 57.375F};
};
void normalise_padded(const Image& picture, const Normalisation& constants, const PictureSize& padded, float* into);

}  // namespace itpn
