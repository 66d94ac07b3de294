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
#include "itpn/tasks/train_session.h"

namespace itpn {

class PretrainLearner : public Learner {
 public:
  PretrainLearner(const PretrainConfig& config, const torch::Device& device);

  // Losses of a training batch. Masks and stochastic depth depend on the seed, the epoch and each sample's position
  // alone.
  StepLosses forward(const HostBatch& batch);
  // The masked pixel loss of a batch, without gradient; the mask of a sample depends on the seed and its position.
  double evaluate(const HostBatch& batch);
  // (B, E) mean over the patches of the backbone's last feature, of whole pictures, without gradient.
  torch::Tensor features(const HostBatch& batch);
  // Rows of original, masked picture, reconstruction, and reconstruction with the visible patches pasted.
  Image panel(const HostBatch& batch);
  // Moves the teacher towards the student.
  void update_teacher(double momentum);

  StateTensors tensors() const override;
  void adopt(const StateTensors& tensors) override;
  // After tensors().model alone has been read: the teacher starts as a copy of the student again.
  void adopt_initial_weights();

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
