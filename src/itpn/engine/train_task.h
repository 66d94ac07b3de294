// What a task hands to the training loop. The loop knows no model and no dataset.
#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/structures/batch_head.h"

namespace itpn {

// The losses of one micro-batch, each the mean over it: scalars on the device.
struct StepLosses {
  torch::Tensor total;                                       // what is differentiated
  std::vector<std::pair<std::string, torch::Tensor>> parts;  // separate lines of the logs, in a fixed order
};

// A number for the logs.
using NamedNumber = std::pair<std::string, double>;

// Whether a line of the logs is due after the step that is next for `progress`: every so many steps, and after the
// first and the last one of the run, so that the shortest run can be drawn.
inline bool is_logged(const Progress& progress, int64_t every_steps) {
  const int64_t done = progress.step + 1;
  return done == 1 || done % every_steps == 0 || done == progress.total_steps;
}

class TrainTask {
 public:
  virtual ~TrainTask() = default;

  // Fetches the next micro-batch in the order of the run, of whatever kind, and says what every batch has; valid until
  // the next call. May throw a data error (exit 3).
  virtual const BatchHead& fetch() = 0;
  // The losses of the micro-batch that was fetched last.
  virtual StepLosses forward() = 0;
  // After the parameters have changed, for a moving average of them. Not called when a step is skipped.
  virtual void after_update(const Progress& progress) = 0;
  // How the dataset calls the picture of one of a batch's `indices`, on one line.
  virtual std::string sample_name(int64_t index) const = 0;
  // Between two steps, `progress` being that of the next one: pictures, validation. Returns numbers for the logs.
  virtual std::vector<NamedNumber> after_step(Progress& progress, bool epoch_ended) = 0;
};

}  // namespace itpn
