// The tables of a recipe that set up the pre-training model: [model], [pretrain], [mask] and [mfm]. The structs of
// models/ are built from them and from the named preset.
#pragma once

#include <cstdint>
#include <string>

namespace itpn {

struct ModelRecipe {
  std::string preset = "itpn-tiny";
  std::string stage_mixer = "cmlp";
  double drop_path = 0.0;
  double layer_scale = 0.0;
  bool relative_position_bias = false;
  bool resample_positions = true;
  int64_t patch_size = 16;
  int64_t in_channels = 3;
};

template <class V>
void visit_fields(V& v, ModelRecipe& c) {
  v("preset", c.preset,
    {.doc = "size of the model", .one_of = {"itpn-nano", "itpn-tiny", "itpn-small", "itpn-base", "itpn-large"}});
  v("stage_mixer", c.stage_mixer,
    {.doc = "what the two early stages and the pyramid are made of: channel MLPs, or 3x3 convolutions (paper, Table 6)",
     .one_of = {"cmlp", "conv"}});
  v("drop_path", c.drop_path,
    {.doc = "largest share of residual branches dropped per sample; grows from 0 with depth", .min = 0.0, .max = 0.99});
  v("layer_scale", c.layer_scale, {.doc = "start value of the residual branches' factors; 0 = none", .min = 0.0});
  v("relative_position_bias", c.relative_position_bias, {.doc = "learned bias on attention by relative position"});
  v("resample_positions", c.resample_positions,
    {.doc = "pass the position table through the published code's run-time resampling"});
  v("patch_size", c.patch_size, {.doc = "pixels of a patch's side", .min = 4, .max = 64});
  v("in_channels", c.in_channels, {.doc = "channels of the pictures", .min = 1, .max = 64});
}

// Integral pre-training: with `pyramid` the feature pyramid and the decoder see what downstream heads will see; without
// it only the backbone is trained (paper, Table 5).
struct PyramidRecipe {
  bool pyramid = true;
  int64_t num_outs = 3;
};

template <class V>
void visit_fields(V& v, PyramidRecipe& c) {
  v("pyramid", c.pyramid,
    {.doc = "train the feature pyramid too; false trains the backbone only and means num_outs 1"});
  v("num_outs", c.num_outs, {.doc = "levels of the pyramid that the decoder reads", .min = 1, .max = 3});
}

struct MaskRecipe {
  double ratio = 0.75;
};

template <class V>
void visit_fields(V& v, MaskRecipe& c) {
  v("ratio", c.ratio, {.doc = "share of the patches that is hidden from the model", .min = 0.0, .max = 1.0});
}

// Masked feature modelling (paper, equation 4).
struct MfmRecipe {
  bool enabled = true;
  std::string teacher_input = "visible";
  double weight = 0.3;
  double momentum = 0.996;
  std::string momentum_schedule = "constant";
  bool normalize_target = true;
};

template <class V>
void visit_fields(V& v, MfmRecipe& c) {
  v("enabled", c.enabled, {.doc = "add the loss on features of a moving-average teacher"});
  v("teacher_input", c.teacher_input,
    {.doc = "patches that the teacher sees: those the model sees, all, or those hidden from it",
     .one_of = {"visible", "full", "masked"}});
  v("weight", c.weight, {.doc = "lambda, the weight of the sum over levels", .min = 0.0});
  v("momentum", c.momentum, {.doc = "share of the teacher that stays at each step", .min = 0.0, .max = 1.0});
  v("momentum_schedule", c.momentum_schedule,
    {.doc = "constant, or rising to 1 along a cosine over the run", .one_of = {"constant", "cosine"}});
  v("normalize_target", c.normalize_target, {.doc = "normalise each teacher token before comparing"});
}

}  // namespace itpn
