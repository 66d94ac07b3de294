// Parameters and multiply-accumulates of the models, by arithmetic: no tensor is made.
//
// Conventions: one multiply-accumulate counts as one; the patch embedding runs on all patches, as in the published code
// (this program embeds only the visible ones); norms, GELU and softmax are left out, see `norm_elements`.
#pragma once

#include <vector>

#include "itpn/models/backbone/presets.h"
#include "itpn/models/clip/clip_config.h"

namespace itpn {

struct ComponentCost {
  std::string name;
  int64_t parameters = 0;
  double macs = 0;           // for one picture
  double norm_elements = 0;  // entries that pass a layer norm; some tools count 5 operations for each
};

struct ModelCost {
  std::vector<ComponentCost> components;

  int64_t parameters() const;
  double macs() const;
  double norm_elements() const;
};

// A picture as the model sees it.
struct PictureGrid {
  PatchGrid grid = {14, 14};
  double visible_share = 1.0;  // of the patches, for the encoder of pre-training

  int64_t patches() const { return grid.count(); }
  int64_t visible() const { return static_cast<int64_t>(static_cast<double>(patches()) * visible_share); }
};

// Backbone with relative position bias, norm and linear head.
ModelCost classification_cost(const Preset& preset, const PictureGrid& picture, int64_t classes);

// Backbone, pyramid and pixel decoder; without feature modelling.
ModelCost pretraining_cost(const Preset& preset, const PictureGrid& picture);

// Backbone, pyramid, auxiliary branch and heads of the student of a teacher with that many channels; no layer scale.
ModelCost distillation_cost(const Preset& preset, const PictureGrid& picture, int64_t teacher_dim);

// CLIP's vision tower; no parameters are counted.
ModelCost clip_tower_cost(const ClipVisionConfig& sizes, const PictureGrid& picture);

// Backbone and pyramid of three levels with one block each, as detectors use it.
ModelCost detection_cost(const Preset& preset, const PictureGrid& picture);

}  // namespace itpn
