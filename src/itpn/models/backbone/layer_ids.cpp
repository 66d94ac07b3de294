#include "itpn/models/backbone/layer_ids.h"

#include <cmath>
#include <optional>

namespace itpn {
namespace {

constexpr double kReferenceDepth = 13.0;  // layers of ViT-Base with its head, for which decays are quoted

// i of "blocks.i.*".
std::optional<int64_t> block_index(const std::string& name) {
  const std::string start = "blocks.";
  if (!name.starts_with(start)) return std::nullopt;
  return std::stoll(name.substr(start.size()));
}

// How many merges lie among blocks 0..i.
int64_t merges_up_to(int64_t i, const BackboneConfig& sizes) {
  const int64_t first = sizes.stage1_depth, second = first + 1 + sizes.stage2_depth;
  return (i >= first ? 1 : 0) + (i >= second ? 1 : 0);
}

}  // namespace

int64_t layer_count(const BackboneConfig& sizes, LayerRule rule) {
  return sizes.block_count() + (rule == LayerRule::kClassification ? 1 : 2);
}

int64_t layer_id(const std::string& parameter, const BackboneConfig& sizes, LayerRule rule) {
  const std::string prefix = "backbone.";
  const std::string name = parameter.starts_with(prefix) ? parameter.substr(prefix.size()) : parameter;
  const bool is_dense = rule != LayerRule::kClassification;
  if (name.starts_with("patch_embed.")) return 0;
  if (name == "absolute_pos_embed" && rule != LayerRule::kDetection) return 0;
  if (const auto i = block_index(name)) return is_dense ? *i + 1 : *i + 1 - merges_up_to(*i, sizes);
  return layer_count(sizes, rule) - (is_dense ? 1 : 0);
}

double layer_lr_scale(int64_t id, double decay, const BackboneConfig& sizes, LayerRule rule) {
  const auto count = static_cast<double>(layer_count(sizes, rule));
  const double exponent = rule == LayerRule::kDetection ? 1.0 : kReferenceDepth / count;
  const double top = rule == LayerRule::kClassification ? count : count - 1.0;
  return std::pow(decay, exponent * (top - static_cast<double>(id)));
}

std::vector<std::string> names_spared_from_decay(LayerRule rule) {
  if (rule == LayerRule::kClassification) return {"absolute_pos_embed", "relative_position_bias_table"};
  if (rule == LayerRule::kDetection) return {"absolute_pos_embed"};
  return {};
}

}  // namespace itpn
