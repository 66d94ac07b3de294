#include "itpn/tasks/pretrain/pretrain_data.h"

#include <gtest/gtest.h>

#include "itpn/tasks/pretrain/pretrain_config.h"

namespace itpn {
namespace {

PretrainConfig config_for(const std::string& supervision) {
  PretrainConfig config;
  config.pretrain.supervision = supervision;
  config.data.image_size = 128;
  config.teacher.image_size = 64;
  return config;
}

// How a picture of 256 x 256 pixels is resized before its centre is taken.
ResizeJob centred_job(const PretrainConfig& config) {
  RandomStream draws(1, Purpose::kAugmentation, 0, 0);
  return centred_transform(config)->choose(256, 256, draws).job;
}

class CentredTransform : public testing::TestWithParam<const char*> {};

TEST_P(CentredTransform, FollowsThePreprocessTable) {
  PretrainConfig config = config_for(GetParam());
  EXPECT_EQ(centred_job(config).full_width, 146);  // 128 / 0.875
  EXPECT_EQ(centred_job(config).filter, ResizeFilter::kBicubic);
  config.preprocess.crop_pct = 1.0;
  config.preprocess.interpolation = "bilinear";
  EXPECT_EQ(centred_job(config).full_width, 128);
  EXPECT_EQ(centred_job(config).filter, ResizeFilter::kBilinear);
}

TEST_P(CentredTransform, HasTheCropRuleOfTheRecipe) {
  PretrainConfig config = config_for(GetParam());
  config.data.image_size = 256;
  EXPECT_EQ(centred_job(config).full_width, 256);
  config.preprocess.crop_rule = "clip";
  EXPECT_EQ(centred_job(config).full_width, 292);  // 256 / 0.875
}

INSTANTIATE_TEST_SUITE_P(Supervisions, CentredTransform, testing::Values("pixels", "clip"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace itpn
