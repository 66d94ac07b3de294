// The model that a recipe pre-trains, with its optimiser and its teacher, on one device.
#pragma once

#include <torch/types.h>

#include <memory>

#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/train_task.h"
#include "itpn/engine/weight_average.h"
#include "itpn/io/image.h"
#include "itpn/models/mim/mim_model.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/tasks/pretrain_config.h"
#include "itpn/tasks/pretraining_learner.h"

namespace itpn {

class PretrainLearner : public PretrainingLearner {
 public:
  PretrainLearner(const PretrainConfig& config, const torch::Device& device);

  StepLosses forward(const HostBatch& batch) override;
  // The masked pixel loss.
  double evaluate(const HostBatch& batch) override;
  torch::Tensor features(const HostBatch& batch) override;
  // Rows of original, masked picture, reconstruction, and reconstruction with the visible patches pasted.
  Image panel(const HostBatch& batch) override;
  void update_teacher(double momentum) override;

  StateTensors tensors() const override;
  void adopt(const StateTensors& tensors) override;
  void adopt_initial_weights() override;
  LoadRules weight_rules() const override;

  ParameterUpdater& updater() override { return *updater_; }
  MimModel& model() { return model_; }

 private:
  MimInput input_of(const HostBatch& batch, uint64_t epoch) const;

  PretrainConfig config_;
  torch::Device device_;
  ops::PixelStatistics statistics_;
  MimModel model_{nullptr};
  std::unique_ptr<ParameterUpdater> updater_;
  std::unique_ptr<WeightAverage> teacher_;  // null without MFM
};

}  // namespace itpn
