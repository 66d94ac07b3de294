// Pre-training of iTPN with the features of a frozen teacher (CLIP) as targets: spec-model 6. Unlike masked image
// modelling, hidden patches pass stages 1 and 2 and become mask tokens where they enter stage 3; their content reaches
// the pyramid's finer levels through its lateral connections, as in the published code.
// Axes: B image, N patch of the picture, T channel of the teacher.
#pragma once

#include <optional>

#include "itpn/models/backbone/itpn.h"
#include "itpn/models/backbone/level_sum.h"
#include "itpn/models/mim/distill_config.h"
#include "itpn/models/mim/mfm.h"
#include "itpn/nn/named_loss.h"

namespace itpn {

// One batch. Undefined tensors mean "none".
struct DistillInput {
  torch::Tensor images;           // (B, C, H, W), normalised, float
  torch::Tensor is_hidden;        // (B, N) bool
  torch::Tensor hidden_rows;      // (hidden) int64: rows_of_hidden(is_hidden), where the pixels of hidden patches count
  torch::Tensor targets;          // (B, N, T), the teacher's features
  torch::Tensor drop_path_draws;  // (drop_path_sites(), B)
  const Observer* observer = nullptr;
};

struct DistillOutput {
  torch::Tensor loss;             // scalar, fp32: what is differentiated
  std::vector<NamedLoss> losses;  // loss_clip, or loss_clip_3 to loss_clip_1; loss_clip_aux; loss_mim; loss_mfm_s
  torch::Tensor prediction;       // (B, N, T) of the summed levels, of the coarsest one with target_levels = multi
  torch::Tensor aux_prediction;   // (B, N, T)
};

class DistillModelImpl : public ItpnImpl {
 public:
  // Parameters are drawn from `seed`; the moving-average teacher of masked feature modelling starts as a copy.
  DistillModelImpl(const DistillModelConfig& config, uint64_t seed);

  DistillOutput forward(const DistillInput& input);

  // Rows of drop path draws that forward() wants: the backbone's and those of the auxiliary branch.
  int64_t drop_path_sites() const { return drop_path_sites_; }

  // The moving average of the backbone, or null without masked feature modelling. Not a submodule.
  Teacher& teacher() { return teacher_; }

  void to(torch::Device device, bool non_blocking = false) override;
  using torch::nn::Module::to;

  const DistillModelConfig config;
  torch::Tensor mask_token;                                // (1, 1, E)
  std::optional<LevelSum> level_sum;                       // decoder_embed; none where nothing reads it
  Linear lm_head{nullptr}, lm_cls_head{nullptr};           // E -> T
  LayerNorm norm{nullptr}, norm_cls{nullptr};              // E
  std::vector<std::shared_ptr<TokenBlock>> cls_pt_layers;  // the auxiliary branch
  std::vector<Linear> level_head, mfm_head;                // one per level, coarse to fine; not in published weights
  Linear pixel_head{nullptr};                              // E -> P * P * C; not in published weights

 private:
  void add_heads();
  void add_auxiliary_branch();
  void add_own_heads();
  torch::Tensor auxiliary_prediction(const StageFeatures& features, const DistillInput& input);
  // The terms that predict the teacher's features from the pyramid.
  void predict_features(const std::vector<torch::Tensor>& levels, const torch::Tensor& merged,
                        const DistillInput& input, DistillOutput* output);
  void add_own_terms(const std::vector<torch::Tensor>& levels, const torch::Tensor& merged, const DistillInput& input,
                     DistillOutput* output);

  int64_t drop_path_sites_ = 0;
  Teacher teacher_{nullptr};
};
TORCH_MODULE(DistillModel);

// Where is_hidden (B, N) is true, as rows of (B * N, ...). To be asked of a mask in host memory: counting them on a
// device would hold the host until it has got there.
torch::Tensor rows_of_hidden(const torch::Tensor& is_hidden);

// Mean of the SmoothL1 distance (beta 1) over all tokens and channels, in fp32.
torch::Tensor distillation_loss(const torch::Tensor& prediction, const torch::Tensor& target);

// The teacher's map at a finer resolution, bilinear: (B, N, T) on a grid of rows x columns -> (B, N, n, n, T).
torch::Tensor resampled_targets(const torch::Tensor& targets, int64_t rows, int64_t columns, int64_t n);

}  // namespace itpn
