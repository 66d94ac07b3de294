// What the checks of training steps share.
#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/golden/golden.h"

namespace itpn::golden {

// AdamW steps as the fixture's `optimizer` says, on the loss of each step: parameter groups, losses, gradient norms and
// the parameters afterwards, each where the fixture holds it. Nothing where it tells of no steps. `model` is in fp32;
// `spared` as in weight_decay_groups().
void compare_optimiser_steps(const Fixture& fixture, torch::nn::Module& model,
                             const std::function<torch::Tensor(int64_t step)>& loss_of,
                             const std::vector<std::string>& spared, Comparison& comparison);

}  // namespace itpn::golden
