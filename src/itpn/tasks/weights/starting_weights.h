// What --init names: weights of an earlier stage that a classifier starts from.
#pragma once

#include <optional>
#include <string>

#include "itpn/config/config.h"
#include "itpn/engine/train_state.h"
#include "itpn/models/backbone/presets.h"
#include "itpn/tasks/weights/run_request.h"

namespace itpn {

// Throws an input/output error (exit 5) if run.init names nothing, before anything costs time. A run that is resumed
// does not need it.
void check_starting_weights(const RunRequest& run);

// The settings of the run that goes on; nothing for a new one.
std::optional<std::string> saved_config_of(const RunRequest& run);

// The model that the weights are of, as a recipe describes it; itpn-tiny for "".
ModelConfig model_of_weights(const std::string& init);

// Replaces what the weights fix in `model` by what they have: size, layer scale, patches, ... A relative position bias
// is kept where the weights have none: it starts at zero. So are the channels: loading turns colour into grey and back.
void adopt_sizes(const ModelConfig& weights, ModelConfig* model);

// For the preset kInferredPreset: the model of the run that goes on, of the weights, or itpn-tiny where there is
// neither.
template <class C>
void infer_model(C* config, const RunRequest& run) {
  if (config->model.preset != kInferredPreset) return;
  const std::optional<std::string> saved = saved_config_of(run);
  adopt_sizes(saved ? load_recorded_config<C>("the settings of the run", *saved).model : model_of_weights(run.init),
              &config->model);
}

// Throws a checkpoint error (exit 4) that shows the sizes of both where the weights of run.init are not of the preset
// that the recipe names.
void check_preset_fits(const std::string& preset, const RunRequest& run);

// The three above in the order in which they have to come, before the pictures are opened.
template <class C>
void settle_model(C* config, const RunRequest& run) {
  check_starting_weights(run);
  infer_model(config, run);
  check_preset_fits(config->model.preset, run);
}

// Copies the weights of run.init into `model` and says what was loaded, what was missing, what was resized and what was
// left over. Throws a checkpoint error (exit 4) where the backbone does not fit, unless run.allow_partial; then nothing
// has been copied.
//
// Rows of the head follow the names of the classes: `class_names` are the model's, and the weights' card has theirs.
// Rows of classes that the weights do not know start at random; a table tells which. Weights that name no classes give
// their head by place if it has as many rows, which is told.
void load_starting_weights(const RunRequest& run, const NamedTensors& model,
                           const std::vector<std::string>& class_names);

}  // namespace itpn
