#include "itpn/models/mim/distill_model.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>

#include "itpn/models/mim/pixel_loss.h"
#include "itpn/nn/attention_block.h"
#include "itpn/nn/init.h"
#include "itpn/ops/drop_path.h"
#include "itpn/ops/sincos.h"

namespace itpn {
namespace {

constexpr int64_t kDrawsOfBlock = 2;  // attention and MLP

void observe(const DistillInput& input, const std::string& name, const torch::Tensor& value) {
  if (input.observer) (*input.observer)(name, value);
}

}  // namespace

torch::Tensor rows_of_hidden(const torch::Tensor& is_hidden) { return is_hidden.flatten().nonzero().flatten(); }

torch::Tensor distillation_loss(const torch::Tensor& prediction, const torch::Tensor& target) {
  TORCH_CHECK(prediction.sizes() == target.sizes(), "prediction ", prediction.sizes(), " and target ", target.sizes(),
              " differ in shape");
  return at::smooth_l1_loss(prediction.to(torch::kFloat32), target.to(torch::kFloat32));
}

torch::Tensor resampled_targets(const torch::Tensor& targets, int64_t rows, int64_t columns, int64_t n) {
  const int64_t B = targets.size(0), T = targets.size(2);
  if (n == 1) return targets.reshape({B, rows * columns, 1, 1, T});
  const torch::Tensor map = targets.to(torch::kFloat32).reshape({B, rows, columns, T}).permute({0, 3, 1, 2});
  return at::upsample_bilinear2d(map, {n * rows, n * columns}, /*align_corners=*/false)  // (B, T, n rows, n columns)
      .reshape({B, T, rows, n, columns, n})
      .permute({0, 2, 4, 3, 5, 1})  // (B, rows, columns, n, n, T)
      .reshape({B, rows * columns, n, n, T});
}

DistillModelImpl::DistillModelImpl(const DistillModelConfig& cfg, uint64_t seed)
    : ItpnImpl((cfg.check(), cfg.backbone), cfg.pyramid), config(cfg) {
  const int64_t E = cfg.backbone.embed_dim, grid = cfg.backbone.grid();
  mask_token = register_parameter("mask_token", torch::zeros({1, 1, E}));
  add_heads();
  add_auxiliary_branch();
  add_own_heads();
  initialise_parameters(*this, seed);
  {
    const torch::NoGradGuard no_grad;
    backbone.absolute_pos_embed.copy_(ops::sincos_table(E, grid, grid).unsqueeze(0));
  }
  if (cfg.mfm.enabled) {
    teacher_ = Teacher(cfg.backbone);
    teacher_->copy_from(*this);
  }
}

void DistillModelImpl::add_heads() {
  const int64_t E = config.backbone.embed_dim, T = config.teacher_dim;
  const double eps = config.backbone.norm_eps;
  const bool has_sum_head = config.distill.target_levels == "last";
  if (has_sum_head || config.distill.pixel_weight > 0.0) {
    level_sum.emplace(LevelSumConfig{config.pyramid.num_outs, pyramid.width(), E, eps}, *this);
  }
  if (has_sum_head) lm_head = register_module("lm_head", Linear(LinearConfig{E, T}));
  lm_cls_head = register_module("lm_cls_head", Linear(LinearConfig{E, T}));
  if (level_sum) norm = register_module("norm", LayerNorm(E, eps));
  norm_cls = register_module("norm_cls", LayerNorm(E, eps));
}

void DistillModelImpl::add_auxiliary_branch() {
  const BackboneConfig& b = config.backbone;
  const std::vector<double> rates = ops::drop_path_rates(b.drop_path, b.block_count());
  const AttentionConfig attention{b.embed_dim, b.num_heads, b.rpe ? b.grid() : 0};
  drop_path_sites_ = backbone.drop_path_sites();
  torch::nn::ModuleList list;
  for (int64_t i = 0; i < config.aux_blocks; ++i) {
    // The rates of the backbone's blocks beside it; of the last one where the backbone has ended.
    const int64_t beside = std::min(b.stage1_depth + b.stage2_depth + config.tap() + i, b.block_count() - 1);
    const DropPathSite site{rates[static_cast<size_t>(beside)], drop_path_sites_};
    cls_pt_layers.push_back(std::make_shared<AttentionBlockImpl>(
        AttentionBlockConfig{attention, b.mlp_ratio, config.aux_norm_eps, b.layer_scale, site}));
    list->push_back(cls_pt_layers.back());
    drop_path_sites_ += kDrawsOfBlock;
  }
  register_module("cls_pt_layers", list);
}

// What the published models do not have.
void DistillModelImpl::add_own_heads() {
  const BackboneConfig& b = config.backbone;
  const auto add = [this](const char* name, std::vector<Linear>* heads, const std::vector<int64_t>& widths) {
    torch::nn::ModuleList list;
    for (const int64_t width : widths) {
      heads->emplace_back(LinearConfig{pyramid.width(), width});
      list->push_back(heads->back());
    }
    register_module(name, list);
  };
  std::vector<int64_t> stages;  // E, E/2, E/4
  for (int64_t level = 0; level < config.pyramid.num_outs; ++level) stages.push_back(b.embed_dim >> level);
  if (!lm_head) add("level_head", &level_head, std::vector<int64_t>(stages.size(), config.teacher_dim));
  if (config.mfm.enabled) add("mfm_head", &mfm_head, stages);
  if (config.distill.pixel_weight > 0.0) {
    const int64_t values = b.patch_size * b.patch_size * b.in_channels;
    pixel_head = register_module("pixel_head", Linear(LinearConfig{b.embed_dim, values}));
  }
}

torch::Tensor DistillModelImpl::auxiliary_prediction(const StageFeatures& features, const DistillInput& input) {
  torch::Tensor x = features.tap;  // (B, N, E)
  for (const auto& block : cls_pt_layers) {
    x = config.backbone.activation_checkpointing ? forward_recomputed(*block, x, features.context)
                                                 : block->forward(x, features.context);
  }
  observe(input, "aux_tokens", x);
  return lm_cls_head(norm_cls(x, lm_cls_head->dtype())).to(torch::kFloat32);
}

void DistillModelImpl::predict_features(const std::vector<torch::Tensor>& levels, const torch::Tensor& merged,
                                        const DistillInput& input, DistillOutput* output) {
  if (lm_head) {
    output->prediction = lm_head(norm(merged, lm_head->dtype())).to(torch::kFloat32);
    output->losses.push_back({"loss_clip", distillation_loss(output->prediction, input.targets)});
    return;
  }
  const int64_t rows = input.images.size(2) / config.backbone.patch_size;
  const int64_t columns = input.images.size(3) / config.backbone.patch_size;
  for (size_t i = 0; i < levels.size(); ++i) {
    const torch::Tensor prediction = level_head[i](levels[i]);  // (B, N, n, n, T)
    if (i == 0) output->prediction = prediction.flatten(1, 3).to(torch::kFloat32);
    output->losses.push_back(
        {fmt::format("loss_clip_{}", 3 - i),
         distillation_loss(prediction, resampled_targets(input.targets, rows, columns, levels[i].size(2)))});
  }
}

void DistillModelImpl::add_own_terms(const std::vector<torch::Tensor>& levels, const torch::Tensor& merged,
                                     const DistillInput& input, DistillOutput* output) {
  const auto add = [output](const NamedLoss& loss, double weight) {
    output->loss = output->loss + weight * loss.value;
    output->losses.push_back(loss);
  };
  if (pixel_head) {
    const torch::Tensor targets = pixel_targets(input.images, config.backbone.patch_size, /*normalise=*/true);
    const torch::Tensor rows = input.hidden_rows.defined() ? input.hidden_rows : rows_of_hidden(input.is_hidden);
    const auto hidden = [&rows](const torch::Tensor& tokens) { return tokens.flatten(0, 1).index_select(0, rows); };
    const torch::Tensor prediction = pixel_head(hidden(norm(merged, pixel_head->dtype())));  // (hidden, P * P * C)
    add({"loss_mim", pixel_loss(prediction, hidden(targets))}, config.distill.pixel_weight);
  }
  if (!config.mfm.enabled) return;
  const std::vector<torch::Tensor> targets =
      feature_targets(teacher_->forward(input.images, torch::Tensor()), levels.size(), torch::Tensor());
  for (size_t i = 0; i < levels.size(); ++i) {
    add({fmt::format("loss_mfm_{}", 3 - i),
         feature_loss(mfm_head[i](levels[i]), targets[i], config.mfm.normalize_target)},
        config.mfm.weight);
  }
}

DistillOutput DistillModelImpl::forward(const DistillInput& input) {
  BackboneInput pictures;
  pictures.images = input.images;
  pictures.drop_path_draws = input.drop_path_draws;
  pictures.observer = input.observer;
  pictures.is_hidden = input.is_hidden;
  pictures.mask_token = mask_token;
  pictures.tap = config.tap();
  const StageFeatures features = backbone.forward(pictures);
  const std::vector<torch::Tensor> levels = pyramid.forward(features);
  for (size_t i = 0; i < levels.size(); ++i) observe(input, fmt::format("level{}", i), levels[i]);
  torch::Tensor merged;  // (B, N, E)
  if (level_sum) merged = level_sum->forward(levels, input.observer);
  if (level_sum) observe(input, "merged", merged);

  DistillOutput output;
  predict_features(levels, merged, input, &output);
  output.loss = output.losses[0].value;
  for (size_t i = 1; i < output.losses.size(); ++i) output.loss = output.loss + output.losses[i].value;
  output.aux_prediction = auxiliary_prediction(features, input);
  output.losses.push_back({"loss_clip_aux", distillation_loss(output.aux_prediction, input.targets)});
  output.loss = output.loss + config.distill.aux_weight * output.losses.back().value;
  add_own_terms(levels, merged, input, &output);
  return output;
}

void DistillModelImpl::to(torch::Device device, bool non_blocking) {
  ItpnImpl::to(device, non_blocking);
  if (teacher_) teacher_->to(device, non_blocking);
}

}  // namespace itpn
