// What pre-training asks of the model that it trains, whatever the targets are.
#pragma once

#include <torch/types.h>

#include "itpn/engine/train_task.h"
#include "itpn/io/image.h"
#include "itpn/io/load_plan.h"
#include "itpn/tasks/train_session.h"

namespace itpn {

class PretrainingLearner : public Learner {
 public:
  // Losses of a training batch. Masks and stochastic depth depend on the seed, the epoch and each sample's position
  // alone.
  virtual StepLosses forward(const HostBatch& batch) = 0;
  // The loss that tells how well the targets are predicted, without gradient; the mask of a sample depends on the seed
  // and its position.
  virtual double evaluate(const HostBatch& batch) = 0;
  // (B, E) mean over the patches of the backbone's last feature, of whole pictures, without gradient.
  virtual torch::Tensor features(const HostBatch& batch) = 0;
  // A picture of what the model predicts, a row for each of the batch.
  virtual Image panel(const HostBatch& batch) = 0;
  // Moves the moving average of the weights, if there is one, towards them.
  virtual void update_teacher(double momentum) = 0;
  // After tensors().model alone has been read: everything that follows the weights starts from them again.
  virtual void adopt_initial_weights() = 0;
  // What may be missing or left over in a file of weights that training starts from.
  virtual LoadRules weight_rules() const = 0;
};

}  // namespace itpn
