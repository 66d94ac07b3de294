#include "itpn/tasks/detect/detect.h"

#include <fmt/format.h>

#include <algorithm>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/engine/distributed.h"
#include "itpn/tasks/detect/detect_task.h"
#include "itpn/tasks/run/settle_batch.h"
#include "itpn/tasks/weights/model_source.h"
#include "itpn/tasks/weights/starting_weights.h"

namespace itpn {
namespace {

constexpr int64_t kUsualPositionSize = 224;

bool has_any_mask(const AnnotatedDataset& samples) {
  for (int64_t i = 0; i < samples.size(); ++i) {
    if (std::any_of(samples.truth(i).masks.begin(), samples.truth(i).masks.end(), has_mask)) return true;
  }
  return false;
}

// What "auto" stands for with these pictures.
void settle_measures(const AnnotatedData& data, DetectConfig* config) {
  const bool has_masks = has_any_mask(*data.train.samples);
  if (config->detector.masks == "on" && !has_masks) {
    throw data_error(fmt::format("{}: no object has a mask; take detector.masks=off", data.train.name));
  }
  if (config->detector.masks == "auto") config->detector.masks = has_masks ? "on" : "off";
  if (config->eval.best == "auto") config->eval.best = config->detector.masks == "on" ? "segm_AP" : "bbox_AP";
  check_detect_config(*config);
}

// The side of the pictures that the position table of the weights is made for, or of the run that goes on.
void settle_position_size(DetectConfig* config, const RunRequest& run) {
  if (config->detector.position_size > 0) return;
  config->detector.position_size = kUsualPositionSize;
  if (const auto saved = saved_config_of(run)) {
    config->detector.position_size =
        load_recorded_config<DetectConfig>("the settings of the run", *saved).detector.position_size;
  } else if (!run.init.empty()) {
    config->detector.position_size = sizes_of_weights(run.init).backbone.image_size.longer();
  }
}

// The model of the weights; whether positions count by axis is the recipe's choice.
void settle_detector_model(DetectConfig* config, const RunRequest& run) {
  const bool by_axis = config->model.relative_position_bias;
  settle_model(config, run);
  config->model.relative_position_bias = by_axis;
  settle_position_size(config, run);
}

}  // namespace

DetectResult detect(const DetectRequest& request) {
  return with_training_group(request.config.distributed, request.config.train, [&](ProcessGroup& group) {
    DetectConfig config = shared_out(request.config, group);
    check_detect_config(config);
    check_starting_weights(request.run);
    if (!group.is_first()) log::set_level(log::Level::kError);
    AnnotatedData data = open_annotated_data(posix_fs(), config.data);
    settle_measures(data, &config);
    settle_batch(data.train.samples->size(), kUsualDetectBatch, &config.train);
    check_detect_config(config);
    settle_detector_model(&config, request.run);
    DetectTask task(config, request.run, std::move(data));
    const RunResult run = train(task, request.run, group);
    return DetectResult{run, task.validation(), task.best(), config.eval.best};
  });
}

}  // namespace itpn
