#include "itpn/models/mim/distill_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/core/errors.h"
#include "itpn/models/backbone/presets.h"

namespace itpn {
namespace {

constexpr int64_t kPatches = 16;  // of a picture of 64 pixels

DistillModelConfig nano_student() {
  const Preset preset = find_preset("itpn-nano");
  DistillModelConfig config;
  config.backbone = preset.backbone;
  config.backbone.rpe = true;
  config.backbone.layer_scale = 0.1;
  config.pyramid = preset.pyramid;
  config.teacher_dim = 12;
  return config;
}

DistillInput some_input() {
  torch::manual_seed(1);
  DistillInput input;
  input.images = torch::randn({2, 3, 64, 64});
  input.is_hidden = torch::zeros({2, kPatches}, torch::kBool);
  input.is_hidden.slice(1, 0, 6).fill_(true);
  input.targets = torch::randn({2, kPatches, 12});
  return input;
}

std::vector<std::string> names_of(const DistillOutput& output) {
  std::vector<std::string> names;
  for (const NamedLoss& loss : output.losses) names.push_back(loss.name);
  return names;
}

TEST(DistillModel, HiddenContentReachesThePyramidButNotStage3) {
  DistillModel model(nano_student(), 0);
  DistillInput input = some_input();
  const DistillOutput before = model->forward(input);
  input.images = input.images.clone();
  input.images.slice(2, 0, 16).slice(3, 0, 16).normal_();  // patch 0, which is hidden
  const DistillOutput after = model->forward(input);
  EXPECT_TRUE(before.aux_prediction.equal(after.aux_prediction));
  const torch::Tensor change = (after.prediction - before.prediction).abs().amax(-1);  // (B, N)
  EXPECT_GT(change.select(1, 0).min().item<double>(), 0.0);                            // through the laterals
  EXPECT_EQ(change.slice(1, 1).max().item<double>(), 0.0);
}

TEST(DistillModel, TheLossIsTheSumOfBothHeads) {
  DistillModelConfig config = nano_student();
  config.distill.aux_weight = 0.5;
  const DistillOutput output = DistillModel(config, 0)->forward(some_input());
  EXPECT_THAT(names_of(output), testing::ElementsAre("loss_clip", "loss_clip_aux"));
  EXPECT_TRUE(output.loss.allclose(output.losses[0].value + 0.5 * output.losses[1].value));
}

TEST(DistillModel, EachLevelCanPredictItsOwnTarget) {
  DistillModelConfig config = nano_student();
  config.distill.target_levels = "multi";
  DistillModel model(config, 0);
  const DistillOutput output = model->forward(some_input());
  EXPECT_THAT(names_of(output), testing::ElementsAre("loss_clip_3", "loss_clip_2", "loss_clip_1", "loss_clip_aux"));
  EXPECT_EQ(output.prediction.sizes(), (std::vector<int64_t>{2, kPatches, 12}));
  output.loss.backward();
  // Every parameter has a use, but the bias of keys, which softmax ignores, has a gradient of zero.
  for (const auto& item : model->named_parameters()) EXPECT_TRUE(item.value().grad().defined()) << item.key();
}

TEST(DistillModel, PixelAndFeatureTermsComeOnTopWithTheirWeights) {
  DistillModelConfig config = nano_student();
  config.distill.pixel_weight = 0.25;
  config.mfm = {.enabled = true, .teacher_input = "full", .weight = 0.3};
  const DistillOutput output = DistillModel(config, 0)->forward(some_input());
  EXPECT_THAT(names_of(output),
              testing::ElementsAre("loss_clip", "loss_clip_aux", "loss_mim", "loss_mfm_3", "loss_mfm_2", "loss_mfm_1"));
  torch::Tensor sum = output.losses[0].value + output.losses[1].value + 0.25 * output.losses[2].value;
  for (size_t i = 3; i < 6; ++i) sum = sum + 0.3 * output.losses[i].value;
  EXPECT_TRUE(output.loss.allclose(sum));
  config.mfm.teacher_input = "visible";
  EXPECT_THROW(DistillModel(config, 0), Error);
}

TEST(DistillModel, RecomputingActivationsChangesNoGradient) {
  DistillModelConfig config = nano_student();
  DistillModel plain(config, 0);
  config.backbone.activation_checkpointing = true;
  DistillModel saving(config, 0);
  for (DistillModel& model : std::vector<DistillModel>{plain, saving}) model->forward(some_input()).loss.backward();
  for (const auto& item : plain->named_parameters()) {
    EXPECT_TRUE(item.value().grad().equal(saving->named_parameters()[item.key()].grad())) << item.key();
  }
}

TEST(ResampledTargets, PutTheSubTokensOfAPatchIntoItsPlace) {
  // A ramp along the columns of a 2 x 4 grid: finer values stay a ramp, in steps of 1 / n away from the borders.
  const torch::Tensor ramp = torch::arange(4.0).repeat({2}).reshape({1, 8, 1});
  const torch::Tensor fine = resampled_targets(ramp, 2, 4, 2);  // (1, 8, 2, 2, 1)
  EXPECT_EQ(fine.sizes(), (std::vector<int64_t>{1, 8, 2, 2, 1}));
  const torch::Tensor patch = fine[0][1].squeeze(-1);  // column 1 of row 0: (row, column)
  EXPECT_TRUE(patch.allclose(torch::tensor({{0.75, 1.25}, {0.75, 1.25}})));
  EXPECT_TRUE(resampled_targets(ramp, 2, 4, 1).flatten(1, 3).equal(ramp));
}

}  // namespace
}  // namespace itpn
