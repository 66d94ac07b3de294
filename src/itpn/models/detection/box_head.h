// The head that names a box and corrects it. Axes: R box, C channel, K class.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "itpn/nn/conv_block.h"
#include "itpn/nn/layers.h"

namespace itpn {

struct BoxHeadConfig {
  int64_t classes = 80;    // K
  int64_t channels = 256;  // C of the maps
  int64_t convs = 4;       // blocks with batch normalisation in front (Wu and He, 2018)
  int64_t fcs = 1;
  int64_t fc_dim = 1024;
  int64_t side = 7;          // of the pooled box
  bool is_agnostic = false;  // one correction for all classes

  int64_t background() const { return classes; }  // its label
  int64_t corrections() const { return is_agnostic ? 1 : classes; }
};

struct BoxPrediction {
  torch::Tensor logits;  // (R, K + 1), the last of the background
  torch::Tensor deltas;  // (R, 4 K), or (R, 4) with is_agnostic
};

class BoxHeadImpl : public torch::nn::Module {
 public:
  explicit BoxHeadImpl(const BoxHeadConfig& config);
  // (R, C, side, side) -> fp32
  BoxPrediction forward(const torch::Tensor& pooled);

  const BoxHeadConfig config;
  std::vector<ConvBlock> shared_convs;
  std::vector<Linear> shared_fcs;
  Linear fc_cls{nullptr}, fc_reg{nullptr};
};
TORCH_MODULE(BoxHead);

// The correction of each box for its own label: (R, 4 K) and labels (R) below K -> (R, 4).
torch::Tensor deltas_of_labels(const torch::Tensor& deltas, const torch::Tensor& labels, const BoxHeadConfig& config);

}  // namespace itpn
