#include "itpn/models/mim/mim_model.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/core/errors.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/mim/pixel_loss.h"
#include "itpn/nn/weight_dtype.h"
#include "itpn/ops/tokens.h"

namespace itpn {
namespace {

MimConfig nano_mim() {
  const Preset p = find_preset("itpn-nano");
  return {.backbone = p.backbone, .pyramid = p.pyramid, .decoder = p.decoder, .mask = {}, .mfm = {}};
}

MimInput make_input(const MimConfig& config, int64_t height = 64, int64_t width = 64) {
  const int64_t patch = config.backbone.patch_size, patches = (height / patch) * (width / patch);
  MimInput input;
  const auto values = torch::arange(2 * config.backbone.in_channels * height * width, torch::kFloat32);
  input.images = values.mul(0.37).sin().reshape({2, config.backbone.in_channels, height, width});
  input.noise = mask_noise({1, 0, {4, 5}}, patches);
  return input;
}

// Loss and gradients by name after one forward and backward pass.
std::map<std::string, torch::Tensor> gradients_of(const MimConfig& config) {
  MimModel model(config, 5);
  const torch::Tensor loss = model->forward(make_input(config)).loss;
  loss.backward();
  std::map<std::string, torch::Tensor> found = {{"loss", loss.detach()}};
  for (const auto& item : model->named_parameters()) {
    if (item.value().grad().defined()) found[item.key()] = item.value().grad();
  }
  return found;
}

std::vector<std::string> loss_names(const MimOutput& output) {
  std::vector<std::string> names;
  for (const NamedLoss& loss : output.losses) names.push_back(loss.name);
  return names;
}

TEST(MimModel, NamesEachTermOfItsLoss) {
  const MimConfig config = nano_mim();
  MimModel model(config, 0);
  const MimOutput output = model->forward(make_input(config));
  EXPECT_EQ(loss_names(output), (std::vector<std::string>{"loss_mim", "loss_mfm_3", "loss_mfm_2", "loss_mfm_1"}));
  torch::Tensor sum = output.losses[0].value;
  for (size_t i = 1; i < output.losses.size(); ++i) sum = sum + config.mfm.weight * output.losses[i].value;
  EXPECT_TRUE(torch::allclose(output.loss, sum));
}

TEST(MimModel, LearnsABatchByHeart) {
  const MimConfig config = nano_mim();
  MimModel model(config, 0);
  torch::optim::AdamW optimiser(model->parameters(), torch::optim::AdamWOptions(3e-3));
  const MimInput input = make_input(config);
  const double before = model->forward(input).losses[0].value.item<double>();
  for (int step = 0; step < 60; ++step) {
    optimiser.zero_grad();
    model->forward(input).loss.backward();
    optimiser.step();
  }
  EXPECT_LT(model->forward(input).losses[0].value.item<double>(), 0.8 * before);
}

TEST(MimModel, LosesTheSameWithAndWithoutThePrediction) {
  const MimConfig config = nano_mim();
  MimModel model(config, 0);
  MimInput input = make_input(config);
  const MimOutput without = model->forward(input);
  input.want_prediction = true;
  const MimOutput with = model->forward(input);
  EXPECT_FALSE(without.prediction.defined());
  EXPECT_EQ(with.prediction.sizes(), at::IntArrayRef({2, 16, 768}));
  EXPECT_TRUE(torch::allclose(with.loss, without.loss, 1e-5, 1e-6));
  const torch::Tensor hidden = ops::gather_tokens(pixel_targets(input.images, 16, true), with.mask.ids_hidden);
  EXPECT_TRUE(torch::allclose(pixel_loss(ops::gather_tokens(with.prediction, with.mask.ids_hidden), hidden),
                              with.losses[0].value));
}

TEST(MimModel, NeverSeesHiddenPixels) {
  const MimConfig config = nano_mim();
  MimModel model(config, 0);
  MimInput input = make_input(config);
  input.want_prediction = true;
  const MimOutput first = model->forward(input);
  const int64_t hidden = first.mask.ids_hidden[0][0].item<int64_t>();
  input.images = input.images.clone();
  input.images[0].slice(1, hidden / 4 * 16, hidden / 4 * 16 + 16).slice(2, hidden % 4 * 16, hidden % 4 * 16 + 16) +=
      3.0;
  EXPECT_TRUE(torch::equal(model->forward(input).prediction, first.prediction));
}

TEST(MimModel, GivesTheTeacherNoGradient) {
  MimModel model(nano_mim(), 0);
  model->forward(make_input(nano_mim())).loss.backward();
  for (const torch::Tensor& parameter : model->teacher()->parameters()) {
    EXPECT_FALSE(parameter.requires_grad());
    EXPECT_FALSE(parameter.grad().defined());
  }
}

TEST(MimModel, StartsTheTeacherAsACopyUnderTheSameNames) {
  MimModel model(nano_mim(), 0);
  const auto student = model->named_parameters();
  const auto teacher = model->teacher()->named_parameters();
  EXPECT_GT(teacher.size(), 10U);
  for (const auto& item : teacher) {
    ASSERT_TRUE(student.contains(item.key())) << item.key();
    EXPECT_TRUE(torch::equal(item.value(), student[item.key()])) << item.key();
    EXPECT_NE(item.value().data_ptr(), student[item.key()].data_ptr()) << item.key();
  }
}

TEST(MimModel, KeepsTheTeacherOutOfItsParameters) {
  MimConfig with = nano_mim(), without = nano_mim();
  without.mfm.enabled = false;
  const size_t heads = 2 * 3;  // weight and bias for each level
  EXPECT_EQ(MimModel(with, 0)->parameters().size(), MimModel(without, 0)->parameters().size() + heads);
}

TEST(MimModel, TrainsEveryParameterButTheFixedTable) {
  const auto gradients = gradients_of(nano_mim());
  MimModel model(nano_mim(), 5);
  for (const auto& item : model->named_parameters()) {
    if (item.key() == "decoder_pos_embed") {
      EXPECT_FALSE(gradients.contains(item.key()));
    } else {
      EXPECT_TRUE(gradients.contains(item.key()) && gradients.at(item.key()).isfinite().all().item<bool>())
          << item.key();
    }
  }
}

TEST(MimModel, HasEqualGradientsWithActivationCheckpointing) {
  MimConfig plain = nano_mim(), saving = nano_mim();
  saving.backbone.activation_checkpointing = true;
  const auto expected = gradients_of(plain), found = gradients_of(saving);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, gradient] : expected) EXPECT_TRUE(torch::equal(found.at(name), gradient)) << name;
}

