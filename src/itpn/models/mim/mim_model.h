// Pre-training of iTPN: masked image modelling plus masked feature modelling (paper section 3.2, eq. 4).
// Axes: B image, N patch of the picture, L visible patch, M hidden patch.
#pragma once

#include "itpn/models/backbone/itpn.h"
#include "itpn/models/mim/decoder.h"
#include "itpn/models/mim/masking.h"
#include "itpn/models/mim/mfm.h"
#include "itpn/models/mim/mim_config.h"
#include "itpn/nn/named_loss.h"

namespace itpn {

// One batch of pre-training. Undefined tensors mean "none".
struct MimInput {
  torch::Tensor images;           // (B, C, H, W), normalised, float
  torch::Tensor noise;            // (B, N), decides the hidden patches
  torch::Tensor drop_path_draws;  // (drop_path_sites(), B)
  bool want_prediction = false;   // compute MimOutput::prediction
  const Observer* observer = nullptr;
};

struct MimOutput {
  torch::Tensor loss;             // scalar, fp32: what is differentiated
  std::vector<NamedLoss> losses;  // loss_mim, then with MFM loss_mfm_s for stage s = 3, 2, 1 (1 is the finest)
  torch::Tensor prediction;       // (B, N, P * P * C) in the space of the targets, where asked for
  PatchMask mask;
};

class MimModelImpl : public ItpnImpl {
 public:
  // Parameters are drawn from `seed`; the teacher starts as a copy.
  MimModelImpl(const MimConfig& config, uint64_t seed);

  MimOutput forward(const MimInput& input);

  // The teacher, or null without MFM. It is not a submodule: parameters() and the published names do not contain it.
  // Its parameters have the names of the student's parameters that they follow.
  Teacher& teacher() { return teacher_; }

  // Moves the model and the teacher to another device.
  void to(torch::Device device, bool non_blocking = false) override;
  using torch::nn::Module::to;

  const MimConfig config;
  PixelDecoder decoder;
  std::vector<Linear> mfm_head;  // one per level, coarse to fine; not part of published weights

 private:
  struct Decoded {
    torch::Tensor tokens;      // (B, M, D), normed, at the hidden patches
    torch::Tensor prediction;  // (B, M, P * P * C), at the hidden patches
    torch::Tensor everywhere;  // (B, N, P * P * C), where asked for
  };

  void add_feature_heads();
  Decoded decode(const MimInput& input, const PatchMask& mask, const std::vector<torch::Tensor>& levels,
                 const BlockContext& context);
  std::vector<NamedLoss> feature_losses(const MimInput& input, const PatchMask& mask,
                                        const std::vector<torch::Tensor>& levels, const torch::Tensor& hidden);

  Teacher teacher_{nullptr};
};
TORCH_MODULE(MimModel);

}  // namespace itpn
