#include "itpn/tasks/pretrain/distill_learner.h"

#include <torch/torch.h>

#include "itpn/models/backbone/weight_rules.h"
#include "itpn/ops/to_device.h"
#include "itpn/tasks/pretrain/distill_masks.h"
#include "itpn/tasks/pretrain/feature_panel.h"

namespace itpn {

DistillLearner::DistillLearner(const PretrainConfig& recipe, const WeightSizes& weights, const torch::Device& to)
    : PretrainingLearner(recipe, to), teacher_(recipe.teacher, to) {
  teacher_.require_grid(patch_grid(recipe.data.image_size, recipe.model.patch_size));
  model_ = DistillModel(distill_config_of(recipe, teacher_.dim(), weights), static_cast<uint64_t>(recipe.train.seed));
  model_->to(to);
  adopt_model(model_.ptr(), model_->teacher(), {"absolute_pos_embed"});
}

DistillInput DistillLearner::input_of(const HostBatch& batch, uint64_t epoch) {
  const int64_t patch = config().model.patch_size;
  DistillInput input;
  input.images = images_of(batch);
  const torch::Tensor hidden =
      draw_hidden(draw_key(batch, epoch), config().mask, batch.height / patch, batch.width / patch);
  input.is_hidden = ops::to_device(hidden, device());
  input.hidden_rows = ops::to_device(rows_of_hidden(hidden), device());
  input.targets = teacher_.targets(batch);
  return input;
}

StepLosses DistillLearner::forward(const HostBatch& batch) {
  DistillInput input = input_of(batch, batch.epoch);
  input.drop_path_draws = drop_path_draws_of(batch, model_->drop_path_sites());
  const DistillOutput output = model_->forward(input);
  return step_losses(output.loss, output.losses);
}

double DistillLearner::evaluate(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  return model_->forward(input_of(batch, /*epoch=*/0)).loss.item<double>();
}

Image DistillLearner::panel(const HostBatch& batch) {
  const torch::NoGradGuard no_grad;
  const DistillInput input = input_of(batch, /*epoch=*/0);
  return feature_panel({.images = input.images,
                        .is_hidden = input.is_hidden,
                        .targets = input.targets,
                        .prediction = model_->forward(input).prediction,
                        .patch_size = config().model.patch_size,
                        .statistics = statistics()});
}

LoadRules DistillLearner::weight_rules() const { return distillation_weight_rules(); }

}  // namespace itpn
