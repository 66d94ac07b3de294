#include "itpn/tasks/pretrain/tower_config.h"

#include <fmt/format.h>

#include "itpn/config/config.h"
#include "itpn/core/errors.h"
#include "itpn/tasks/run/recipe_checks.h"

namespace itpn {

TowerConfig::TowerConfig() : data(classification_data()) {
  data.image_size = 128;
  data.mean = {0.48145466, 0.4578275, 0.40821073};
  data.std = {0.26862954, 0.26130258, 0.27577711};
}

TowerConfig load_tower_config(const std::string& recipe, const std::vector<std::string>& overrides) {
  return load_training_recipe<TowerConfig>(recipe, overrides);
}

void check_tower_config(const TowerConfig& config) {
  check_batch(config.train);
  ModelConfig like_it;
  like_it.patch_size = config.model.patch_size;
  check_image_size(config.data, like_it);
  if (config.data.channels != kColourChannels) {
    throw usage_error("data.channels = 1: a teacher sees colours; take 3");
  }
  check_channels(config.data, like_it);
  if (config.model.width % 64 != 0) {
    throw usage_error(fmt::format("model.width = {} is not a multiple of 64, the width of a head", config.model.width));
  }
  check_labelled_path(config.data);
}

}  // namespace itpn
