// The teacher of masked feature modelling as a moving average of the student's fp32 weights.
#pragma once

#include <torch/nn/module.h>

#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/optim/ema.h"
#include "itpn/optim/master_weights.h"

namespace itpn {

class TeacherAverage {
 public:
  // `teacher` holds a copy of the student and is on its device. Its average is kept in fp32; its own matrices are cast
  // to `compute_type`. Every parameter of the teacher follows the student's master of the same name.
  TeacherAverage(torch::nn::Module& teacher, const MasterWeights& student, torch::ScalarType compute_type);

  void update(double momentum) { update_ema(entries_, momentum); }
  // The fp32 averages under the parameters' names, live.
  NamedTensors tensors() const { return weights_.masters(); }
  // After tensors() have been read from a checkpoint or a file.
  void adopt() const { weights_.write_to_model(); }

 private:
  MasterWeights weights_;
  std::vector<EmaEntry> entries_;
};

}  // namespace itpn
