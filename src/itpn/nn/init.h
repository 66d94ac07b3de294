// Start values of parameters, as the published code has them, from one seed.
#pragma once

#include <torch/nn/module.h>

namespace itpn {

// Linear weights and tokens (names ending in _token): normal with deviation 0.02. Convolutions: uniform up to
// 1 / sqrt(fan in), their biases too. Everything else (norms, biases, bias tables, layer scales) keeps the value it was
// built with. Each parameter's numbers are a function of (seed, its name) alone. Call before the weights are cast and
// while they are on the CPU.
void initialise_parameters(torch::nn::Module& module, uint64_t seed);

// The position table of models that are not pre-trained: normal with deviation 0.02.
void initialise_normal(torch::Tensor parameter, uint64_t seed);

}  // namespace itpn