TEST(MimModel, TakesAnyShapeChannelsAndPatch) {
  for (const int64_t patch : {16, 32}) {
    MimConfig config = nano_mim();
    config.backbone.patch_size = patch;
    config.backbone.image_size = 4 * patch;
    config.backbone.in_channels = 5;
    MimModel model(config, 0);
    MimInput input = make_input(config, 2 * patch, 5 * patch);
    input.want_prediction = true;
    const MimOutput output = model->forward(input);
    EXPECT_EQ(output.prediction.sizes(), at::IntArrayRef({2, 10, patch * patch * 5}));
    output.loss.backward();
    EXPECT_TRUE(model->backbone.absolute_pos_embed.grad().isfinite().all().item<bool>());
  }
}

TEST(MimModel, TrainsWithConvolutionsInPlaceOfChannelMlps) {
  MimConfig config = nano_mim();
  config.backbone.stage_mixer = "conv";
  const auto gradients = gradients_of(config);
  EXPECT_TRUE(gradients.contains("blocks.0.conv.weight") && gradients.contains("fpn_modules.2.conv.bias"));
  EXPECT_TRUE(gradients.at("loss").isfinite().item<bool>());
}

TEST(MimModel, TrainsOnlyTheBackboneWithoutAPyramid) {
  MimConfig config = nano_mim();
  config.pyramid.num_outs = 1;
  MimModel model(config, 0);
  const MimOutput output = model->forward(make_input(config));
  EXPECT_EQ(loss_names(output), (std::vector<std::string>{"loss_mim", "loss_mfm_3"}));
  EXPECT_FALSE(model->named_parameters().contains("fpn_modules.0.norm2.weight"));
}

TEST(MimModel, TakesEachTeacherInput) {
  for (const std::string input : {"visible", "full", "masked"}) {
    MimConfig config = nano_mim();
    config.mfm.teacher_input = input;
    const auto gradients = gradients_of(config);
    EXPECT_TRUE(gradients.at("mfm_head.0.weight").abs().sum().item<double>() > 0) << input;
  }
}

TEST(MimModel, RunsItsProductsInBf16WithFp32Losses) {
  const MimConfig config = nano_mim();
  MimModel model(config, 0);
  const double exact = model->forward(make_input(config)).loss.item<double>();
  cast_matmul_weights(*model, torch::kBFloat16);
  cast_matmul_weights(*model->teacher(), torch::kBFloat16);
  const torch::Tensor loss = model->forward(make_input(config)).loss;
  EXPECT_EQ(loss.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(loss.item<double>(), exact, 0.02 * exact);
  loss.backward();
  EXPECT_EQ(model->decoder.decoder_pred->weight.grad().scalar_type(), torch::kBFloat16);
}

TEST(MimModel, DependsOnDrawsOnlyWithStochasticDepth) {
  MimConfig config = nano_mim();
  config.backbone.drop_path = 0.5;
  MimModel model(config, 0);
  MimInput input = make_input(config);
  const double without = model->forward(input).loss.item<double>();
  input.drop_path_draws = torch::zeros({model->backbone.drop_path_sites(), 2});  // drops wherever the rate allows
  EXPECT_NE(model->forward(input).loss.item<double>(), without);
}

TEST(MimConfig, RefusesSizesThatDoNotFit) {
  MimConfig config = nano_mim();
  config.decoder.dim = 24;
  EXPECT_THROW(MimModel(config, 0), Error);
  config = nano_mim();
  config.mask.ratio = 1.0;
  EXPECT_THROW(MimModel(config, 0), Error);
}

TEST(MimModel, TablesAreThoseOfTheSquareInWhichThePictureFits) {
  MimConfig config = nano_mim();
  config.backbone.image_size = {32, 64};
  config.backbone.rpe = true;
  MimModel model(config, 0);
  EXPECT_EQ(model->backbone.absolute_pos_embed.size(1), 4 * 4);
  EXPECT_EQ(model->decoder.decoder_pos_embed.size(1), 2 * 4);
  MimInput input = make_input(config, 32, 64);
  input.want_prediction = true;
  const MimOutput output = model->forward(input);
  EXPECT_EQ(output.prediction.size(1), 2 * 4);
  output.loss.backward();
  for (const auto& item : model->named_parameters()) {
    const bool is_learnt = item.value().requires_grad();
    EXPECT_EQ(is_learnt, item.value().grad().defined()) << item.key();
  }
}

}  // namespace
}  // namespace itpn
