#include "itpn/tasks/classify/finetune.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/core/log.h"
#include "itpn/data/path_kind.h"
#include "itpn/models/backbone/layer_ids.h"
#include "itpn/models/classification/classification_loss.h"
#include "itpn/ops/mix_images.h"
#include "itpn/tasks/classify/classification_task.h"
#include "itpn/tasks/run/recipe_checks.h"
#include "itpn/tasks/run/settle_batch.h"
#include "itpn/tasks/weights/starting_weights.h"

namespace itpn {
namespace {

class FinetuneTask : public ClassificationTask {
 public:
  FinetuneTask(const FinetuneConfig& config, const RunRequest& request)
      : ClassificationTask(config, request), config_(config) {}

  RunSettings settings() const override {
    return {"finetune",         config_.model.preset, dump_config(config_),    config_.train,
            config_.checkpoint, config_.log,          config_.optim.clip_grad, following(config_.optim, config_.train)};
  }

  std::vector<ConfigChange> changes_since(const Progress& saved) override {
    return classification_changes(saved, config_, /*sees_micro_batch=*/config_.mix.is_on());
  }

  StepLosses losses_of(const HostBatch& batch) override {
    const ops::MixDecision mix = ops::batch_mix(config_.mix, static_cast<uint64_t>(config_.train.seed), batch);
    BackboneInput input;
    input.images = ops::mix_images(learner().images_of(batch), mix);
    input.drop_path_draws = learner().drop_path_of(batch);
    const torch::Tensor labels = learner().labels_of(batch);
    const torch::Tensor logits = learner().model()->forward(input).logits;
    const double smoothing = config_.loss.label_smoothing;
    if (!config_.mix.is_on()) return {label_smoothing_cross_entropy(logits, labels, smoothing), {}};
    return {soft_target_cross_entropy(logits, ops::soft_targets(labels, classes(), smoothing, mix)), {}};
  }

 protected:
  void complete(ClassificationLearnerConfig* learner) const override {
    learner->optimizer = config_.optim.adamw();
    learner->ema_decay = config_.ema.decay;
    learner->groups = [optim = config_.optim, backbone = learner->model.backbone](const NamedParameters& trainable) {
      const auto scale = [&](const std::string& name) {
        const int64_t id = layer_id(name, backbone, LayerRule::kClassification);
        return layer_lr_scale(id, optim.layer_decay, backbone, LayerRule::kClassification);
      };
      return layer_decay_groups(trainable,
                                {optim.weight_decay, names_spared_from_decay(LayerRule::kClassification), scale});
    };
  }

 private:
  FinetuneConfig config_;
};

}  // namespace

FinetuneConfig load_finetune_config(const std::string& recipe, const std::vector<std::string>& overrides) {
  return load_training_recipe<FinetuneConfig>(recipe, overrides);
}

void check_finetune_config(const FinetuneConfig& config) {
  check_classification_config(config);
  ops::check_mix_batch(config.mix, config.train.micro_batch());
}

ClassificationResult finetune(const FinetuneRequest& request) {
  return with_training_group(request.config.distributed, request.config.train, [&](ProcessGroup& group) {
    FinetuneConfig config = shared_out(request.config, group);
    check_finetune_config(config);
    settle_source(posix_fs(), &config.data);
    settle_batch(config.data, kUsualFinetuneBatch, &config.train);
    check_finetune_config(config);
    settle_model(&config, request.run);
    FinetuneTask task(config, request.run);
    const RunResult run = train(task, request.run, group);
    return ClassificationResult{run, task.validation(), task.best()};
  });
}

}  // namespace itpn
