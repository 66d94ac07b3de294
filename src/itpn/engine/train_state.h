// Everything that a resumed run needs to go on as if it had never stopped.
#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "itpn/engine/run_progress.h"

namespace itpn {

// {name, tensor} in a fixed order. Tensors share memory with the live state.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

// The tensors of a training state by file. All fp32 (or integer), on any device.
struct StateTensors {
  NamedTensors model;      // fp32 masters and buffers under the published names
  NamedTensors ema;        // the teacher; empty without one
  NamedTensors optimizer;  // moments, "exp_avg/NAME" and "exp_avg_sq/NAME"
};

}  // namespace itpn
