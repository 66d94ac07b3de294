#include "itpn/models/detection/box_head.h"

#include <torch/torch.h>

namespace itpn {

BoxHeadImpl::BoxHeadImpl(const BoxHeadConfig& cfg) : config(cfg) {
  int64_t width = cfg.channels * cfg.side * cfg.side;
  // The order in which the published optimiser numbers the parameters: the last layers first.
  const int64_t last = cfg.fcs > 0 ? cfg.fc_dim : width;
  fc_cls = register_module("fc_cls", Linear(LinearConfig{last, cfg.classes + 1}));
  fc_reg = register_module("fc_reg", Linear(LinearConfig{last, 4 * cfg.corrections()}));
  torch::nn::ModuleList convs, fcs;
  for (int64_t i = 0; i < cfg.convs; ++i) {
    shared_convs.emplace_back(ConvBlockConfig{cfg.channels, cfg.channels, true});
    convs->push_back(shared_convs.back());
  }
  for (int64_t i = 0; i < cfg.fcs; ++i) {
    shared_fcs.emplace_back(LinearConfig{width, cfg.fc_dim});
    fcs->push_back(shared_fcs.back());
    width = cfg.fc_dim;
  }
  register_module("shared_convs", convs);
  register_module("shared_fcs", fcs);
}

BoxPrediction BoxHeadImpl::forward(const torch::Tensor& pooled) {
  torch::Tensor x = pooled;
  for (ConvBlock& conv : shared_convs) x = conv(x);
  x = x.flatten(1);  // (R, C * side * side)
  for (Linear& fc : shared_fcs) x = torch::relu(fc(x));
  return {fc_cls(x).to(torch::kFloat32), fc_reg(x).to(torch::kFloat32)};
}

torch::Tensor deltas_of_labels(const torch::Tensor& deltas, const torch::Tensor& labels, const BoxHeadConfig& config) {
  if (config.is_agnostic) return deltas;
  const torch::Tensor place = labels.view({-1, 1, 1}).expand({-1, 1, 4});
  return deltas.view({deltas.size(0), config.classes, 4}).gather(1, place).squeeze(1);
}

}  // namespace itpn
