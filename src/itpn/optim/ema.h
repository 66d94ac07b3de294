// Exponential moving average of weights: the teacher of masked feature modelling.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace itpn {

// One averaged tensor. All of one shape.
struct EmaEntry {
  at::Tensor value;    // what is followed, fp32
  at::Tensor average;  // fp32
  at::Tensor rounded;  // the teacher's copy in a shorter float, written in the same pass; or undefined
};

// average = decay * average + (1 - decay) * value, for every entry. Buffers that are not floating point are copied.
void update_ema(const std::vector<EmaEntry>& entries, double decay);

}  // namespace itpn
