// What --init names: weights of an earlier stage that a classifier starts from.
#pragma once

#include <optional>
#include <string>

#include "itpn/config/config.h"
#include "itpn/engine/train_state.h"
#include "itpn/models/backbone/presets.h"
#include "itpn/tasks/train_session.h"

namespace itpn {

// Throws an input/output error (exit 5) if run.init names nothing, before anything costs time. A run that is resumed
// does not need it.
void check_starting_weights(const RunRequest& run);

// The settings of the run that goes on; nothing for a new one.
std::optional<std::string> saved_config_of(const RunRequest& run);

// The preset that fits the weights; itpn-tiny for "".
std::string preset_of_weights(const std::string& init);

// Replaces kInferredPreset by the preset of the run that goes on, of the weights, or by itpn-tiny where there is
// neither.
template <class C>
void infer_preset(C* config, const RunRequest& run) {
  std::string& preset = config->model.preset;
  if (preset != kInferredPreset) return;
  const std::optional<std::string> saved = saved_config_of(run);
  preset = saved ? load_config<C>("the settings of the run", *saved).model.preset : preset_of_weights(run.init);
}

// Copies the weights of run.init into `model` and says what was loaded, what was missing, what was resized and what was
// left over. Throws a checkpoint error (exit 4) where the backbone does not fit, unless run.allow_partial; then nothing
// has been copied.
void load_starting_weights(const RunRequest& run, const NamedTensors& model);

}  // namespace itpn
