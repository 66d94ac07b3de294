#include "itpn/data/transforms/augment_step.h"

#include <array>
#include <stdexcept>
#include <string_view>

#include "itpn/data/transforms/affine.h"
#include "itpn/data/transforms/point_ops.h"
#include "itpn/data/transforms/sharpness.h"

namespace itpn {
namespace {

// In the order of AugmentOp.
constexpr std::array<std::string_view, 15> kNames = {
    "AutoContrast", "Equalize",   "Invert",    "Rotate", "Posterize", "Solarize",      "SolarizeAdd",  "Color",
    "Contrast",     "Brightness", "Sharpness", "ShearX", "ShearY",    "TranslateXRel", "TranslateYRel"};
constexpr std::string_view kIncreasing = "Increasing";

AffineMap affine_map(const AugmentStep& step, const RgbPixels& picture) {
  switch (step.op) {
    case AugmentOp::kRotate:
      return rotation(step.argument, picture.width, picture.height);
    case AugmentOp::kShearX:
      return shear_x(step.argument);
    case AugmentOp::kShearY:
      return shear_y(step.argument);
    case AugmentOp::kTranslateXRel:
      return translation(step.argument * picture.width, 0.0);
    case AugmentOp::kTranslateYRel:
      return translation(0.0, step.argument * picture.height);
    default:
      throw std::logic_error("not a geometric operation");
  }
}

}  // namespace

std::optional<AugmentOp> augment_op_named(const std::string& name) {
  std::string_view wanted = name;
  if (wanted.ends_with(kIncreasing)) wanted.remove_suffix(kIncreasing.size());
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == wanted) return static_cast<AugmentOp>(i);
  }
  return std::nullopt;
}

void apply_step(const AugmentStep& step, const RgbPixels& picture, const RgbColor& fill,
                std::vector<uint8_t>& scratch) {
  switch (step.op) {
    case AugmentOp::kAutoContrast:
      return auto_contrast(picture);
    case AugmentOp::kEqualize:
      return equalize(picture);
    case AugmentOp::kInvert:
      return invert(picture);
    case AugmentOp::kPosterize:
      return posterize(picture, static_cast<int>(step.argument));
    case AugmentOp::kSolarize:
      return solarize(picture, static_cast<int>(step.argument));
    case AugmentOp::kSolarizeAdd:
      return solarize_add(picture, static_cast<int>(step.argument));
    case AugmentOp::kColor:
      return adjust_saturation(picture, step.argument);
    case AugmentOp::kContrast:
      return adjust_contrast(picture, step.argument);
    case AugmentOp::kBrightness:
      return adjust_brightness(picture, step.argument);
    case AugmentOp::kSharpness:
      return adjust_sharpness(picture, step.argument, scratch);
    default:
      return transform_affine(picture, affine_map(step, picture), fill, scratch);
  }
}

}  // namespace itpn
