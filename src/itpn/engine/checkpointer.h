// When checkpoints are due, and writing them beside the training.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "itpn/core/stopwatch.h"
#include "itpn/engine/checkpoint_files.h"
#include "itpn/engine/run_config.h"
#include "itpn/io/async_saver.h"

namespace itpn {

class Checkpointer {
 public:
  // `tensors` gives the live state whenever a checkpoint is taken. `store` must live as long as the object.
  Checkpointer(CheckpointStore& store, const CheckpointConfig& config, std::function<StateTensors()> tensors);

  // The run starts from this checkpoint: the last good one until another is committed.
  void start_from(const VerifiedCheckpoint& checkpoint);
  // Is it time for a checkpoint, `progress` being that of the next step? Always where the step before was the best one.
  bool is_due(const Progress& progress) const;
  // Copies the state and writes it, in the background if the configuration says so. A disk that refuses costs this
  // checkpoint; the third refusal in a row throws (exit 5). Once committed, the best one so far is marked to stay.
  void save(const Progress& progress);
  // Takes note of a background save that has ended.
  void poll();
  // Saves unless the state of this step has just been committed, and waits. Throws (exit 5) if the disk refuses.
  void finish(const Progress& progress);

  // Directory of the newest committed checkpoint, or "" where there is none.
  const std::string& last_good() const { return last_good_; }

 private:
  void note(const std::function<std::optional<SavedCheckpoint>()>& outcome);

  void mark_if_best(int64_t step);

  CheckpointStore& store_;
  CheckpointConfig config_;
  std::function<StateTensors()> tensors_;
  AsyncSaver saver_;
  Stopwatch since_save_;
  std::string last_good_;
  int64_t last_good_step_ = -1;
  int64_t best_step_ = -1;  // of a checkpoint to be marked once it is committed
  int failures_ = 0;        // in a row
};

}  // namespace itpn
