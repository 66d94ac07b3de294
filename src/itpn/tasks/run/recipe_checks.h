// What the recipes of several tasks have in common: how they are loaded, and checks of their tables. Each check throws
// a usage error (exit 2) that names the keys.
#pragma once

#include <string>
#include <vector>

#include "itpn/config/config.h"
#include "itpn/data/data_config.h"
#include "itpn/engine/run_config.h"
#include "itpn/models/backbone/presets.h"

namespace itpn {

// load_recipe() of a training command, with the statistics of the channels that it asks for.
template <class Recipe>
Recipe load_training_recipe(const std::string& path, const std::vector<std::string>& overrides,
                            const std::string& built_in = "") {
  auto recipe = load_recipe<Recipe>(path, overrides, built_in);
  settle_statistics(&recipe.data);
  return recipe;
}

// The patch divides the picture.
void check_image_size(const DataConfig& data, const ModelConfig& model);
// The micro-batch divides the global batch.
void check_batch(const TrainConfig& train);
// Where the pictures with classes lie is given, if they are not synthetic.
void check_labelled_path(const DataConfig& data);
// Pictures are read in grey or in colour, the model takes as many channels, and means and deviations have as many
// entries.
void check_channels(const DataConfig& data, const ModelConfig& model);

}  // namespace itpn
