// One operation of an augmentation policy: drawn first, applied later, so that draws can be replayed and operations be
// compared one by one (spec of the recipes, 5.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "itpn/data/transforms/rgb_pixels.h"

namespace itpn {

enum class AugmentOp {
  kAutoContrast,
  kEqualize,
  kInvert,
  kRotate,       // degrees, counter-clockwise
  kPosterize,    // bits that are kept
  kSolarize,     // values from this one on are inverted
  kSolarizeAdd,  // added to values below 128
  kColor,        // this and the next three: factor of a blend, 1 = unchanged
  kContrast,
  kBrightness,
  kSharpness,
  kShearX,  // slope
  kShearY,
  kTranslateXRel,  // share of the width
  kTranslateYRel,  // share of the height
};

struct AugmentStep {
  AugmentOp op = AugmentOp::kInvert;
  double argument = 0.0;
};

// The operation of a published name, such as "PosterizeIncreasing" or "Rotate"; nothing for an unknown one.
std::optional<AugmentOp> augment_op_named(const std::string& name);

// Changes the picture in place; pixels from outside of it are `fill`. `scratch` is memory to reuse.
void apply_step(const AugmentStep& step, const RgbPixels& picture, const RgbColor& fill, std::vector<uint8_t>& scratch);

}  // namespace itpn
