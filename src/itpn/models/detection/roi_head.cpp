#include "itpn/models/detection/roi_head.h"

#include <torch/torch.h>

#include "itpn/ops/mask_targets.h"
#include "itpn/ops/roi_align.h"

namespace itpn {
namespace {

// A head for each stage: "name", or "name.0", "name.1", ...
template <class Head, class Config>
std::vector<Head> make_heads(const std::string& name, const Config& config, size_t stages, torch::nn::Module& root) {
  std::vector<Head> heads;
  torch::nn::ModuleList list;
  for (size_t i = 0; i < stages; ++i) {
    heads.emplace_back(config);
    list->push_back(heads.back());
  }
  if (stages == 1) {
    root.register_module(name, heads[0]);
  } else {
    root.register_module(name, list);
  }
  return heads;
}

}  // namespace

RoiHeadImpl::RoiHeadImpl(const RoiHeadConfig& cfg) : config(cfg) {
  TORCH_CHECK(!cfg.stages.empty(), "a detector has a stage at least");
  bbox_heads = make_heads<BoxHead>("bbox_head", cfg.box, cfg.stages.size(), *this);
  if (cfg.has_masks) mask_heads = make_heads<MaskHead>("mask_head", cfg.mask, cfg.stages.size(), *this);
}

torch::Tensor RoiHeadImpl::pool(const std::vector<torch::Tensor>& maps, const std::vector<int64_t>& strides,
                                const at::Tensor& rois, int64_t side) const {
  constexpr size_t kMost = 4;  // boxes are never taken from the coarsest map
  const size_t count = std::min(kMost, maps.size());
  const std::vector<torch::Tensor> used(maps.begin(), maps.begin() + static_cast<int64_t>(count));
  const std::vector<int64_t> steps(strides.begin(), strides.begin() + static_cast<int64_t>(count));
  return ops::roi_align_levels(used, steps, rois, ops::roi_levels(rois, static_cast<int64_t>(count)), {side, side});
}

RoiSampling RoiHeadImpl::sampling(size_t stage) const {
  return {config.stages[stage].assigner, config.sampler, config.box.background()};
}

std::vector<RoiLosses> RoiHeadImpl::losses(const RoiTrainingInput& input, std::vector<RandomStream>& streams) {
  std::vector<RoiLosses> losses;
  std::vector<at::Tensor> candidates = input.proposals;
  const auto pictures = static_cast<int64_t>(input.pictures.size());
  for (size_t stage = 0; stage < config.stages.size(); ++stage) {
    const RoiSamples samples = sample_rois(candidates, input.objects, sampling(stage), streams);
    const BoxPrediction prediction = bbox_heads[stage](pool(input.maps, input.strides, samples.rois, config.box.side));
    losses.push_back(stage_losses(stage, input, samples, prediction));
    if (stage + 1 == config.stages.size()) break;
    const torch::NoGradGuard no_grad;
    const at::Tensor labels = torch::where(samples.is_positive, samples.labels, best_labels(prediction.logits));
    const at::Tensor refined =
        refine_rois(samples.rois, labels, prediction, input.pictures, config.box, config.stages[stage].box_loss.coder);
    const at::Tensor others = samples.is_object.logical_not().nonzero().flatten();
    const at::Tensor kept = refined.index_select(0, others);
    candidates = by_picture(kept.slice(1, 1), kept, pictures);
  }
  return losses;
}

RoiLosses RoiHeadImpl::stage_losses(size_t stage, const RoiTrainingInput& input, const RoiSamples& samples,
                                    const BoxPrediction& prediction) {
  const RoiStageConfig& own = config.stages[stage];
  const BoxLosses found = box_losses(prediction, samples, config.box, own.box_loss, joint_);
  RoiLosses losses = {own.weight * found.labels, own.weight * found.boxes, {}, found.accuracy};
  if (config.has_masks) losses.masks = own.weight * stage_mask_loss(stage, input, samples);
  return losses;
}

at::Tensor RoiHeadImpl::stage_mask_loss(size_t stage, const RoiTrainingInput& input, const RoiSamples& samples) {
  const MaskTargets known = mask_targets_of(samples, input.objects, 2 * config.mask.side);
  const at::Tensor rois = samples.rois.index_select(0, known.rows);
  const at::Tensor logits = mask_heads[stage](pool(input.maps, input.strides, rois, config.mask.side));
  return mask_loss(logits, known.targets, samples.labels.index_select(0, known.rows), joint_);
}

MaskTargets mask_targets_of(const RoiSamples& samples, const std::vector<PictureObjects>& objects, int64_t side) {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> rows, targets;
  for (size_t i = 0; i < objects.size(); ++i) {
    if (!objects[i].masks.defined()) continue;
    const at::Tensor is_own = samples.rois.select(1, 0) == static_cast<double>(i);
    at::Tensor own = samples.is_positive.logical_and(is_own).nonzero().flatten();
    if (objects[i].has_mask.defined() && own.numel() > 0) {
      own = own.masked_select(objects[i].has_mask.index_select(0, samples.objects.index_select(0, own)));
    }
    if (own.numel() == 0) continue;
    rows.push_back(own);
    targets.push_back(ops::mask_targets(objects[i].masks, samples.rois.index_select(0, own).slice(1, 1),
                                        samples.objects.index_select(0, own), side));
  }
  if (rows.empty()) {
    return {torch::empty({0}, samples.labels.options()), torch::empty({0, side, side}, samples.rois.options())};
  }
  return {torch::cat(rows), torch::cat(targets)};
}

}  // namespace itpn
