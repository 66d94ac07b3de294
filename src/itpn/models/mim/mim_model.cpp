#include "itpn/models/mim/mim_model.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/models/mim/pixel_loss.h"
#include "itpn/nn/init.h"
#include "itpn/ops/sincos.h"
#include "itpn/ops/tokens.h"

namespace itpn {
namespace {

DecoderContext decoder_context(const MimConfig& c, const FeaturePyramid& pyramid) {
  const BackboneConfig& b = c.backbone;
  return {.levels = c.pyramid.num_outs,
          .level_width = pyramid.width(),
          .patches = b.patches(),
          .patch_values = b.patch_size * b.patch_size * b.in_channels,
          .norm_eps = b.norm_eps,
          .activation_checkpointing = b.activation_checkpointing};
}

// Width of the stage that level i (coarse to fine) is compared with: E, E/2, E/4.
int64_t stage_width(const BackboneConfig& c, size_t level) { return c.embed_dim >> level; }

void observe(const MimInput& input, const std::string& name, const torch::Tensor& value) {
  if (input.observer) (*input.observer)(name, value);
}

void check_noise(const MimInput& input, int64_t patch) {
  const int64_t patches = (input.images.size(2) / patch) * (input.images.size(3) / patch);
  TORCH_CHECK(input.noise.dim() == 2 && input.noise.size(0) == input.images.size(0) && input.noise.size(1) == patches,
              "noise for ", input.images.size(0), " pictures of ", patches, " patches wanted, got ",
              input.noise.sizes());
}

}  // namespace

MimModelImpl::MimModelImpl(const MimConfig& cfg, uint64_t seed)
    : ItpnImpl((cfg.check(), cfg.backbone), cfg.pyramid),
      config(cfg),
      decoder(cfg.decoder, decoder_context(cfg, pyramid), *this) {
  if (cfg.mfm.enabled) add_feature_heads();
  initialise_parameters(*this, seed);
  {
    const torch::NoGradGuard no_grad;
    const int64_t grid = cfg.backbone.grid();
    backbone.absolute_pos_embed.copy_(ops::sincos_table(cfg.backbone.embed_dim, grid, grid).unsqueeze(0));
  }
  if (cfg.mfm.enabled) {
    teacher_ = Teacher(cfg.backbone);
    teacher_->copy_from(*this);
  }
}

void MimModelImpl::add_feature_heads() {
  torch::nn::ModuleList heads;
  for (size_t level = 0; level < static_cast<size_t>(config.pyramid.num_outs); ++level) {
    const int64_t width = stage_width(config.backbone, level);
    // From the decoder, one token per patch has to predict all n x n sub-tokens of the level.
    const LinearConfig sizes = config.mfm.teacher_input == "masked"
                                   ? LinearConfig{config.decoder.dim, width << (2 * level)}
                                   : LinearConfig{pyramid.width(), width};
    mfm_head.emplace_back(sizes);
    heads->push_back(mfm_head.back());
  }
  register_module("mfm_head", heads);
}

std::vector<NamedLoss> MimModelImpl::feature_losses(const MimInput& input, const PatchMask& mask,
                                                    const std::vector<torch::Tensor>& levels,
                                                    const torch::Tensor& hidden) {
  const bool full = config.mfm.teacher_input == "full", masked = config.mfm.teacher_input == "masked";
  const StageFeatures seen = teacher_->forward(input.images, full     ? torch::Tensor()
                                                             : masked ? mask.ids_hidden
                                                                      : mask.ids_keep);
  const std::vector<torch::Tensor> targets =
      feature_targets(seen, levels.size(), full ? mask.ids_keep : torch::Tensor());
  std::vector<NamedLoss> losses;
  for (size_t i = 0; i < levels.size(); ++i) {
    const torch::Tensor prediction = mfm_head[i](masked ? hidden : levels[i]).reshape(targets[i].sizes());
    losses.push_back(
        {fmt::format("loss_mfm_{}", 3 - i), feature_loss(prediction, targets[i], config.mfm.normalize_target)});
  }
  return losses;
}

MimModelImpl::Decoded MimModelImpl::decode(const MimInput& input, const PatchMask& mask,
                                           const std::vector<torch::Tensor>& levels, const BlockContext& context) {
  const torch::Tensor completed = decoder.complete(levels, context, input.observer);  // (B, N, D)
  observe(input, "decoder_input", completed);
  const torch::Tensor mixed = decoder.mix(completed, context);
  const auto dtype = decoder.decoder_pred->dtype();
  // Only hidden patches enter the loss, so only they are normed and projected, unless the picture is asked for.
  if (!input.want_prediction) {
    const torch::Tensor hidden = decoder.decoder_norm(ops::gather_tokens(mixed, mask.ids_hidden), dtype);
    return {hidden, decoder.decoder_pred(hidden), {}};
  }
  const torch::Tensor normed = decoder.decoder_norm(mixed, dtype);
  observe(input, "decoder_normed", normed);
  const torch::Tensor everywhere = decoder.decoder_pred(normed).to(torch::kFloat32);  // (B, N, P * P * C)
  return {ops::gather_tokens(normed, mask.ids_hidden), ops::gather_tokens(everywhere, mask.ids_hidden), everywhere};
}

MimOutput MimModelImpl::forward(const MimInput& input) {
  check_noise(input, config.backbone.patch_size);
  MimOutput output;
  output.mask = mask_patches(input.noise, config.mask.ratio);
  const PatchMask& mask = output.mask;
  const StageFeatures features = backbone.forward({.images = input.images,
                                                   .ids_keep = mask.ids_keep,
                                                   .key_mask = {},
                                                   .drop_path_draws = input.drop_path_draws,
                                                   .observer = input.observer});
  const std::vector<torch::Tensor> levels = pyramid.forward(features);
  for (size_t i = 0; i < levels.size(); ++i) observe(input, fmt::format("level{}", i), levels[i]);
  const Decoded decoded = decode(input, mask, levels, features.context);
  output.prediction = decoded.everywhere;
  const torch::Tensor targets = pixel_targets(input.images, config.backbone.patch_size, config.normalise_pixels);
  output.losses.push_back({"loss_mim", pixel_loss(decoded.prediction, ops::gather_tokens(targets, mask.ids_hidden))});
  output.loss = output.losses[0].value;
  if (!config.mfm.enabled) return output;
  for (NamedLoss& loss : feature_losses(input, mask, levels, decoded.tokens)) {
    output.loss = output.loss + config.mfm.weight * loss.value;
    output.losses.push_back(std::move(loss));
  }
  return output;
}

void MimModelImpl::to(torch::Device device, bool non_blocking) {
  ItpnImpl::to(device, non_blocking);
  if (teacher_) teacher_->to(device, non_blocking);
}

}  // namespace itpn
