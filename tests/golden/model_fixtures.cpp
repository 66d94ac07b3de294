#include "tests/golden/model_fixtures.h"

#include <torch/torch.h>

#include <algorithm>

#include "itpn/nn/weight_dtype.h"

namespace itpn::golden {

BackboneConfig backbone_config(const nlohmann::json& c) {
  BackboneConfig config;
  config.image_size = c.value("img_size", config.image_size.height);
  config.patch_size = c.value("patch_size", config.patch_size);
  config.in_channels = c.value("in_chans", config.in_channels);
  config.embed_dim = c.value("embed_dim", config.embed_dim);
  config.stage1_depth = c.value("mlp_depth1", c.value("mlp_depth", config.stage1_depth));
  config.stage2_depth = c.value("mlp_depth2", c.value("mlp_depth", config.stage2_depth));
  config.depth = c.value("depth", config.depth);
  config.num_heads = c.value("num_heads", config.num_heads);
  config.bridge_mlp_ratio = c.value("bridge_mlp_ratio", config.bridge_mlp_ratio);
  config.mlp_ratio = c.value("mlp_ratio", config.mlp_ratio);
  config.rpe = c.value("rpe", config.rpe);
  config.layer_scale = c.contains("init_values") && c["init_values"].is_number() ? c["init_values"].get<double>() : 0.0;
  config.norm_eps = c.value("norm_eps", config.norm_eps);
  return config;
}

PyramidConfig pyramid_config(const nlohmann::json& c) {
  PyramidConfig config;
  config.num_outs = c.value("num_outs", config.num_outs);
  config.fpn_dim = c.value("fpn_dim", config.fpn_dim);
  config.fpn_depth = c.value("fpn_depth", config.fpn_depth);
  config.mlp_ratio = c.value("mlp_ratio", config.mlp_ratio);
  return config;
}

MimConfig mim_config(const nlohmann::json& c) {
  MimConfig config{.backbone = backbone_config(c), .pyramid = pyramid_config(c), .decoder = {}, .mask = {}, .mfm = {}};
  config.decoder.dim = c.value("decoder_embed_dim", config.decoder.dim);
  config.decoder.depth = c.value("decoder_depth", config.decoder.depth);
  config.decoder.num_heads = c.value("decoder_num_heads", config.decoder.num_heads);
  config.decoder.mlp_ratio = c.value("mlp_ratio", config.decoder.mlp_ratio);
  config.mask.ratio = c.value("mask_ratio", config.mask.ratio);
  config.mfm.enabled = false;
  return config;
}

void load_weights(torch::nn::Module& module, const std::map<std::string, at::Tensor>& weights, Comparison& comparison,
                  const std::vector<std::string>& allowed_extra) {
  const torch::NoGradGuard no_grad;
  size_t used = 0;
  const auto load = [&](const std::string& name, torch::Tensor into) {
    const auto found = weights.find(name);
    if (found != weights.end() && found->second.sizes() == into.sizes()) {
      into.copy_(found->second);
      ++used;
      return;
    }
    const bool allowed = std::any_of(allowed_extra.begin(), allowed_extra.end(),
                                     [&](const std::string& prefix) { return name.starts_with(prefix); });
    if (!allowed) comparison.require("weights/" + name + " (name or shape)", false);
  };
  for (auto& item : module.named_parameters()) load(item.key(), item.value());
  for (auto& item : module.named_buffers()) load(item.key(), item.value());
  comparison.require("weights (every one used)", used == weights.size());
}

void place(torch::nn::Module& module, const Setting& setting) {
  module.to(setting.device);
  if (setting.dtype != torch::kFloat32) cast_matmul_weights(module, setting.dtype);
}

at::Tensor without_zero_slice(const Fixture& fixture, const std::string& name, const at::Tensor& tensor) {
  const auto slices = fixture.about.find("zero_gradient_slices");
  if (slices == fixture.about.end() || !slices->contains(name)) return tensor;
  at::Tensor copy = tensor.detach().clone();
  const auto range = slices->at(name).get<std::vector<int64_t>>();
  copy.slice(0, range.at(0), range.at(1)).zero_();
  return copy;
}

double largest_gradient(const Fixture& fixture, const std::string& prefix) {
  double largest = 0.0;
  for (const auto& [name, gradient] : fixture.below(prefix)) largest = std::max(largest, largest_entry(gradient));
  return largest;
}

void compare_gradients(torch::nn::Module& module, const Fixture& fixture, const std::string& prefix,
                       Comparison& comparison) {
  const auto expected = fixture.below(prefix);
  const double noise = comparison.tolerances().noise * largest_gradient(fixture, prefix);
  size_t used = 0;
  for (auto& item : module.named_parameters()) {
    const auto found = expected.find(item.key());
    if (found == expected.end()) continue;
    ++used;
    const torch::Tensor& gradient = item.value().grad();
    const std::string name = prefix + item.key();
    const at::Tensor found_values =
        without_zero_slice(fixture, item.key(), gradient.defined() ? gradient : torch::zeros_like(item.value()));
    const at::Tensor values = without_zero_slice(fixture, item.key(), found->second);
    if (largest_entry(values) <= noise) {
      comparison.absolute(name, found_values, values, noise);
    } else {
      comparison.scaled(name, found_values, values, comparison.tolerances().gradients, 100 * noise);
    }
  }
  comparison.require(prefix + " (every one compared)", used == expected.size());
}

void compare_observed(const std::string& kind, const std::map<std::string, at::Tensor>& observed,
                      const Fixture& fixture, Comparison& comparison) {
  for (const auto& [name, value] : observed) compare_held(fixture, kind + "/" + name, value, comparison);
}

}  // namespace itpn::golden
