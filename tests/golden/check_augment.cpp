// randaugment_ops, color_jitter: operations on 8-bit pictures.
#include <torch/torch.h>

#include <stdexcept>

#include "itpn/data/transforms/affine.h"
#include "itpn/data/transforms/rand_augment.h"
#include "tests/golden/golden.h"
#include "tests/golden/pictures.h"

namespace itpn::golden {
namespace {

using nlohmann::json;

AugmentOp op_named(const std::string& name) {
  if (const auto op = augment_op_named(name)) return *op;
  throw std::runtime_error("unknown operation " + name);
}

// (H, W, 3) uint8 -> the same after one step.
torch::Tensor after(const torch::Tensor& pixels, const AugmentStep& step, const RgbColor& fill = {}) {
  Image image = to_image(pixels);
  std::vector<uint8_t> scratch;
  apply_step(step, {image.pixels.data(), image.width, image.height}, fill, scratch);
  return to_tensor(image);
}

RgbColor color(const json& values) { return {values.at(0), values.at(1), values.at(2)}; }

// The argument that the operation receives must be the one that its magnitude means.
void check_argument(const json& about, const AugmentStep& step, Comparison& comparison) {
  const std::string name = about.at("op");
  const double magnitude = about.at("magnitude").is_null() ? 0.0 : about.at("magnitude").get<double>();
  const bool is_increasing = name.ends_with("Increasing");
  comparison.holds(about.at("key").get<std::string>() + " (argument)",
                   augment_argument(step.op, magnitude, about.at("negate"), is_increasing) == step.argument);
}

void check_randaugment(const Fixture& fixture, Comparison& comparison) {
  if (fixture.about.contains("ops_in_order")) {
    const json& names = fixture.about.at("ops_in_order");
    comparison.holds("ops_in_order (count)", names.size() == kRandAugmentOps);
    for (size_t i = 0; i < names.size(); ++i) {
      comparison.holds("ops_in_order", static_cast<size_t>(op_named(names[i])) == i);
    }
  }
  const RgbColor fill = color(fixture.about.at("hparams").at("fill"));
  for (const auto& about : fixture.about.at("cases")) {
    AugmentStep step{op_named(about.at("op"))};
    if (!about.at("args").empty()) step.argument = about.at("args").at(0);
    check_argument(about, step, comparison);
    const std::string name = "out/" + about.at("key").get<std::string>();
    const torch::Tensor& picture = fixture.at("in/" + about.at("input").get<std::string>());
    compare_held_exactly(fixture, name, after(picture, step, fill), comparison);
  }
}

// Outputs are called after what was changed and the factor, as the file writes it.
void check_color_jitter(const Fixture& fixture, Comparison& comparison) {
  for (const auto& [name, expected] : fixture.below("out/")) {
    const size_t gap = name.find('_');
    const std::string what = name.substr(0, gap);
    const AugmentOp op = what == "brightness"   ? AugmentOp::kBrightness
                         : what == "contrast"   ? AugmentOp::kContrast
                         : what == "saturation" ? AugmentOp::kColor
                                                : op_named(what);
    const AugmentStep step{op, std::stod(name.substr(gap + 1))};
    comparison.exact("out/" + name, after(fixture.at("in/image"), step), expected);
  }
}

const bool kAddedAugment = add_kind("randaugment_ops", {check_randaugment, Runs::kOnHost}) &&
                           add_kind("color_jitter", {check_color_jitter, Runs::kOnHost});

}  // namespace
}  // namespace itpn::golden
