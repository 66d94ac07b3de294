#include "itpn/tasks/weights/model_source.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/io/checkpoint_store.h"
#include "itpn/io/weights_file.h"

namespace itpn {
namespace {

constexpr const char* kAverageKey = "model_ema";

// The card of a file without one: what names and shapes tell, and ImageNet's statistics.
ModelCard inferred_card(const InferredSizes& sizes, const std::string& path) {
  if (sizes.preset.empty()) {
    throw checkpoint_error(fmt::format("{}: a model of no size that has a name: {} wide, {} + {} + {} blocks", path,
                                       sizes.backbone.embed_dim, sizes.backbone.stage1_depth,
                                       sizes.backbone.stage2_depth, sizes.backbone.depth));
  }
  ModelCard card;
  card.model.preset = sizes.preset;
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
  const auto known = static_cast<int64_t>(names.size());
  if (known != source->classes) names.clear();
  for (auto i = static_cast<int64_t>(names.size()); i < source->classes; ++i) names.push_back(std::to_string(i));
}

void check_exists(const std::string& path) {
  if (exists(posix_fs(), path)) return;
  throw io_error(fmt::format(
      "{}: there is no such file or directory; want a run, a checkpoint, a .safetensors or a .pth file", path));
}

// With the model's own names.
WeightsFile open_model_weights(const WeightsPath& source, const std::string& key) {
  WeightsFile file = open_weights(posix_fs(), source, {key});
  file.strip_prefix(
      [](const std::string& name) { return name == "absolute_pos_embed" || name.starts_with("blocks."); });
  return file;
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

InferredSizes sizes_of_weights(const std::string& path, const std::string& key) {
  check_exists(path);
  const WeightsFile file = open_model_weights(find_weights(posix_fs(), path, key), key);
  return infer_sizes(file.tensors(), file.path());
}

ModelSource find_model(const ModelRequest& request) {
  ModelSource source;
  source.key = request.averaged ? kAverageKey : "";
  source.weights = chosen_weights(request, source.key);
  source.path = source.weights.checkpoint ? source.weights.checkpoint->path : source.weights.path;
  const WeightsFile file = open_model_weights(source.weights, source.key);
  const InferredSizes sizes = infer_sizes(file.tensors(), file.path());
  const std::optional<ModelCard> card = card_in(texts_of(file), file.path());
  source.card = card ? *card : inferred_card(sizes, file.path());
  source.is_probe = sizes.is_probe;
  source.classes = sizes.classes.value_or(0);
  source.pyramid = sizes.pyramid;
  if (source.card.kind.empty()) source.card.kind = sizes.classes ? kClassifierKind : kPretrainedKind;
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
