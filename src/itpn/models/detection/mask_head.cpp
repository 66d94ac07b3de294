#include "itpn/models/detection/mask_head.h"

#include <torch/torch.h>

namespace itpn {

MaskHeadImpl::MaskHeadImpl(const MaskHeadConfig& cfg) : config(cfg) {
  torch::nn::ModuleList list;
  for (int64_t i = 0; i < cfg.convs; ++i) {
    convs.emplace_back(ConvBlockConfig{cfg.channels, cfg.channels});
    list->push_back(convs.back());
  }
  register_module("convs", list);
  upsample = register_module("upsample", UpConv(cfg.channels, cfg.channels));
  conv_logits = register_module("conv_logits", Conv(ConvConfig{cfg.channels, cfg.classes, 1}));
}

torch::Tensor MaskHeadImpl::forward(const torch::Tensor& pooled) {
  torch::Tensor x = pooled;
  for (ConvBlock& conv : convs) x = conv(x);
  return conv_logits(torch::relu(upsample(x)));
}

torch::Tensor masks_of_labels(const torch::Tensor& maps, const torch::Tensor& labels) {
  const torch::Tensor place = labels.view({-1, 1, 1, 1}).expand({-1, 1, maps.size(2), maps.size(3)});
  return maps.gather(1, place).squeeze(1);
}

torch::Tensor mask_loss(const torch::Tensor& logits, const torch::Tensor& targets, const torch::Tensor& labels,
                        const JointDivisor& joint) {
  const auto own = static_cast<double>(logits.size(0));
  const double shared = joint(own);
  if (own == 0) return logits.sum() * 0;
  const torch::Tensor mean = at::binary_cross_entropy_with_logits(masks_of_labels(logits, labels), targets);
  return own == shared ? mean : mean * (own / shared);
}

}  // namespace itpn
