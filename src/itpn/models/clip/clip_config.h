// Sizes of CLIP's vision tower, and the names that files of it use. Torch-free.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "itpn/io/load_plan.h"

namespace itpn {

// A vision transformer as OpenAI's CLIP has it (spec-model 6.5). Defaults are those of ViT-B/16.
struct ClipVisionConfig {
  int64_t patch_size = 16;
  int64_t in_channels = 3;
  int64_t width = 768;
  int64_t depth = 12;
  int64_t num_heads = 12;
  int64_t mlp_width = 3072;
  int64_t output_dim = 512;  // of the space that pictures share with texts
  int64_t grid = 14;         // side of the position table
  double norm_eps = 1e-5;
};

enum class ClipNaming {
  kOpenAi,       // visual.transformer.resblocks.0.attn.in_proj_weight
  kHuggingFace,  // vision_model.encoder.layers.0.self_attn.q_proj.weight
};

// What a file of weights holds of a vision tower.
struct ClipFileLayout {
  ClipNaming naming = ClipNaming::kOpenAi;
  std::string prefix;  // of the tower's names: "visual.", "vision_model.", or empty
  ClipVisionConfig sizes;
};

// True for names of a vision tower in one of the namings.
bool is_clip_vision_name(const std::string& name);

// The layout of a file, from names and shapes; heads are 64 wide, as in all published towers. Throws a checkpoint error
// (exit 4) that names `where` and tells what is wanted and where such a file comes from.
ClipFileLayout find_clip_layout(std::span<const TensorInfo> tensors, const std::string& where);

// What such a file may hold besides: the text tower, numbers, and the classifier of a teacher that was trained here.
LoadRules clip_weight_rules();

// What a teacher's file has to be, for messages.
std::string clip_file_advice();

}  // namespace itpn
