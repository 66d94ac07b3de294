#include "itpn/tasks/pretrain/pretrain_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>

#include "itpn/core/errors.h"
#include "itpn/engine/load_weights.h"
#include "itpn/engine/tensor_file.h"
#include "itpn/io/weights_writer.h"
#include "itpn/models/mim/mim_model.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/weights/model_source.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

class PretrainTaskTest : public testing::Test {
 protected:
  PretrainTaskTest() {
    recipe_.model.preset = "itpn-nano";
    recipe_.data.image_size = 32;
    recipe_.train.precision = "fp32";
    MimConfig config = mim_config_of(recipe_);
    config.pyramid.fpn_dim = 24;
    config.pyramid.fpn_depth = 2;
    config.decoder = {.dim = 64, .depth = 2, .num_heads = 2};
    weights_ = copy_to_host(named_weights(*MimModel(config, 1)));
    write_weights_file(posix_fs(), path_, as_tensor_bytes(weights_), {});
    from_weights_.init = path_;
  }
  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("other.safetensors");
  PretrainConfig recipe_;
  RunRequest from_weights_;
  NamedTensors weights_;  // of a model of the same preset with another pyramid and decoder
};

TEST_F(PretrainTaskTest, WeightsOfAnotherPresetAreRefusedBeforeAnythingIsOpened) {
  recipe_.model.preset = "itpn-tiny";
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { PretrainTask(recipe_, from_weights_); }),
              testing::HasSubstr("the file has 32, itpn-tiny has 256"));
  from_weights_.allow_partial = true;
  EXPECT_NO_THROW(PretrainTask(recipe_, from_weights_));
}

TEST_F(PretrainTaskTest, PyramidAndDecoderAreThoseOfTheWeightsLevelsThoseOfTheRecipe) {
  const InferredSizes sizes = sizes_of_weights(path_);
  recipe_.pretrain.num_outs = 2;
  const MimConfig pixels = mim_config_of(recipe_, sizes);
  EXPECT_EQ(pixels.pyramid.num_outs, 2);
  EXPECT_EQ(pixels.pyramid.fpn_dim, 24);
  EXPECT_EQ(pixels.pyramid.fpn_depth, 2);
  EXPECT_EQ(pixels.decoder.dim, 64);
  EXPECT_EQ(pixels.decoder.depth, 2);
  recipe_.mfm.enabled = false;
  EXPECT_EQ(distill_config_of(recipe_, 20, sizes).pyramid.fpn_depth, 2);
  EXPECT_EQ(distill_config_of(recipe_, 20).pyramid.fpn_depth, 1);
  // Weights without them leave them to the preset.
  InferredSizes backbone_alone = sizes;
  backbone_alone.pyramid = {.num_outs = 1};
  backbone_alone.decoder.reset();
  EXPECT_EQ(mim_config_of(recipe_, backbone_alone).pyramid.fpn_dim, 16);
  EXPECT_EQ(mim_config_of(recipe_, backbone_alone).decoder.dim, 32);
}

// Each tensor of the learner, with the elements that the file has under its name.
void expect_weights(const Learner& learner, const NamedTensors& expected) {
  const NamedTensors model = learner.tensors().model;
  const std::map<std::string, torch::Tensor> known(expected.begin(), expected.end());
  for (const auto& [name, tensor] : model) {
    ASSERT_TRUE(known.contains(name)) << name;
    EXPECT_TRUE(tensor.equal(known.at(name))) << name;
  }
  EXPECT_EQ(model.size(), expected.size());
}

TEST_F(PretrainTaskTest, StartsFromWeightsOfAnotherPyramidAndIsBuiltAgainFromItsOwnCheckpoint) {
  PretrainTask task(recipe_, from_weights_);
  const Learner& learner = task.build(torch::kCPU, path_);
  task.load_initial_weights();
  expect_weights(learner, weights_);
  const std::string checkpoint = directory_.file("model.safetensors");
  write_weights_file(posix_fs(), checkpoint, as_tensor_bytes(copy_to_host(learner.tensors().model)), {});
  PretrainTask again(recipe_, RunRequest());
  const NamedTensors resumed = again.build(torch::kCPU, checkpoint).tensors().model;
  ASSERT_EQ(resumed.size(), weights_.size());
  for (size_t i = 0; i < resumed.size(); ++i) {
    EXPECT_EQ(resumed[i].second.sizes(), learner.tensors().model[i].second.sizes()) << resumed[i].first;
  }
}

TEST_F(PretrainTaskTest, PartialWeightsOfAnotherModelLeaveTheSizesToTheRecipe) {
  from_weights_.allow_partial = true;
  PretrainTask task(recipe_, from_weights_);
  const NamedTensors model = task.build(torch::kCPU, path_).tensors().model;
  const auto align =
      std::find_if(model.begin(), model.end(), [](const auto& item) { return item.first == "align_dim_16to8.weight"; });
  ASSERT_NE(align, model.end());
  EXPECT_EQ(align->second.size(0), 16);
  EXPECT_NO_THROW(task.load_initial_weights());
}

}  // namespace
}  // namespace itpn
