// The trainable parameters of a model together with their optimiser: gradients are gathered over micro-batches,
// measured, and applied to fp32 masters, whose rounded values go back into the model.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <vector>

#include "itpn/engine/train_state.h"

namespace itpn {

struct UpdaterConfig {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0.0;
  torch::ScalarType compute_type = torch::kFloat32;  // of the matrix products' weights in the model
  bool accumulate = false;                           // more than one micro-batch a step
};

// How far one update goes: `gradient_factor` undoes the loss scale and clips.
struct UpdateStep {
  double learning_rate = 0.0;
  double gradient_factor = 1.0;
};

class ParameterUpdater {
 public:
  virtual ~ParameterUpdater() = default;
  // Takes the gradients of one micro-batch out of the model and adds them to those of the step.
  virtual void add_gradients() = 0;
  // Global L2 norm of the step's gradients as they are, in fp32 on the device; NaN or infinite if any entry is.
  virtual torch::Tensor gradient_norm() = 0;
  // AdamW on the masters; then the model's weights are the rounded masters. Consumes the gradients.
  virtual void apply(const UpdateStep& step) = 0;
  // Forgets the step's gradients; nothing else changes.
  virtual void discard() = 0;
};

}  // namespace itpn
