#include "itpn/tasks/weights/model_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/checkpoint_store.h"
#include "itpn/io/weights_file.h"
#include "itpn/models/detection/infer_detector.h"
#include "itpn/tasks/weights/coco_names.h"

namespace itpn {
namespace {

constexpr const char* kAverageKey = "model_ema";

// What names and shapes tell of the model in a file.
struct FoundSizes {
  InferredSizes backbone;  // and pyramid, and the head of a classifier
  std::shared_ptr<const DetectorConfig> detector;
};

// A backbone has to be one of those with a name; only a detector's is built without it.
void require_named_size(const InferredSizes& sizes, const std::string& path) {
  if (!sizes.preset.empty()) return;
  throw checkpoint_error(fmt::format("{}: a model of no size that has a name: {} wide, {} + {} + {} blocks", path,
                                     sizes.backbone.embed_dim, sizes.backbone.stage1_depth, sizes.backbone.stage2_depth,
                                     sizes.backbone.depth));
}

// The card of a file without one: what names and shapes tell, and ImageNet's statistics.
ModelCard inferred_card(const InferredSizes& sizes) {
  ModelCard card;
  if (!sizes.preset.empty()) card.model.preset = sizes.preset;
  card.model.patch_size = sizes.backbone.patch_size;
  card.model.in_channels = sizes.backbone.in_channels;
  card.model.stage_mixer = sizes.backbone.stage_mixer;
  card.model.layer_scale = sizes.backbone.layer_scale;
  card.model.relative_position_bias = sizes.backbone.rpe;
  card.pictures = {sizes.backbone.image_size, imagenet_mean(sizes.backbone.in_channels),
                   imagenet_std(sizes.backbone.in_channels)};
  return card;
}

// Names for outputs that have none.
void name_classes(ModelSource* source) {
  std::vector<std::string>& names = source->card.class_names;
  if (names.empty() && source->detector) names = names_of_classes(source->classes);
  const auto known = static_cast<int64_t>(names.size());
  if (known != source->classes) names.clear();
  for (auto i = static_cast<int64_t>(names.size()); i < source->classes; ++i) names.push_back(std::to_string(i));
}

void check_exists(const std::string& path) {
  if (exists(posix_fs(), path)) return;
  throw io_error(fmt::format(
      "{}: there is no such file or directory; want a run, a checkpoint, a .safetensors or a .pth file", path));
}

bool begins_a_backbone(const std::string& name) { return name == "absolute_pos_embed" || name.starts_with("blocks."); }

bool begins_a_detector(const std::string& name) {
  return name.starts_with("backbone.") || name.starts_with("rpn_head.") || name.starts_with("roi_head.");
}

WeightsPath chosen_weights(const ModelRequest& request, const std::string& key) {
  Fs& fs = posix_fs();
  check_exists(request.weights);
  if (!request.best || !is_directory(fs, request.weights)) return find_weights(fs, request.weights, key);
  const std::string of_run = join_path(request.weights, "checkpoints");
  const std::optional<int64_t> best = CheckpointStore(fs, of_run).best_step();
  if (!best) throw checkpoint_error(fmt::format("{}: no checkpoint is marked as the best one", of_run));
  return find_weights(fs, checkpoint_path(of_run, *best), key);
}

}  // namespace

DetectorCard card_of(const DetectorConfig& detector) {
  DetectorCard card;
  card.type = detector.roi.stages.size() > 1 ? kCascadeMaskRcnn : kMaskRcnn;
  card.has_masks = detector.roi.has_masks;
  return card;
}

std::vector<std::string> names_of_classes(int64_t classes) {
  return classes == std::ssize(coco_names()) ? coco_names() : std::vector<std::string>();
}

std::string strip_model_prefix(WeightsFile& file) {
  const std::vector<TensorInfo>& tensors = file.tensors();
  const bool may_be_detector = std::any_of(tensors.begin(), tensors.end(), [](const TensorInfo& tensor) {
    return tensor.name.find("rpn_head.") != std::string::npos;
  });
  if (may_be_detector) {
    const std::string prefix = file.strip_prefix(begins_a_detector);
    if (has_detector_heads(file.tensors())) return prefix;
  }
  return file.strip_prefix(begins_a_backbone);
}

InferredSizes sizes_of_weights(const std::string& path, const std::string& key) {
  check_exists(path);
  WeightsFile file = open_weights(posix_fs(), find_weights(posix_fs(), path, key), {key});
  file.strip_prefix(begins_a_backbone);
  return infer_sizes(file.tensors(), file.path());
}

namespace {

FoundSizes sizes_in(const WeightsFile& file) {
  if (!has_detector_heads(file.tensors())) return {infer_sizes(file.tensors(), file.path()), nullptr};
  FoundSizes found;
  found.detector = std::make_shared<const DetectorConfig>(infer_detector(file.tensors(), file.path()));
  found.backbone = infer_sizes(backbone_of_detector(file.tensors()), file.path());
  found.backbone.classes = found.detector->roi.box.classes;
  return found;
}

std::string kind_of(const FoundSizes& sizes) {
  if (sizes.detector) return kDetectorKind;
  return sizes.backbone.classes ? kClassifierKind : kPretrainedKind;
}

}  // namespace

ModelSource find_model(const ModelRequest& request) {
  ModelSource source;
  source.key = request.averaged ? kAverageKey : "";
  source.weights = chosen_weights(request, source.key);
  source.path = source.weights.checkpoint ? source.weights.checkpoint->path : source.weights.path;
  WeightsFile file = open_weights(posix_fs(), source.weights, {source.key});
  strip_model_prefix(file);
  const FoundSizes sizes = sizes_in(file);
  const std::optional<ModelCard> card = card_in(texts_of(file), file.path());
  if (!card && !sizes.detector) require_named_size(sizes.backbone, file.path());
  source.card = card ? *card : inferred_card(sizes.backbone);
  source.is_probe = sizes.backbone.is_probe;
  source.classes = sizes.backbone.classes.value_or(0);
  source.pyramid = sizes.backbone.pyramid;
  source.detector = sizes.detector;
  if (source.detector && !source.card.detector) source.card.detector = card_of(*source.detector);
  if (source.detector && !card) source.card.reading.exif = "apply";  // as published detectors' pictures were read
  if (source.card.kind.empty()) source.card.kind = kind_of(sizes);
  name_classes(&source);
  return source;
}

void require_readable_channels(const ModelConfig& model, const std::string& path) {
  if (model.in_channels == kGreyChannels || model.in_channels == kColourChannels) return;
  throw usage_error(fmt::format("{}: the model takes {} channels; pictures are read in colour (3) or in grey (1)", path,
                                model.in_channels));
}

Error no_head_error(const ModelSource& source) {
  return usage_error(
      fmt::format("{}: these weights tell no classes apart; fine-tune them first, or look at their features with itpn "
                  "embed or itpn knn",
                  source.path));
}

}  // namespace itpn
