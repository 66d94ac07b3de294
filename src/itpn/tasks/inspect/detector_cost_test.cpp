#include "itpn/tasks/inspect/detector_cost.h"

#include <gtest/gtest.h>

namespace itpn {
namespace {

DetectorConfig config_of(const std::string& preset_name, bool is_cascade) {
  const Preset preset = find_preset(preset_name);
  PyramidConfig pyramid = preset.pyramid;
  pyramid.num_outs = 3;
  pyramid.fpn_depth = 1;
  return is_cascade ? cascade_rcnn_config(preset.backbone, pyramid, 5) : mask_rcnn_config(preset.backbone, pyramid, 5);
}

TEST(DetectorCost, CountsTheParametersThatTheModelHas) {
  for (const bool is_cascade : {false, true}) {
    const DetectorConfig config = config_of("itpn-nano", is_cascade);
    int64_t parameters = 0;
    for (const auto& parameter : Detector(config, 0)->parameters()) parameters += parameter.numel();
    EXPECT_EQ(detector_cost(config, {64, 96}).parameters(), parameters);
  }
}

TEST(DetectorCost, OfHeadsIsThatOfTheirLayers) {
  const DetectorConfig config = config_of("itpn-nano", false);
  const ModelCost cost = detector_cost(config, {64, 128});
  const ComponentCost& mask = cost.components.back();
  EXPECT_EQ(mask.name, "mask_head");
  const double c = static_cast<double>(config.roi.mask.channels);
  EXPECT_DOUBLE_EQ(mask.macs, 100.0 * 196.0 * (4 * 9 * c * c + 4 * c * c + 4 * 5 * c));
}

}  // namespace
}  // namespace itpn
