// A classifier that is trained, with its optimiser and the moving average of its weights, on one device.
#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>

#include "itpn/engine/weight_average.h"
#include "itpn/models/classification/classifier.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/structures/host_batch.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

struct ClassificationLearnerConfig {
  ClassifierConfig model;
  uint64_t seed = 0;
  torch::Device device = torch::kCPU;
  ops::PixelStatistics statistics;
  torch::ScalarType compute_type = torch::kFloat32;
  bool accumulate = false;  // more than one micro-batch a step
  OptimizerConfig optimizer;
  std::function<std::vector<ParamGroup>(const NamedParameters& trainable)> groups;
  double ema_decay = 0.0;  // 0: no average
};

class ClassificationLearner : public Learner {
 public:
  explicit ClassificationLearner(const ClassificationLearnerConfig& config);

  // (B, C, H, W), normalised, with parts erased, on the device.
  torch::Tensor images_of(const HostBatch& batch) const;
  // (B) on the device.
  torch::Tensor labels_of(const HostBatch& batch) const;
  // (sites, B) draws for stochastic depth, or undefined where there is none.
  torch::Tensor drop_path_of(const HostBatch& batch) const;
  // (B, classes) in evaluation mode, without gradient; of the averaged weights, if asked for.
  torch::Tensor logits(const HostBatch& batch, bool of_average = false);
  // (B, E) features in front of the head, the same way.
  torch::Tensor features(const HostBatch& batch);

  bool has_average() const { return average_ != nullptr; }
  // Moves the average towards the weights; after each update.
  void update_average();
  // After tensors().model alone has been read: the average starts as a copy again.
  void adopt_initial_weights();

  StateTensors tensors() const override;
  void adopt(const StateTensors& tensors) override;
  ParameterUpdater& updater() override { return *updater_; }
  Classifier& model() { return model_; }

 private:
  ClassificationLearnerConfig config_;
  Classifier model_{nullptr};
  std::unique_ptr<ParameterUpdater> updater_;
  Classifier averaged_model_{nullptr};
  std::unique_ptr<WeightAverage> average_;  // null without EMA
};

}  // namespace itpn
