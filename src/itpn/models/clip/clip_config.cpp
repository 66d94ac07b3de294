#include "itpn/models/clip/clip_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "itpn/core/errors.h"
#include "itpn/io/tensor_shapes.h"

namespace itpn {
namespace {

constexpr int64_t kClipHeadWidth = 64;

// Names of one tower whose prefixes are the file's.
struct TowerNames {
  std::string class_embedding, positions, patch_embedding, projection;
  std::string blocks, first_norm, mlp;  // BLOCKS + i + FIRST_NORM, BLOCKS + i + MLP
};

TowerNames openai_names(const std::string& prefix) {
  return {prefix + "class_embedding",
          prefix + "positional_embedding",
          prefix + "conv1.weight",
          prefix + "proj",
          prefix + "transformer.resblocks.",
          ".ln_1.weight",
          ".mlp.c_fc.weight"};
}

TowerNames hugging_face_names(const std::string& prefix) {
  return {prefix + "embeddings.class_embedding",
          prefix + "embeddings.position_embedding.weight",
          prefix + "embeddings.patch_embedding.weight",
          "visual_projection.weight",
          prefix + "encoder.layers.",
          ".layer_norm1.weight",
          ".mlp.fc1.weight"};
}

ClipVisionConfig sizes_of(const TensorShapes& shapes, const TowerNames& names, ClipNaming naming) {
  ClipVisionConfig sizes;
  const std::vector<int64_t>& patch = shapes.at(names.patch_embedding, 4);  // (width, channels, P, P)
  sizes.width = patch[0];
  sizes.in_channels = patch[1];
  sizes.patch_size = patch[2];
  if (patch[2] != patch[3]) shapes.fail(fmt::format("its patches have {} x {} pixels", patch[2], patch[3]));
  const std::vector<int64_t>& positions = shapes.at(names.positions, 2);  // (1 + grid^2, width)
  sizes.grid = std::llround(std::sqrt(static_cast<double>(positions[0] - 1)));
  if (positions[0] != 1 + sizes.grid * sizes.grid || sizes.grid < 1) {
    shapes.fail(fmt::format("{} has {} rows, wanted one and a square", names.positions, positions[0]));
  }
  sizes.depth = shapes.count(names.blocks, names.first_norm);
  if (sizes.depth == 0) shapes.fail("it has no transformer blocks");
  sizes.mlp_width = shapes.at(names.blocks + "0" + names.mlp, 2)[0];
  if (!shapes.has(names.projection)) shapes.fail(fmt::format("it has no projection ({})", names.projection));
  sizes.output_dim = shapes.at(names.projection, 2)[naming == ClipNaming::kOpenAi ? 1 : 0];
  sizes.num_heads = std::max<int64_t>(1, sizes.width / kClipHeadWidth);
  if (sizes.width % sizes.num_heads != 0) shapes.fail(fmt::format("a width of {}", sizes.width));
  return sizes;
}

}  // namespace

std::string clip_file_advice() {
  return "Wanted is a CLIP model with a vision transformer (ViT-B/16, ViT-L/14, or your own): OpenAI's ViT-B-16.pt or "
         "ViT-L-14.pt, which the openai/CLIP package downloads to ~/.cache/clip, or model.safetensors of "
         "openai/clip-vit-base-patch16 on the Hugging Face hub; or a vision tower saved as a plain state dict";
}

bool is_clip_vision_name(const std::string& name) {
  constexpr std::array kStarts = {"visual.",
                                  "vision_model.",
                                  "visual_projection.",
                                  "conv1.",
                                  "embeddings.",
                                  "class_embedding",
                                  "encoder.layers.",
                                  "transformer.resblocks.",
                                  "ln_pre.",
                                  "ln_post.",
                                  "pre_layrnorm.",
                                  "post_layernorm.",
                                  "proj",
                                  "positional_embedding"};
  return std::any_of(kStarts.begin(), kStarts.end(), [&](const char* start) { return name.starts_with(start); });
}

// Each pattern by itself: a file need not have all of them.
LoadRules clip_weight_rules() {
  const std::vector<std::string> others = {"text_*",      "transformer.*",        "token_embedding.*", "ln_final.*",
                                           "logit_scale", "positional_embedding", "text_model.*",      "*position_ids",
                                           "vocab_size",  "input_resolution",     "context_length",    "head.*",
                                           "head_norm.*"};
  LoadRules rules;
  for (const std::string& pattern : others) {
    ExpectedAbsence absence;
    absence.patterns.push_back(pattern);
    absence.reason = "not of the vision tower";
    rules.expected.push_back(std::move(absence));
  }
  return rules;
}

ClipFileLayout find_clip_layout(std::span<const TensorInfo> tensors, const std::string& where) {
  const TensorShapes shapes(tensors, [&](const std::string& what) {
    return fmt::format("{}: not a CLIP vision transformer: {}. {}", where, what, clip_file_advice());
  });
  for (const std::string prefix : {"visual.", ""}) {
    const TowerNames names = openai_names(prefix);
    if (!shapes.has(names.class_embedding)) continue;
    return {ClipNaming::kOpenAi, prefix, sizes_of(shapes, names, ClipNaming::kOpenAi)};
  }
  for (const std::string prefix : {"vision_model.", ""}) {
    const TowerNames names = hugging_face_names(prefix);
    if (!shapes.has(names.class_embedding)) continue;
    return {ClipNaming::kHuggingFace, prefix, sizes_of(shapes, names, ClipNaming::kHuggingFace)};
  }
  if (shapes.has("visual.layer1.0.conv1.weight")) shapes.fail("it is a CLIP model with a residual network");
  shapes.fail("it has no class embedding");
}

}  // namespace itpn
