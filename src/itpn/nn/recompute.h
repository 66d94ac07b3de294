// Activation checkpointing: what a block computed inside is thrown away after the forward pass and computed again when
// the gradient needs it. Costs one more forward pass of the block, saves its activations.
#pragma once

#include <torch/nn/module.h>

#include <functional>

namespace itpn {

// The value of function(x), with the inside of `function` recomputed in the backward pass. `parameters` are the leaves
// that `function` uses; their gradients and that of x equal those without recomputation. `function` is deterministic.
torch::Tensor recompute_in_backward(const std::function<torch::Tensor(const torch::Tensor&)>& function,
                                    const torch::Tensor& x, const std::vector<torch::Tensor>& parameters);

}  // namespace itpn
