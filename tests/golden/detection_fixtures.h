// What the checks of detection share.
#pragma once

#include <torch/nn/module.h>

#include "itpn/ops/box_coder.h"
#include "tests/golden/golden.h"

namespace itpn::golden {

// The tensors "CASE.field" of one case.
struct Case {
  const Fixture& fixture;
  std::string id;

  std::string name(const std::string& field) const { return id + "." + field; }
  const at::Tensor& at(const std::string& field) const { return fixture.at(name(field)); }
  bool has(const std::string& field) const { return fixture.has(name(field)); }
};

// A copy that wants a gradient.
at::Tensor leaf(const at::Tensor& tensor);

// A scalar against a tensor with one entry.
void compare_scalar(const Fixture& fixture, const std::string& name, const at::Tensor& found, Comparison& comparison);

// The gradient of `of` with regard to `leaf`, where the fixture holds one; within the tolerance of gradients. Keeps the
// graph.
void compare_gradient(const Fixture& fixture, const std::string& name, const at::Tensor& of, const at::Tensor& leaf,
                      Comparison& comparison);

// (height, width)
ops::PictureSize picture_size(const nlohmann::json& hw);

// Copies the tensors below `prefix` into the module as load_weights() does.
void load_case_weights(torch::nn::Module& module, const Fixture& fixture, const std::string& prefix,
                       Comparison& comparison);

// mc_* of nms: the post-processing of a detector.
void check_multiclass_case(const Fixture& fixture, const nlohmann::json& about, Comparison& comparison);

}  // namespace itpn::golden
