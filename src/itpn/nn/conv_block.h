// A convolution as the heads of dense tasks use it: with a bias, or with batch normalisation, and ReLU behind it.
// Axes: N sample, C channel, H, W cells.
#pragma once

#include "itpn/nn/sync_batch_norm.h"

namespace itpn {

struct ConvConfig {
  int64_t in = 1, out = 1;
  int64_t kernel = 3;  // side; padded so that maps keep their size
  bool bias = true;
};

// Square convolution, stride 1, in the dtype of its weight; the result is fp32.
class ConvImpl : public torch::nn::Module {
 public:
  explicit ConvImpl(const ConvConfig& config);
  torch::Tensor forward(const torch::Tensor& x);

  const ConvConfig config;
  torch::Tensor weight, bias;
};
TORCH_MODULE(Conv);

// The transposed one that doubles the sides: kernel and stride 2.
class UpConvImpl : public torch::nn::Module {
 public:
  UpConvImpl(int64_t in, int64_t out);
  torch::Tensor forward(const torch::Tensor& x);

  torch::Tensor weight, bias;
};
TORCH_MODULE(UpConv);

struct ConvBlockConfig {
  int64_t in = 1, out = 1;
  bool is_normed = false;  // batch normalisation in place of the bias
};

class ConvBlockImpl : public torch::nn::Module {
 public:
  explicit ConvBlockImpl(const ConvBlockConfig& config);
  torch::Tensor forward(const torch::Tensor& x);

  Conv conv{nullptr};
  SyncBatchNorm bn{nullptr};  // with is_normed
};
TORCH_MODULE(ConvBlock);

}  // namespace itpn
