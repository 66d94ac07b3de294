// Which objects pictures show, where, and of what shape.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "itpn/tasks/detect/object_sink.h"
#include "itpn/tasks/weights/model_source.h"

namespace itpn {

// A smaller score is left out where request.threshold does not say otherwise.
inline constexpr double kShownScore = 0.3;

// Looks at each of `paths` and hands it to all sinks, in their order, one picture in memory at a time; each mask is
// pasted once and dropped. `source` is what find_model says of the weights. Warns of pictures that are damaged but used
// and of those that cannot be read. Throws as ReadyDetector, and what a sink throws.
PredictSummary predict_objects(const PredictRequest& request, const std::vector<std::string>& paths,
                               const ModelSource& source, const std::vector<std::unique_ptr<ObjectSink>>& sinks);

}  // namespace itpn
