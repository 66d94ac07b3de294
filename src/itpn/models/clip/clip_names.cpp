// The same tower under the names of the two families of files.
#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/models/clip/clip_vision.h"
#include "itpn/nn/named_tensors.h"

namespace itpn {
namespace {

void add_linear(NamedTensors* names, const std::string& name, const torch::Tensor& weight, const torch::Tensor& bias) {
  names->emplace_back(name + ".weight", weight);
  names->emplace_back(name + ".bias", bias);
}

void add_norm(NamedTensors* names, const std::string& name, const LayerNorm& norm) {
  add_linear(names, name, norm->weight, norm->bias);
}

void add_block(NamedTensors* names, const std::string& name, const ClipBlock& block) {
  const int64_t width = block->in_proj_weight.size(1);
  const char* parts[] = {"q_proj", "k_proj", "v_proj"};
  for (int64_t i = 0; i < 3; ++i) {
    const int64_t from = i * width, to = from + width;
    add_linear(names, fmt::format("{}.self_attn.{}", name, parts[i]), block->in_proj_weight.slice(0, from, to),
               block->in_proj_bias.slice(0, from, to));
  }
  add_linear(names, name + ".self_attn.out_proj", block->out_proj->weight, block->out_proj->bias);
  add_norm(names, name + ".layer_norm1", block->ln_1);
  add_linear(names, name + ".mlp.fc1", block->c_fc->weight, block->c_fc->bias);
  add_linear(names, name + ".mlp.fc2", block->c_proj->weight, block->c_proj->bias);
  add_norm(names, name + ".layer_norm2", block->ln_2);
}

NamedTensors hugging_face(const ClipVisionImpl& tower, const std::string& prefix) {
  NamedTensors names = {{prefix + "embeddings.class_embedding", tower.class_embedding},
                        {prefix + "embeddings.position_embedding.weight", tower.positional_embedding},
                        {prefix + "embeddings.patch_embedding.weight", tower.conv1_weight},
                        {"visual_projection.weight", tower.proj.t()}};
  add_norm(&names, prefix + "pre_layrnorm", tower.ln_pre);  // spelt so
  add_norm(&names, prefix + "post_layernorm", tower.ln_post);
  for (size_t i = 0; i < tower.resblocks.size(); ++i) {
    add_block(&names, fmt::format("{}encoder.layers.{}", prefix, i), tower.resblocks[i]);
  }
  return names;
}

}  // namespace

std::vector<std::pair<std::string, torch::Tensor>> named_as_in_file(const ClipVisionImpl& tower,
                                                                    const ClipFileLayout& layout) {
  if (layout.naming == ClipNaming::kHuggingFace) return hugging_face(tower, layout.prefix);
  NamedTensors names;
  for (const auto& item : tower.named_parameters()) names.emplace_back(layout.prefix + item.key(), item.value());
  return names;
}

}  // namespace itpn
