// Storing a model's matrices in a shorter float.
#pragma once

#include <torch/nn/module.h>

namespace itpn {

// Is the parameter a matrix or a convolution kernel, whose products may run in a shorter float? Norms, biases, tokens,
// position and bias tables are not.
bool is_matmul_weight(const std::string& name, const torch::Tensor& parameter);

// Stores the matmul weights in `dtype` in place (they stay leaves); everything else keeps its dtype. Existing gradients
// are dropped.
void cast_matmul_weights(torch::nn::Module& module, torch::ScalarType dtype);

}  // namespace itpn
