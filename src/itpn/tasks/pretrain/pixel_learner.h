// The model that learns to predict the pixels of hidden patches, and the features of its own moving average.
#pragma once

#include "itpn/models/mim/mim_model.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/pretrain/pretraining_learner.h"

namespace itpn {

class PixelLearner : public PretrainingLearner {
 public:
  // `weights` as in mim_config_of.
  PixelLearner(const PretrainConfig& config, const WeightSizes& weights, const torch::Device& device);

  StepLosses forward(const HostBatch& batch) override;
  // The masked pixel loss.
  double evaluate(const HostBatch& batch) override;
  // Rows of original, masked picture, reconstruction, and reconstruction with the visible patches pasted.
  Image panel(const HostBatch& batch) override;
  LoadRules weight_rules() const override;

 private:
  // Without stochastic depth.
  MimInput input_of(const HostBatch& batch, uint64_t epoch) const;

  MimModel model_{nullptr};
};

}  // namespace itpn
