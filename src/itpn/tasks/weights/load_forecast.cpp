#include "itpn/tasks/weights/load_forecast.h"

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

// A part that either side may lack depends on the recipe; one like that of the file has it.
bool is_recipe_dependent(const ExpectedAbsence& rule, const LoadRules& rules) {
  return std::any_of(rules.expected.begin(), rules.expected.end(), [&](const ExpectedAbsence& other) {
    return other.side == Side::kModelOnly && other.patterns == rule.patterns;
  });
}

LoadForecast forecast(const std::string& use, std::span<const TensorInfo> file, const LoadRules& rules) {
  LoadForecast result;
  result.use = use;
  for (const TensorInfo& tensor : file) {
    if (tensor.name == "relative_position_index") continue;  // follows from the grid: neither loaded nor missed
    const auto rule = std::find_if(rules.expected.begin(), rules.expected.end(), [&](const ExpectedAbsence& r) {
      return r.side == Side::kFileOnly && matches(tensor.name, r) && !is_recipe_dependent(r, rules);
    });
    if (rule == rules.expected.end()) {
      ++result.loaded;
    } else {
      ++result.left_out[rule->reason];
    }
  }
  return result;
}

// Widths and depths follow from the file; the number of levels and the targets are the recipe's.
std::string pretraining_use(const InferredSizes& sizes) {
  std::string use = sizes.teacher_dim ? "pretrain pretrain.supervision=clip" : "pretrain";
  const int64_t levels = sizes.pyramid.num_outs;
  if (levels == 1 && !sizes.teacher_dim) use += " pretrain.pyramid=false";
  if (levels == 2) use += " pretrain.num_outs=2";
  return use;
}

}  // namespace

std::vector<LoadForecast> forecast_loads(std::span<const TensorInfo> file, const InferredSizes& sizes) {
  return {forecast(pretraining_use(sizes), file,
                   sizes.teacher_dim ? distillation_weight_rules() : pretraining_weight_rules()),
          forecast("classify", file, classifier_weight_rules()),
          forecast("detect, segment, embed", file, dense_weight_rules({}))};
}

LoadForecast forecast_detector_load(std::span<const TensorInfo> file) {
  return forecast("predict, eval", file, used_detector_weight_rules());
}

std::vector<LoadForecast> forecast_teacher_loads(std::span<const TensorInfo> file) {
  return {forecast("pretrain (teacher.weights)", file, clip_weight_rules())};
}

}  // namespace itpn
