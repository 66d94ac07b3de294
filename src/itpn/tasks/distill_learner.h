// The student of CLIP-supervised pre-training with its optimiser and its frozen teacher, on one device.
#pragma once

#include <memory>

#include "itpn/engine/weight_average.h"
#include "itpn/models/mim/distill_model.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/tasks/clip_teacher.h"
#include "itpn/tasks/pretrain_config.h"
#include "itpn/tasks/pretraining_learner.h"

namespace itpn {

class DistillLearner : public PretrainingLearner {
 public:
  DistillLearner(const PretrainConfig& config, const torch::Device& device);

  StepLosses forward(const HostBatch& batch) override;
  // All terms with their weights.
  double evaluate(const HostBatch& batch) override;
  torch::Tensor features(const HostBatch& batch) override;
  // Rows of original, masked picture, the teacher's features, the student's.
  Image panel(const HostBatch& batch) override;
  void update_teacher(double momentum) override;

  // Without the teacher, which does not change.
  StateTensors tensors() const override;
  void adopt(const StateTensors& tensors) override;
  void adopt_initial_weights() override;
  LoadRules weight_rules() const override;

  ParameterUpdater& updater() override { return *updater_; }

 private:
  DistillInput input_of(const HostBatch& batch, uint64_t epoch);

  PretrainConfig config_;
  torch::Device device_;
  ops::PixelStatistics statistics_;
  ClipTeacher teacher_;
  DistillModel model_{nullptr};
  std::unique_ptr<ParameterUpdater> updater_;
  std::unique_ptr<WeightAverage> average_;  // of the backbone, for masked feature modelling; null without
};

}  // namespace itpn
