#include "itpn/tasks/detect/detect_learner.h"

#include <torch/torch.h>

#include "itpn/engine/distributed.h"
#include "itpn/engine/learner_state.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/backbone/layer_ids.h"
#include "itpn/models/detection/detection_input.h"
#include "itpn/ops/to_device.h"
#include "itpn/optim/param_groups.h"

namespace itpn {
namespace {

std::vector<ParamGroup> groups_of(const Detector& model, const DetectLearnerConfig& config) {
  const BackboneConfig& backbone = config.model.backbone;
  const auto scale = [&](const std::string& name) {
    const int64_t id = layer_id(name, backbone, LayerRule::kDetection);
    return layer_lr_scale(id, config.optim.layer_decay, backbone, LayerRule::kDetection);
  };
  return layer_decay_groups(trainable_parameters(*model),
                            {config.optim.weight_decay, names_spared_from_decay(LayerRule::kDetection), scale});
}

}  // namespace

DetectLearner::DetectLearner(const DetectLearnerConfig& config) : config_(config) {
  model_ = Detector(config.model, config.seed);
  model_->to(config.device);
  updater_ = std::make_unique<ParameterUpdater>(
      *model_, UpdaterConfig{config.optim.adamw(), groups_of(model_, config), config.compute_type, config.accumulate});
}

void DetectLearner::join(ProcessGroup& group) {
  if (group.is_alone()) return;
  const auto processes = static_cast<double>(group.size());
  model_->join_processes([&group](const torch::Tensor& tensor) { group.sum(tensor); },
                         JointDivisor([&group, processes](double own) {
                           return group.sum(std::vector<double>{own}).front() / processes;
                         }));
}

StepLosses DetectLearner::losses(const DetectionBatch& batch) {
  DetectorInput input = detector_input(batch, config_.statistics, config_.device);
  const DrawKey draws{config_.seed, batch.epoch, batch.positions};
  if (config_.model.backbone.drop_path > 0.0) {
    input.drop_path_draws =
        ops::to_device(drop_path_draws(draws, model_->backbone->backbone.drop_path_sites()), config_.device);
  }
  StepLosses result;
  for (const NamedLoss& loss : model_->losses(input, objects_of(batch, config_.device), draws)) {
    result.total = result.total.defined() ? result.total + loss.value : loss.value;
    result.parts.emplace_back(loss.name, loss.value.detach());
  }
  for (const NamedLoss& accuracy : model_->accuracies()) result.parts.emplace_back(accuracy.name, accuracy.value);
  return result;
}

StateTensors DetectLearner::tensors() const { return learner_state(*model_, *updater_, nullptr); }

void DetectLearner::adopt(const StateTensors& tensors) { adopt_learner_state(tensors, *updater_, nullptr); }

void DetectLearner::adopt_initial_weights() { restart_from_weights(*updater_, nullptr); }

}  // namespace itpn
