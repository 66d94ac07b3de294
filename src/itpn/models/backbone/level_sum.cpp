#include "itpn/models/backbone/level_sum.h"

#include <torch/torch.h>

namespace itpn {

LevelSum::LevelSum(const LevelSumConfig& cfg, torch::nn::Module& root) : config(cfg) {
  TORCH_CHECK(cfg.dim % 16 == 0, "the width of the summed levels is a multiple of 16, got ", cfg.dim);
  torch::nn::ModuleList embeds;
  for (int64_t level = 0; level < cfg.levels; ++level) {
    const LayerNorm norm(cfg.level_width, cfg.norm_eps);
    const Linear embed(LinearConfig{cfg.level_width, cfg.dim >> (2 * level)});
    auto pair = std::make_shared<torch::nn::Module>();
    pair->register_module("0", norm);
    pair->register_module("1", embed);
    embeds->push_back(pair);
    decoder_embed.emplace_back(norm, embed);
  }
  root.register_module("decoder_embed", embeds);
}

torch::Tensor LevelSum::forward(const std::vector<torch::Tensor>& levels, const Observer* observer) {
  const int64_t B = levels[0].size(0), L = levels[0].size(1);
  torch::Tensor sum;  // (B, L, D)
  for (size_t i = 0; i < levels.size(); ++i) {
    auto& [norm, embed] = decoder_embed[i];
    const torch::Tensor embedded = embed(norm(levels[i], embed->dtype()));  // (B, L, n, n, D / n^2)
    if (observer) (*observer)("decoder_embed." + std::to_string(i), embedded);
    const torch::Tensor tokens = embedded.reshape({B, L, config.dim}).to(torch::kFloat32);
    sum = sum.defined() ? sum + tokens : tokens;
  }
  return sum;
}

}  // namespace itpn
