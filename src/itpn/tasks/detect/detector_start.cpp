#include "itpn/tasks/detect/detector_start.h"

#include <fmt/format.h>

#include "itpn/core/log.h"
#include "itpn/engine/load_weights.h"
#include "itpn/models/backbone/weight_rules.h"
#include "itpn/models/detection/infer_detector.h"
#include "itpn/tasks/weights/head_rows.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {
namespace {

constexpr std::string_view kBackbone = "backbone.";

bool is_pyramid_of_detector(const std::string& name) {
  return name.starts_with(kBackbone) && is_pyramid_weight(name.substr(kBackbone.size()));
}

// Backbone and pyramid under the names that they have in pre-training.
NamedTensors pretrained_part(const NamedTensors& model, bool takes_pyramid) {
  NamedTensors part;
  for (const auto& [name, tensor] : model) {
    if (!name.starts_with(kBackbone)) continue;
    const std::string own = name.substr(kBackbone.size());
    if (takes_pyramid || !is_pyramid_weight(own)) part.emplace_back(own, tensor);
  }
  return part;
}

void load_pretrained(const RunRequest& run, const WeightsPath& weights, const NamedTensors& model, bool takes_pyramid) {
  LoadRules rules = detection_weight_rules();
  rules.allow_partial = run.allow_partial;
  if (!takes_pyramid) rules.expected.push_back(pyramid_left_out());
  log_report(load_weights(posix_fs(), weights, pretrained_part(model, takes_pyramid), rules));
}

NamedTensors without_pyramid(const NamedTensors& model) {
  NamedTensors others;
  for (const auto& entry : model) {
    if (!is_pyramid_of_detector(entry.first)) others.push_back(entry);
  }
  return others;
}

void load_detector(const RunRequest& run, const WeightsPath& weights, const NamedTensors& model,
                   const std::vector<std::string>& class_names) {
  LoadRules rules = detector_weight_rules();
  rules.allow_partial = run.allow_partial;
  rules.expected.push_back(pyramid_left_out(std::string(kBackbone)));
  ModelRequest request;
  request.weights = run.init;
  const HeadMatch match = match_classes(find_model(request).card.class_names, class_names);
  if (match.is_same) {
    log_report(load_weights(posix_fs(), weights, model, rules));
    return;
  }
  rules.expected.insert(rules.expected.begin(), {ExpectedAbsence::Side::kFileOnly, patterns_of(detector_rows()),
                                                 "rows of the heads are taken by class names"});
  log_report(load_weights(posix_fs(), weights, without_class_rows(model, detector_rows()), rules));
  if (!load_head_rows(posix_fs(), weights, model, match, detector_rows())) return;
  for (const std::string& line : describe(match)) log::warning(line);
}

}  // namespace

void load_detector_start(const RunRequest& run, const std::string& pyramid, const NamedTensors& model,
                         const std::vector<std::string>& class_names) {
  const WeightsPath weights = find_weights(posix_fs(), run.init);
  const bool takes_pyramid = pyramid == "load";
  if (!has_detector_heads(open_weights(posix_fs(), weights).tensors())) {
    return load_pretrained(run, weights, model, takes_pyramid);
  }
  load_detector(run, weights, takes_pyramid ? model : without_pyramid(model), class_names);
}

}  // namespace itpn
