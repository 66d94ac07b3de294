// Everything that a resumed run needs to go on as if it had never stopped.
#pragma once

#include "itpn/engine/run_progress.h"
#include "itpn/nn/named_tensors.h"

namespace itpn {

// The tensors of a training state by file. All fp32 (or integer), on any device; they share memory with the live state.
struct StateTensors {
  NamedTensors model;      // fp32 masters and buffers under the published names
  NamedTensors ema;        // the teacher; empty without one
  NamedTensors optimizer;  // moments, "exp_avg/NAME" and "exp_avg_sq/NAME"
};

}  // namespace itpn
