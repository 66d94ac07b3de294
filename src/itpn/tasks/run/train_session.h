// One run of training, whatever is learnt: its directory and lock, where it starts, its checkpoints and logs, and the
// loop. What is learnt, and from what, is the task's business.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "itpn/config/config.h"
#include "itpn/engine/device.h"
#include "itpn/engine/distributed.h"
#include "itpn/engine/metrics_writer.h"
#include "itpn/engine/optim_config.h"
#include "itpn/engine/parameter_updater.h"
#include "itpn/engine/run_config.h"
#include "itpn/engine/run_directory.h"
#include "itpn/engine/train_task.h"
#include "itpn/structures/host_batch.h"
#include "itpn/tasks/weights/run_request.h"

namespace itpn {

// What the recipe says about the run.
struct RunSettings {
  std::string task;  // "pretrain", as the subcommand
  std::string model;
  std::string config_toml;  // the whole effective configuration
  TrainConfig train;
  CheckpointConfig checkpoint;
  LogConfig log;
  double clip_grad = 0.0;
  std::function<double(const Progress&)> learning_rate;  // a pure function of the step
};

// The schedule of a recipe's tables [optim] and [train]: by the fraction of an epoch where the run stands, or, where
// AdamW's recipe says so, by whole iterations (spec of the recipes, 7.1 and 7.2).
std::function<double(const Progress&)> following(const RateConfig& optim, const TrainConfig& train);
std::function<double(const Progress&)> following(const AdamWRecipe& optim, const TrainConfig& train);

// Weights and optimiser of a run.
class Learner {
 public:
  virtual ~Learner() = default;
  // Everything that is learnt, live: fp32 masters and buffers, moving averages, the optimiser's state.
  virtual StateTensors tensors() const = 0;
  // After all of tensors() has been read from a checkpoint.
  virtual void adopt(const StateTensors& tensors) = 0;
  virtual ParameterUpdater& updater() = 0;
  // Whether gradients may be summed over the processes while the backward pass goes on: not where that pass itself
  // waits for the other processes, whose order of sums must be the same.
  virtual bool can_overlap() const { return true; }
};

// What a session lends to its task while it trains.
struct RunServices {
  const RunDirectory& directory;
  MetricsWriter& metrics;
  ProcessGroup& group;
};

// A subcommand that trains. The session calls the functions in the order in which they stand here; then those of
// TrainTask step by step.
class LearningTask : public TrainTask {
 public:
  // What the recipe says; until build() the model may still be open.
  virtual RunSettings settings() const = 0;
  // How the settings differ from those that a checkpoint was made with.
  virtual std::vector<ConfigChange> changes_since(const Progress& saved) = 0;
  // Opens the pictures. Throws a data error (exit 3) where there is none, a usage error where they do not fill one
  // global batch.
  virtual DataFingerprint open_data() = 0;
  // Makes model and optimiser. `weights` is what the run goes on from, "" for nothing: the model of its checkpoint, or
  // what --init names. Their values come later, but they say which parts the model has to have.
  virtual Learner& build(const torch::Device& device, const std::string& weights) = 0;
  // For a run that starts at step 0: weights that --init names.
  virtual void load_initial_weights() = 0;
  // What the files of weights say about the model, for those who use them.
  virtual std::map<std::string, std::string> weights_metadata() const = 0;
  // Opens the loader where `start` stands.
  virtual void begin(const RunServices& services, const Progress& start) = 0;
  // Pictures and validation of the end, unless the last step has just made them. Returns numbers for the logs.
  virtual std::vector<NamedNumber> finish(Progress& progress) = 0;
};

// One whose micro-batches are of type Batch, which is derived from BatchHead.
template <class Batch>
class BatchTask : public LearningTask {
 public:
  const BatchHead& fetch() final { return batch_ = next_batch(); }
  StepLosses forward() final { return losses_of(batch_); }

 protected:
  virtual Batch next_batch() = 0;
  virtual StepLosses losses_of(const Batch& batch) = 0;

 private:
  Batch batch_;
};

using PictureTask = BatchTask<HostBatch>;

struct RunResult {
  int64_t steps = 0;
  double final_loss = 0.0;  // of the last step that changed something
  std::string checkpoint;   // the last one committed
  int stop_signal = 0;      // the signal that stopped the run, 0 if it came to its end
};

// Trains, with all processes of `group`, and leaves a run directory (engine/run_directory.h). Throws itpn::Error with
// the exit codes of core/errors.h.
RunResult train(LearningTask& task, const RunRequest& request, ProcessGroup& group);

// Runs `body(group)` with the processes that train together (engine/distributed.h): the frame of a subcommand.
template <class Body>
auto with_training_group(const DistributedConfig& config, const TrainConfig& train, Body&& body) {
  const torch::Device device = select_device(train.device, process_place().local_rank);
  return with_process_group(config, device, std::forward<Body>(body));
}

// A recipe as this process of `group` carries it out.
template <class Config>
Config shared_out(Config config, const ProcessGroup& group) {
  config = with_absolute_paths(std::move(config));  // it must mean the same when the run goes on from elsewhere
  config.train.rank = group.rank();
  config.train.processes = group.size();
  return config;
}

}  // namespace itpn
