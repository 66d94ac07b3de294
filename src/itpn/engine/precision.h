// The arithmetic of a run: which type the matrix products use, and every global numeric switch of LibTorch, set in this
// one place.
#pragma once

#include <torch/types.h>

#include <string>

#include "itpn/engine/run_config.h"

namespace itpn {

// Sets threads, exact fp32 products (no TF32, no reduced oneDNN modes) and, on an accelerator, deterministic kernels;
// on the CPU makes the process keep its memory between steps. Call once, before the model is built.
void configure_numerics(const TrainConfig& config, const torch::Device& device);

// Type of the matrix products' weights for "fp32", "bf16" or "fp16". Throws a usage error (exit 2) for fp16 on a CPU,
// which has no fast kernels for it.
torch::ScalarType compute_type(const std::string& precision, const torch::Device& device);

}  // namespace itpn
