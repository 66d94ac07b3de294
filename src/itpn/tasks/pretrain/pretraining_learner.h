// A model that is pre-trained, whatever the targets are, with its optimiser and the moving average of its backbone.
#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/train_task.h"
#include "itpn/engine/weight_average.h"
#include "itpn/io/image.h"
#include "itpn/io/load_plan.h"
#include "itpn/models/backbone/draws.h"
#include "itpn/models/backbone/itpn.h"
#include "itpn/models/mim/mfm.h"
#include "itpn/nn/named_loss.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

class PretrainingLearner : public Learner {
 public:
  // Losses of a training batch. Masks and stochastic depth depend on the seed, the epoch and each sample's position
  // alone.
  virtual StepLosses forward(const HostBatch& batch) = 0;
  // The loss that tells how well the targets are predicted, without gradient; the mask of a sample depends on the seed
  // and its position.
  virtual double evaluate(const HostBatch& batch) = 0;
  // A picture of what the model predicts, a row for each of the batch.
  virtual Image panel(const HostBatch& batch) = 0;
  // What may be missing or left over in a file of weights that training starts from.
  virtual LoadRules weight_rules() const = 0;

  // (B, E) mean over the patches of the backbone's last feature, of whole pictures, without gradient.
  torch::Tensor features(const HostBatch& batch);
  // Moves the moving average of the weights, if there is one, towards them.
  void update_teacher(double momentum);
  // After tensors().model alone has been read: everything that follows the weights starts from them again.
  void adopt_initial_weights();

  StateTensors tensors() const override;
  void adopt(const StateTensors& tensors) override;
  ParameterUpdater& updater() override { return *updater_; }

 protected:
  PretrainingLearner(const PretrainConfig& config, const torch::Device& device);

  // Once, by the constructor of a class that has made its model: the optimiser, which decays no parameter called as one
  // of `spared`, and the moving average of `teacher` unless it is null.
  void adopt_model(const std::shared_ptr<ItpnImpl>& model, Teacher teacher, const std::vector<std::string>& spared);

  // What the batch's random decisions depend on.
  DrawKey draw_key(const HostBatch& batch, uint64_t epoch) const;
  // (B, C, H, W) on the device, normalised.
  torch::Tensor images_of(const HostBatch& batch) const;
  // (sites, B) draws of a training batch; undefined without stochastic depth.
  torch::Tensor drop_path_draws_of(const HostBatch& batch, int64_t sites) const;
  const PretrainConfig& config() const { return config_; }
  const torch::Device& device() const { return device_; }
  const ops::PixelStatistics& statistics() const { return statistics_; }

 private:
  const PretrainConfig config_;
  const torch::Device device_;
  const ops::PixelStatistics statistics_;
  std::shared_ptr<ItpnImpl> model_;
  std::unique_ptr<ParameterUpdater> updater_;
  std::unique_ptr<WeightAverage> average_;  // null without masked feature modelling
};

// The losses of a forward pass, as the training loop wants them.
StepLosses step_losses(const torch::Tensor& total, const std::vector<NamedLoss>& parts);

}  // namespace itpn
