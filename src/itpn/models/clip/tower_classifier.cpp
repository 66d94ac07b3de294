#include "itpn/models/clip/tower_classifier.h"

#include <torch/torch.h>

#include <cmath>

#include "itpn/nn/init.h"

namespace itpn {

TowerClassifierImpl::TowerClassifierImpl(const ClipVisionConfig& config, int64_t classes, uint64_t seed) {
  visual = register_module("visual", ClipVision(config));
  norm = register_module("head_norm", LayerNorm(config.output_dim, config.norm_eps));
  head = register_module("head", Linear(LinearConfig{config.output_dim, classes}));
  initialise_parameters(*this, seed);
  // What has no name that nn/init.h knows.
  const double by_width = 1.0 / std::sqrt(static_cast<double>(config.width));
  for (auto& item : visual->named_parameters(/*recurse=*/true)) {
    const std::string& name = item.key();
    if (name.ends_with("_embedding")) initialise_normal(item.value(), "visual." + name, seed);
    if (name == "proj") initialise_normal(item.value(), "visual." + name, seed, by_width);
    if (name.ends_with("in_proj_weight")) initialise_normal(item.value(), "visual." + name, seed, by_width);
  }
}

torch::Tensor TowerClassifierImpl::forward(const torch::Tensor& images) {
  return head(norm(visual->forward(images).mean(1))).to(torch::kFloat32);
}

}  // namespace itpn
