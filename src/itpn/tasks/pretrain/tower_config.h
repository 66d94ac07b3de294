// The recipe of `itpn teacher`.
#pragma once

#include <string>
#include <vector>

#include "itpn/data/augment_config.h"
#include "itpn/data/data_config.h"
#include "itpn/engine/optim_config.h"
#include "itpn/engine/run_config.h"

namespace itpn {

// Sizes of the tower.
struct TowerModelConfig {
  int64_t patch_size = 16;
  int64_t width = 192;
  int64_t depth = 6;
  int64_t output_dim = 128;
};

template <class V>
void visit_fields(V& v, TowerModelConfig& c) {
  v("patch_size", c.patch_size, {.doc = "pixels of a patch's side", .min = 1, .max = 64});
  v("width", c.width, {.doc = "channels, a multiple of 64", .min = 64, .max = 4096});
  v("depth", c.depth, {.doc = "transformer blocks", .min = 1, .max = 100});
  v("output_dim", c.output_dim, {.doc = "channels of the features that a student learns", .min = 1, .max = 4096});
}

struct TowerConfig {
  TowerConfig();

  TowerModelConfig model;
  DataConfig data;
  AugmentConfig augment;
  TrainConfig train;
  AdamWRecipe optim;
  DistributedConfig distributed;
  CheckpointConfig checkpoint;
  LogConfig log;
};

template <class V>
void visit_fields(V& v, TowerConfig& c) {
  v("model", c.model, {.doc = "the tower"});
  v("data", c.data, {.doc = "the pictures that are learnt from; CLIP's mean and deviation"});
  v("augment", c.augment, {.doc = "what is done to each training picture"});
  v("train", c.train, {.doc = "length, batch and arithmetic of the run"});
  v("optim", c.optim, {.doc = "the optimiser"});
  visit_run_tables(v, c);
}

// A recipe file with overrides; the defaults where `recipe` is empty.
TowerConfig load_tower_config(const std::string& recipe, const std::vector<std::string>& overrides);
// Throws a usage error (exit 2) that names the keys.
void check_tower_config(const TowerConfig& config);

}  // namespace itpn
