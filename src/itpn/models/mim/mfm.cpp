#include "itpn/models/mim/mfm.h"

#include <torch/torch.h>

#include "itpn/ops/tokens.h"

namespace itpn {
namespace {

BackboneConfig without_drop_path(BackboneConfig config) {
  config.drop_path = 0.0;
  config.activation_checkpointing = false;
  return config;
}

}  // namespace

TeacherImpl::TeacherImpl(const BackboneConfig& config) : backbone(without_drop_path(config), *this) {
  for (torch::Tensor& parameter : parameters()) parameter.requires_grad_(false);
}

void TeacherImpl::copy_from(const torch::nn::Module& student) {
  const torch::NoGradGuard no_grad;
  const auto source = student.named_parameters();
  for (auto& item : named_parameters()) item.value().copy_(source[item.key()]);
}

StageFeatures TeacherImpl::forward(const torch::Tensor& images, const torch::Tensor& ids) {
  const torch::NoGradGuard no_grad;
  return backbone.forward({.images = images, .ids_keep = ids, .key_mask = {}, .drop_path_draws = {}});
}

std::vector<torch::Tensor> feature_targets(const StageFeatures& features, size_t count, const torch::Tensor& ids) {
  std::vector<torch::Tensor> levels = {features.u3.unsqueeze(2).unsqueeze(2), features.u2, features.u1};
  levels.resize(count);
  if (ids.defined()) {
    for (torch::Tensor& level : levels) level = ops::gather_tokens(level, ids);
  }
  return levels;
}

torch::Tensor feature_loss(const torch::Tensor& prediction, const torch::Tensor& target, bool normalise) {
  TORCH_CHECK(prediction.sizes() == target.sizes(), "prediction ", prediction.sizes(), " and target ", target.sizes(),
              " differ in shape");
  torch::Tensor wanted = target.to(torch::kFloat32);
  if (normalise) wanted = at::layer_norm(wanted, {wanted.size(-1)}, {}, {}, 1e-6);
  return at::mse_loss(prediction.to(torch::kFloat32), wanted);
}

}  // namespace itpn
