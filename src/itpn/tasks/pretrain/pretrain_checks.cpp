#include "itpn/tasks/pretrain/pretrain_checks.h"

#include <fmt/format.h>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/run/recipe_checks.h"

namespace itpn {
namespace {

// What `itpn pretrain` does without a recipe: a model that learns something visible within minutes on a CPU.
constexpr const char* kDefaultRecipe = R"(
[model]
preset = "itpn-tiny"
[data]
image_size = 128
[train]
epochs = 5
global_batch_size = 64
[optim]
lr = 1e-3
warmup_epochs = 1
[log]
panel_every_steps = 100
)";

void check_blocks(const MaskConfig& mask, int64_t patches) {
  if (mask.hidden_patches >= patches) {
    throw usage_error(fmt::format("mask.hidden_patches = {} would hide all of the {} patches of a picture; take less",
                                  mask.hidden_patches, patches));
  }
  if (mask.min_block > mask.hidden_patches) {
    throw usage_error(fmt::format("mask.min_block = {} is more than mask.hidden_patches = {}; take less",
                                  mask.min_block, mask.hidden_patches));
  }
}

// What belongs to one kind of targets only.
void check_supervision(const PretrainConfig& config) {
  if (config.pretrain.has_clip_teacher()) {
    if (config.data.channels != kColourChannels) {
      throw usage_error("pretrain.supervision = \"clip\" wants data.channels = 3: the teacher sees colours");
    }
    distill_config_of(config, 1);
  } else if (config.mask.kind != "random") {
    throw usage_error(
        "mask.kind = \"blocks\" hides another number of patches of each picture, which only "
        "pretrain.supervision = \"clip\" can use; take \"random\"");
  }
}

void check_mask(const PretrainConfig& config) {
  const int64_t patches = patch_grid(config.data.image_size, config.model.patch_size).count();
  if (config.mask.kind == "blocks") return check_blocks(config.mask, patches);
  const auto kept = static_cast<int64_t>(static_cast<double>(patches) * (1.0 - config.mask.ratio));
  if (kept > 0 && kept < patches) return;
  throw usage_error(fmt::format("mask.ratio = {} hides {} of the {} patches of a picture; {}", config.mask.ratio,
                                patches - kept, patches,
                                kept == 0 ? "some must stay visible, take less" : "some must be hidden, take more"));
}

void check_data(const PretrainConfig& config) {
  const DataConfig& data = config.data;
  if (data.source != "synthetic" && data.source != kAutoSource && data.path.empty()) {
    throw usage_error(fmt::format("data.source = \"{}\" needs data.path", data.source));
  }
  if (config.log.knn_every_epochs > 0 && data.val_path.empty()) {
    throw usage_error("log.knn_every_epochs needs data.val_path: pictures with classes that data.path has too");
  }
  check_channels(data, config.model);
}

}  // namespace

PretrainConfig load_pretrain_config(const std::string& recipe, const std::vector<std::string>& overrides) {
  return load_training_recipe<PretrainConfig>(recipe, overrides, kDefaultRecipe);
}

void check_pretrain_config(const PretrainConfig& config) {
  check_image_size(config.data, config.model);
  check_mask(config);
  check_supervision(config);
  check_batch(config.train);
  check_data(config);
}

}  // namespace itpn
