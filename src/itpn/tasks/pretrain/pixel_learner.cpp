#include "itpn/tasks/pretrain/pixel_learner.h"

#include <torch/torch.h>

#include "itpn/models/backbone/weight_rules.h"
#include "itpn/ops/to_device.h"
#include "itpn/tasks/pretrain/reconstruction_panel.h"

namespace itpn {

PixelLearner::PixelLearner(const PretrainConfig& recipe, const WeightSizes& weights, const torch::Device& to)
    : PretrainingLearner(recipe, to), model_(mim_config_of(recipe, weights), static_cast<uint64_t>(recipe.train.seed)) {
  model_->to(to);
  adopt_model(model_.ptr(), model_->teacher(), {});
}

MimInput PixelLearner::input_of(const HostBatch& batch, uint64_t epoch) const {
  const int64_t patch = config().model.patch_size;
  MimInput input;
  input.images = images_of(batch);
  input.noise =
      ops::to_device(mask_noise(draw_key(batch, epoch), (batch.height / patch) * (batch.width / patch)), device());
  return input;
}

StepLosses PixelLearner::forward(const HostBatch& batch) {
  MimInput input = input_of(batch, batch.epoch);
  input.drop_path_draws = drop_path_draws_of(batch, model_->backbone.drop_path_sites());
  const MimOutput output = model_->forward(input);
  return step_losses(output.loss, output.losses);
}

double PixelLearner::evaluate(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  return model_->forward(input_of(batch, /*epoch=*/0)).losses.front().value.item<double>();
}

Image PixelLearner::panel(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  MimInput input = input_of(batch, /*epoch=*/0);
  input.want_prediction = true;
  const MimOutput output = model_->forward(input);
  return reconstruction_panel({.images = input.images,
                               .prediction = output.prediction,
                               .is_hidden = output.mask.is_hidden,
                               .patch_size = config().model.patch_size,
                               .normalised_targets = model_->config.normalise_pixels,
                               .statistics = statistics()});
}

LoadRules PixelLearner::weight_rules() const { return pretraining_weight_rules(); }

}  // namespace itpn
