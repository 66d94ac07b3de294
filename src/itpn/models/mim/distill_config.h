// What pre-training with the features of another model can be set to (spec-model 6). Torch-free.
#pragma once

#include <string>

#include "itpn/models/mim/mim_config.h"

namespace itpn {

// The terms of the loss.
struct DistillConfig {
  std::string target_levels = "last";
  double aux_weight = 1.0;
  double pixel_weight = 0.0;
};

template <class V>
void visit_fields(V& v, DistillConfig& c) {
  v("target_levels", c.target_levels,
    {.doc = "what predicts the teacher's features: the summed levels of the pyramid (last), or each level by itself, "
            "its target resampled to its resolution (multi: equation 4 of the paper read literally)",
     .one_of = {"last", "multi"}});
  v("aux_weight", c.aux_weight,
    {.doc = "weight of the auxiliary branch, which predicts the features from within stage 3", .min = 0.0});
  v("pixel_weight", c.pixel_weight,
    {.doc = "weight of a term that predicts the normalised pixels of hidden patches besides; 0 = none", .min = 0.0});
}

// The whole student.
struct DistillModelConfig {
  BackboneConfig backbone;
  PyramidConfig pyramid;
  int64_t teacher_dim = 512;  // channels of the teacher's features
  DistillConfig distill;
  MfmConfig mfm = {.enabled = false};
  double aux_norm_eps = 1e-5;
  int64_t aux_blocks = 2;

  // The attention block, from 0, whose output the auxiliary branch takes.
  int64_t tap() const { return backbone.depth * 3 / 4; }
  // Throws usage_error where settings do not fit each other.
  void check() const;
};

}  // namespace itpn
