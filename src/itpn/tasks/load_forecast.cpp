#include "itpn/tasks/load_forecast.h"

#include <algorithm>

#include "itpn/models/backbone/weight_rules.h"
#include "itpn/models/clip/clip_config.h"

namespace itpn {
namespace {

using Side = ExpectedAbsence::Side;

bool matches(const std::string& name, const ExpectedAbsence& rule) {
  return std::any_of(rule.patterns.begin(), rule.patterns.end(),
                     [&](const std::string& pattern) { return matches_pattern(name, pattern); });
}

LoadForecast forecast(const std::string& use, std::span<const TensorInfo> file, const LoadRules& rules) {
  LoadForecast result;
  result.use = use;
  for (const TensorInfo& tensor : file) {
    if (tensor.name == "relative_position_index") continue;  // follows from the grid: neither loaded nor missed
    const auto rule = std::find_if(rules.expected.begin(), rules.expected.end(), [&](const ExpectedAbsence& r) {
      return r.side == Side::kFileOnly && matches(tensor.name, r);
    });
    if (rule == rules.expected.end()) {
      ++result.loaded;
    } else {
      ++result.left_out[rule->reason];
    }
  }
  return result;
}

}  // namespace

std::vector<LoadForecast> forecast_loads(std::span<const TensorInfo> file) {
  return {forecast("pretrain", file, pretraining_weight_rules()), forecast("classify", file, classifier_weight_rules()),
          forecast("detect, segment, embed", file, dense_weight_rules({}))};
}

std::vector<LoadForecast> forecast_teacher_loads(std::span<const TensorInfo> file) {
  return {forecast("pretrain (teacher.weights)", file, clip_weight_rules())};
}

}  // namespace itpn
