// A detector that is trained, with its optimiser, on one device.
#pragma once

#include <memory>

#include "itpn/models/detection/detector.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/structures/detection_batch.h"
#include "itpn/tasks/detect/detect_config.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

struct DetectLearnerConfig {
  DetectorConfig model;
  uint64_t seed = 0;
  torch::Device device = torch::kCPU;
  ops::PixelStatistics statistics;
  torch::ScalarType compute_type = torch::kFloat32;
  bool accumulate = false;  // more than one micro-batch a step
  DetectOptimConfig optim;
};

class DetectLearner : public Learner {
 public:
  explicit DetectLearner(const DetectLearnerConfig& config);

  // Losses are from now on those of all processes together.
  void join(ProcessGroup& group);
  // The sum of all losses of the batch, and each by its name.
  StepLosses losses(const DetectionBatch& batch);
  // After tensors().model has been read: the model follows.
  void adopt_initial_weights();

  StateTensors tensors() const override;
  void adopt(const StateTensors& tensors) override;
  ParameterUpdater& updater() override { return *updater_; }
  // Batch normalisation waits for the other processes in the backward pass.
  bool can_overlap() const override { return false; }
  Detector& model() { return model_; }
  const torch::Device& device() const { return config_.device; }

 private:
  DetectLearnerConfig config_;
  Detector model_{nullptr};
  std::unique_ptr<ParameterUpdater> updater_;
};

}  // namespace itpn
