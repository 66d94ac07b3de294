// What pre-training can be set to. Torch-free: recipes and `itpn info` read it without a tensor.
#pragma once

#include "itpn/models/backbone/presets.h"

namespace itpn {

// Which patches are hidden from the encoder.
struct MaskConfig {
  std::string kind = "random";  // or "blocks"
  double ratio = 0.75;
  int64_t hidden_patches = 75;
  int64_t min_block = 16;
  int64_t max_block = 0;
};

template <class V>
void visit_fields(V& v, MaskConfig& c) {
  v("kind", c.kind,
    {.doc = "random patches, or rectangular blocks of them as BEiT hides them (with pretrain.supervision = \"clip\")",
     .one_of = {"random", "blocks"}});
  v("ratio", c.ratio, {.doc = "share of patches that are hidden, at random", .min = 0.0, .max = 1.0});
  v("hidden_patches", c.hidden_patches, {.doc = "patches that blocks hide, at most", .min = 1, .max = 1 << 20});
  v("min_block", c.min_block, {.doc = "patches of the smallest block", .min = 1, .max = 1 << 20});
  v("max_block", c.max_block,
    {.doc = "patches of the largest block; 0 = as many as are still to be hidden", .min = 0, .max = 1 << 20});
}

// L = floor(N * (1 - ratio)). Throws usage_error where that hides nothing or everything.
int64_t kept_patches(int64_t patches, double ratio);

// Masked feature modelling (paper, equation 4).
struct MfmConfig {
  bool enabled = true;
  std::string teacher_input = "visible";       // or "full", "masked"
  double weight = 0.3;                         // lambda of eq. 4
  double momentum = 0.996;                     // of the teacher's moving average
  std::string momentum_schedule = "constant";  // or "cosine", growing to 1
  bool normalize_target = true;
};

template <class V>
void visit_fields(V& v, MfmConfig& c) {
  v("enabled", c.enabled, {.doc = "masked feature modelling: pyramid levels predict features of a teacher"});
  v("teacher_input", c.teacher_input,
    {.doc = "patches that the teacher sees: the student's visible ones, all, or the hidden ones",
     .one_of = {"visible", "full", "masked"}});
  v("weight", c.weight, {.doc = "weight of the feature terms beside the pixel term", .min = 0.0});
  v("momentum", c.momentum, {.doc = "of the teacher's moving average, per optimiser step", .min = 0.0, .max = 1.0});
  v("momentum_schedule", c.momentum_schedule,
    {.doc = "the momentum stays, or grows to 1 along a cosine", .one_of = {"constant", "cosine"}});
  v("normalize_target", c.normalize_target, {.doc = "normalise each teacher token before it is compared"});
}

// The whole pre-training model.
struct MimConfig {
  BackboneConfig backbone;
  PyramidConfig pyramid;
  DecoderConfig decoder;
  MaskConfig mask;
  MfmConfig mfm;
  bool normalise_pixels = true;  // the target is each patch with mean 0 and deviation 1

  // Throws usage_error where sizes do not fit each other.
  void check() const;
};

}  // namespace itpn
