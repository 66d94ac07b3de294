// What the checks of whole models share.
#pragma once

#include <torch/nn/module.h>

#include "itpn/models/mim/mim_config.h"
#include "tests/golden/golden.h"

namespace itpn::golden {

// Sizes from a fixture's `config`, with the defaults of the published constructors.
BackboneConfig backbone_config(const nlohmann::json& config);
PyramidConfig pyramid_config(const nlohmann::json& config);
MimConfig mim_config(const nlohmann::json& config);

// Copies named tensors into the parameters and buffers of the module. Records a failure where the names on the two
// sides differ; `allowed_extra` are prefixes of names that only the module has.
void load_weights(torch::nn::Module& module, const std::map<std::string, at::Tensor>& weights, Comparison& comparison,
                  const std::vector<std::string>& allowed_extra = {});

// Moves the module to the device, and rounds its matrices to the type.
void place(torch::nn::Module& module, const Setting& setting);

// Gradients of the module against the tensors below `prefix`, if there are any; the slices named by the fixture as
// analytically zero are left out.
void compare_gradients(torch::nn::Module& module, const Fixture& fixture, const std::string& prefix,
                       Comparison& comparison);

// Sets the slice that the fixture calls analytically zero for `name`, if any, to 0 in a copy.
at::Tensor without_zero_slice(const Fixture& fixture, const std::string& name, const at::Tensor& tensor);

// The largest entry of all gradients below `prefix`. Some gradients are zero by symmetry (a shift that every norm
// removes), and nothing but noise is left of them, which Tolerances::noise tells by this.
double largest_gradient(const Fixture& fixture, const std::string& prefix);

// The tensors `kind`/`name` of the fixture against observed values, where the fixture holds them.
void compare_observed(const std::string& kind, const std::map<std::string, at::Tensor>& observed,
                      const Fixture& fixture, Comparison& comparison);

}  // namespace itpn::golden
