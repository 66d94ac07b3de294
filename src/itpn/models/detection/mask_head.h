// The head that draws an object inside its box (He et al., Mask R-CNN). Axes: R box, C channel, K class, S side.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "itpn/models/detection/joint_divisor.h"
#include "itpn/nn/conv_block.h"

namespace itpn {

struct MaskHeadConfig {
  int64_t classes = 80;
  int64_t channels = 256;
  int64_t convs = 4;
  int64_t side = 14;  // of the pooled box; masks have twice that
};

class MaskHeadImpl : public torch::nn::Module {
 public:
  explicit MaskHeadImpl(const MaskHeadConfig& config);
  // (R, C, S, S) -> logits (R, K, 2 S, 2 S) fp32
  torch::Tensor forward(const torch::Tensor& pooled);

  const MaskHeadConfig config;
  std::vector<ConvBlock> convs;
  UpConv upsample{nullptr};
  Conv conv_logits{nullptr};
};
TORCH_MODULE(MaskHead);

// The map of each box's own label: (R, K, h, w) and labels (R) -> (R, h, w).
torch::Tensor masks_of_labels(const torch::Tensor& maps, const torch::Tensor& labels);

// Binary cross entropy of the labels' own maps, a mean over all cells; 0, but connected, without boxes. targets
// (R, h, w) of 0 and 1.
torch::Tensor mask_loss(const torch::Tensor& logits, const torch::Tensor& targets, const torch::Tensor& labels,
                        const JointDivisor& joint = {});

}  // namespace itpn
