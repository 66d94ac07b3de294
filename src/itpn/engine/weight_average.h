// A second model whose weights are a moving average of those being trained: the teacher of masked feature modelling, or
// the model that is evaluated.
#pragma once

#include <torch/nn/module.h>

#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/optim/ema.h"
#include "itpn/optim/master_weights.h"

namespace itpn {

class WeightAverage {
 public:
  // `average` is a copy of `followed`, or of a part of it, on its device, and lives on elsewhere; it wants no gradient
  // from now on. Its weights are kept in fp32 and follow `masters`, those of `followed`; its own matrices are cast to
  // `compute_type`. What is not trained (frozen parameters, buffers) is copied, never averaged.
  WeightAverage(torch::nn::Module& average, const torch::nn::Module& followed, const MasterWeights& masters,
                torch::ScalarType compute_type);

  // average = decay * average + (1 - decay) * weight. After an update of the parameters, once per step.
  void update(double decay);
  // The fp32 averages under the parameters' names, then the buffers; live.
  NamedTensors tensors() const;
  // After tensors() have been read from a checkpoint or a file.
  void adopt() const { weights_.write_to_model(); }

 private:
  MasterWeights weights_;
  NamedTensors buffers_;
  std::vector<EmaEntry> averaged_, copied_;
};

}  // namespace itpn
