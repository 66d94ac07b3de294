#include <torch/torch.h>

#include <cmath>

#include "itpn/models/detection/detector.h"
#include "itpn/nn/init.h"

namespace itpn {
namespace {

// The deviation of a head's weight (spec of detection, 7.1, 9.1 and 10.1); 0 for what keeps the value it was built
// with.
double deviation_of(const std::string& name, const torch::Tensor& weight) {
  if (!name.ends_with(".weight") || weight.dim() < 2) return 0.0;
  if (name.starts_with("rpn_head.") || name.ends_with("fc_cls.weight")) return 0.01;
  if (name.ends_with("fc_reg.weight")) return 0.001;
  const auto outputs = static_cast<double>(weight.size(0)), inputs = static_cast<double>(weight.size(1));
  // Xavier, whose uniform draws have this deviation; else Kaiming by the fan out, which the published code takes from
  // the first axis of a transposed convolution too.
  if (weight.dim() == 2) return std::sqrt(2.0 / (inputs + outputs));
  return std::sqrt(2.0 / (outputs * static_cast<double>(weight.size(2) * weight.size(3))));
}

}  // namespace

void initialise_detector(DetectorImpl& detector, uint64_t seed) {
  initialise_parameters(*detector.backbone, seed);
  initialise_normal(detector.backbone->backbone.absolute_pos_embed, "position table", seed);
  for (auto& item : detector.named_parameters()) {
    const std::string& name = item.key();
    if (name.ends_with(".rel_pos_h") || name.ends_with(".rel_pos_w")) initialise_normal(item.value(), name, seed);
    if (name.starts_with("backbone.")) continue;
    const double deviation = deviation_of(name, item.value());
    if (deviation > 0) initialise_normal(item.value(), name, seed, deviation);
  }
}

}  // namespace itpn
