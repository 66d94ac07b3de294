// A whole step of each model on the meta device: forward, backward, norm, update, moving average.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/weight_average.h"
#include "itpn/models/backbone/presets.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/models/mim/distill_model.h"
#include "itpn/models/mim/mim_model.h"
#include "tests/device/device_audit.h"

namespace itpn {
namespace {

using test::DeviceAudit;
using ::testing::IsEmpty;

constexpr int64_t kBatch = 2, kSide = 64, kPatches = 16;

at::Tensor on_device(at::IntArrayRef shape, at::ScalarType type = torch::kFloat32) {
  return torch::empty(shape, torch::TensorOptions(type).device(torch::kMeta));
}

UpdaterConfig updater_config(const torch::nn::Module& model, at::ScalarType type, bool accumulate) {
  return {AdamWConfig{}, weight_decay_groups(trainable_parameters(model), 0.05), type, accumulate};
}

// Operators that have no deterministic kernel on a GPU and throw there in the deterministic mode; those of which a
// model of this kind could be made.
const std::set<std::string>& without_deterministic_kernel() {
  static const std::set<std::string> names = {"aten::upsample_bicubic2d_backward",
                                              "aten::upsample_bilinear2d_backward",
                                              "aten::upsample_linear1d_backward",
                                              "aten::_upsample_bicubic2d_aa_backward",
                                              "aten::adaptive_avg_pool2d_backward",
                                              "aten::cumsum",
                                              "aten::put_",
                                              "aten::kthvalue",
                                              "aten::median",
                                              "aten::bincount",
                                              "aten::histc",
                                              "aten::nll_loss2d_forward",
                                              "aten::reflection_pad2d_backward",
                                              "aten::replication_pad2d_backward",
                                              "aten::grid_sampler_2d_backward"};
  return names;
}

void expect_clean(const DeviceAudit& audit) {
  EXPECT_THAT(audit.mixed(), IsEmpty());
  EXPECT_THAT(audit.waits(), IsEmpty());
  for (const std::string& name : without_deterministic_kernel()) {
    EXPECT_FALSE(audit.operators().contains(name)) << name;
  }
}

// One step with two micro-batches, so that gradients are gathered too.
template <class Loss>
void take_step(torch::nn::Module& model, torch::nn::Module* average_model, at::ScalarType type, const Loss& loss_of) {
  test::move_to_meta(model);
  ParameterUpdater updater(model, updater_config(model, type, /*accumulate=*/true));
  std::optional<WeightAverage> average;
  if (average_model) {
    test::move_to_meta(*average_model);
    average.emplace(*average_model, model, updater.weights(), type);
  }
  const DeviceAudit audit;
  updater.begin_step();
  for (int i = 0; i < 2; ++i) {
    loss_of().backward();
    updater.add_gradients();
  }
  EXPECT_TRUE(updater.gradient_norm().is_meta());
  updater.apply({.learning_rate = 1e-3, .gradient_factor = 0.5});
  if (average) average->update(0.9);
  expect_clean(audit);
  EXPECT_TRUE(audit.operators().contains("aten::_foreach_addcdiv_"));
}

class TrainingStepOnDevice : public ::testing::TestWithParam<at::ScalarType> {};

MimConfig mim_config(const std::string& teacher_input) {
  const Preset preset = find_preset("itpn-nano");
  MimConfig config;
  config.backbone = preset.backbone;
  config.pyramid = preset.pyramid;
  config.decoder = preset.decoder;
  config.backbone.drop_path = 0.1;
  config.mfm.teacher_input = teacher_input;
  return config;
}

TEST_P(TrainingStepOnDevice, OfMaskedImageModelling) {
  for (const char* teacher_input : {"visible", "masked", "full"}) {
    MimModel model(mim_config(teacher_input), 0);
    take_step(*model, model->teacher().get(), GetParam(), [&] {
      MimInput input;
      input.images = on_device({kBatch, 3, kSide, kSide});
      input.noise = on_device({kBatch, kPatches});
      input.drop_path_draws = on_device({model->backbone.drop_path_sites(), kBatch});
      return model->forward(input).loss;
    });
  }
}

TEST_P(TrainingStepOnDevice, OfDistillation) {
  const Preset preset = find_preset("itpn-nano");
  DistillModelConfig config;
  config.backbone = preset.backbone;
  config.backbone.rpe = true;
  config.backbone.drop_path = 0.1;
  config.pyramid = preset.pyramid;
  config.teacher_dim = 24;
  config.distill.pixel_weight = 1.0;
  config.mfm.enabled = true;
  config.mfm.teacher_input = "full";
  for (const char* levels : {"last", "multi"}) {
    config.distill.target_levels = levels;
    DistillModel model(config, 0);
    take_step(*model, model->teacher().get(), GetParam(), [&] {
      DistillInput input;
      input.images = on_device({kBatch, 3, kSide, kSide});
      input.is_hidden = on_device({kBatch, kPatches}, torch::kBool);
      input.hidden_rows = on_device({kBatch * kPatches / 2}, torch::kInt64);
      input.targets = on_device({kBatch, kPatches, config.teacher_dim});
      input.drop_path_draws = on_device({model->drop_path_sites(), kBatch});
      return model->forward(input).loss;
    });
  }
}

TEST_P(TrainingStepOnDevice, OfClassification) {
  ClassifierConfig config{.backbone = find_preset("itpn-nano").backbone, .num_classes = 5};
  config.backbone.rpe = true;
  config.backbone.layer_scale = 0.1;
  config.backbone.drop_path = 0.1;
  for (const bool is_probe : {false, true}) {
    config.is_probe = is_probe;
    Classifier model(config, 0), averaged(config, 0);
    take_step(*model, averaged.get(), GetParam(), [&] {
      BackboneInput input;
      input.images = on_device({kBatch, 3, kSide, kSide});
      if (!is_probe) input.drop_path_draws = on_device({model->backbone.drop_path_sites(), kBatch});
      const at::Tensor logits = model->forward(input).logits;
      return label_smoothing_cross_entropy(logits, on_device({kBatch}, torch::kInt64), 0.1);
    });
  }
}

INSTANTIATE_TEST_SUITE_P(, TrainingStepOnDevice, ::testing::Values(torch::kFloat32, torch::kBFloat16, torch::kHalf),
                         [](const auto& info) { return std::string(c10::toString(info.param)); });

TEST(DeviceAudit, CountingHiddenPatchesOnTheDeviceIsAWait) {
  EXPECT_THROW(rows_of_hidden(on_device({kBatch, kPatches}, torch::kBool)), c10::Error);
  EXPECT_TRUE(rows_of_hidden(torch::tensor({{false, true}, {true, false}})).equal(torch::tensor({1, 2})));
}

TEST(DeviceAudit, SeesTensorsOfTheHostBesideThoseOfTheDevice) {
  const at::Tensor device = on_device({2, 3}), host = torch::ones({3, 2});
  const DeviceAudit audit;
  try {
    at::mm(device, host);
  } catch (const c10::Error&) {  // some operators say so themselves
  }
  EXPECT_EQ(audit.mixed().size(), 1);
}

TEST(DeviceAudit, SeesCopiesThatTheHostWaitsFor) {
  const at::Tensor host = torch::ones({3});
  const DeviceAudit audit;
  host.to(torch::kMeta, /*non_blocking=*/true);
  EXPECT_THAT(audit.waits(), IsEmpty());
  host.to(torch::kMeta);
  EXPECT_EQ(audit.waits().size(), 1);
}

TEST(DeviceAudit, ContentOfTheDeviceCannotBeRead) {
  EXPECT_THROW(on_device({}).item<float>(), c10::Error);
  EXPECT_THROW(on_device({2}).cpu(), c10::Error);
}

}  // namespace
}  // namespace itpn
