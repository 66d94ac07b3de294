// Sizes of the backbone and of the feature pyramid. Torch-free: recipes and `itpn info` read them without a tensor.
#pragma once

#include <cstdint>
#include <string>

#include "itpn/core/image_size.h"

namespace itpn {

// HiViT: two stages of C-MLP blocks on 4 x 4 and 2 x 2 sub-tokens of each patch, then attention between patches.
struct BackboneConfig {
  ImageSize image_size = 224;  // what the model is made for; pictures of other sizes work too
  int64_t patch_size = 16;
  int64_t in_channels = 3;
  int64_t embed_dim = 512;  // E, width of stage 3; stages 1 and 2 have E/4 and E/2
  int64_t stage1_depth = 3;
  int64_t stage2_depth = 3;
  int64_t depth = 24;  // attention blocks
  int64_t num_heads = 8;
  double bridge_mlp_ratio = 3.0;  // of the C-MLP blocks
  double mlp_ratio = 4.0;         // of the attention blocks
  bool rpe = false;               // relative position bias, for pictures of exactly image_size
  int64_t axis_grid = 0;          // side of the grid of relative position tables by axis (detection); 0: none
  double layer_scale = 0.0;       // start value; 0: none
  double drop_path = 0.0;         // rate of the last block, growing evenly from 0
  double norm_eps = 1e-6;
  std::string stage_mixer = "cmlp";  // or "conv": 3x3 convolutions in stages 1 and 2 and in the pyramid
  bool resample_positions = true;    // the released code's habit of resampling the position table under masking
  bool activation_checkpointing = false;

  // Patches of a picture of image_size.
  PatchGrid patches() const { return patch_grid(image_size, patch_size); }
  // Side of the square grid of the position tables, in which patches() fits: tables are always square, as the published
  // ones, so that weights go from any size to any other.
  int64_t grid() const { return patches().longer(); }
  int64_t stage1_dim() const { return embed_dim / 4; }
  int64_t stage2_dim() const { return embed_dim / 2; }
  int64_t block_count() const { return stage1_depth + stage2_depth + depth; }
};

template <class V>
void visit_fields(V& v, BackboneConfig& c) {
  v("image_size", c.image_size, {.doc = "size of the pictures the model is made for, pixels", .min = 4});
  v("patch_size", c.patch_size, {.doc = "side of a patch, pixels; a multiple of 4", .min = 4});
  v("in_channels", c.in_channels, {.doc = "channels of a picture", .min = 1});
  v("embed_dim", c.embed_dim, {.doc = "width of stage 3; a multiple of 4 and of num_heads", .min = 4});
  v("stage1_depth", c.stage1_depth, {.doc = "C-MLP blocks of stage 1", .min = 0});
  v("stage2_depth", c.stage2_depth, {.doc = "C-MLP blocks of stage 2", .min = 0});
  v("depth", c.depth, {.doc = "attention blocks of stage 3", .min = 1});
  v("num_heads", c.num_heads, {.doc = "attention heads", .min = 1});
  v("bridge_mlp_ratio", c.bridge_mlp_ratio, {.doc = "hidden width of a C-MLP over its width", .min = 0.1});
  v("mlp_ratio", c.mlp_ratio, {.doc = "hidden width of a transformer MLP over its width", .min = 0.1});
  v("rpe", c.rpe, {.doc = "relative position bias"});
  v("axis_grid", c.axis_grid,
    {.doc = "side of the grid of relative position tables by axis, resampled to any picture; 0 for none", .min = 0});
  v("layer_scale", c.layer_scale, {.doc = "start value of the layer scale, 0 for none", .min = 0.0});
  v("drop_path", c.drop_path, {.doc = "stochastic depth rate of the last block", .min = 0.0, .max = 0.99});
  v("norm_eps", c.norm_eps, {.doc = "epsilon of the layer norms", .min = 0.0});
  v("stage_mixer", c.stage_mixer,
    {.doc = "what mixes sub-tokens in stages 1-2 and in the pyramid", .one_of = {"cmlp", "conv"}});
  v("resample_positions", c.resample_positions, {.doc = "resample the position table under masking, as released"});
  v("activation_checkpointing", c.activation_checkpointing,
    {.doc = "save memory: recompute blocks in the backward pass"});
}

// The feature pyramid on top of the backbone.
struct PyramidConfig {
  int64_t num_outs = 3;   // levels, coarse to fine; 1: the last backbone feature itself, no pyramid
  int64_t fpn_dim = 256;  // F, width of all levels
  int64_t fpn_depth = 2;  // blocks after each sum of a level
  double mlp_ratio = 4.0;
};

template <class V>
void visit_fields(V& v, PyramidConfig& c) {
  v("num_outs", c.num_outs, {.doc = "levels of the pyramid; 1: none, the last backbone feature", .min = 1, .max = 3});
  v("fpn_dim", c.fpn_dim, {.doc = "width of the levels", .min = 1});
  v("fpn_depth", c.fpn_depth, {.doc = "blocks per level", .min = 0});
  v("mlp_ratio", c.mlp_ratio, {.doc = "hidden width of a pyramid block over its width", .min = 0.1});
}

// Throws usage_error where sizes do not fit each other (heads, quarters of the width, patch size).
void check_config(const BackboneConfig& config);

}  // namespace itpn
