// Start values of parameters, as the published code has them, from one seed.
#pragma once

#include <torch/nn/module.h>

#include <string>

namespace itpn {

// Linear weights and tokens (names ending in _token): normal with deviation 0.02. Convolutions: uniform up to
// 1 / sqrt(fan in), their biases too. Everything else (norms, biases, bias tables, layer scales) keeps the value it was
// built with. Each parameter's numbers are a function of (seed, its name) alone. Call before the weights are cast and
// while they are on the CPU.
void initialise_parameters(torch::nn::Module& module, uint64_t seed);

// Draws one parameter again: normal with the given deviation, a function of (seed, name) alone. For position tables of
// models that are not pre-trained, and for heads.
void initialise_normal(torch::Tensor parameter, const std::string& name, uint64_t seed, double deviation = 0.02);

}  // namespace itpn
