// How far a run is: the part of the training state that is plain numbers and text, written to state.json. Randomness is
// stateless (core/philox.h), so the seed and the sample position stand for every generator. Torch-free.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "itpn/engine/grad_scaler.h"
#include "itpn/structures/reordering.h"

namespace itpn {

// The identity of the data a run was trained on, to notice at resume that it has changed.
struct DataFingerprint {
  int64_t count = 0;
  std::string hash;  // of names and sizes

  bool operator==(const DataFingerprint&) const = default;
};

// What a run counts.
struct RunCounters {
  int64_t skipped_steps = 0;          // loss or gradient not finite, over the whole run
  std::vector<int64_t> recent_skips;  // their step numbers within the last skip_window steps
  int64_t rewinds = 0;                // returns to a checkpoint because steps were not finite
  int64_t bad_samples = 0;            // replaced by a substitute
  int64_t resumes = 0;
  double trained_seconds = 0.0;
};

// The checkpoint with the best validation result so far, by a number of which more is better.
struct BestResult {
  int64_t step = -1;  // -1: there is none
  double value = 0.0;
};

// The part of the state that is plain numbers; written to state.json.
struct Progress {
  int64_t step = 0;           // optimiser steps done, skipped ones included
  int64_t epoch = 0;          // of the next step
  int64_t step_in_epoch = 0;  // of the next step
  int64_t steps_per_epoch = 0;
  int64_t total_steps = 0;
  int64_t updates = 0;          // of the parameters: steps without the skipped ones
  int64_t samples_seen = 0;     // global sample position: step * global batch
  double epoch_loss_sum = 0.0;  // over the epoch's steps so far, for the exact mean
  int64_t epoch_loss_count = 0;
  double last_loss = 0.0;
  std::vector<Reordering> reorderings;  // of the pictures of `epoch`, by rewinds
  GradScaler::State scaler;
  RunCounters counters;
  uint64_t metrics_bytes = 0;  // length of metrics.jsonl when the checkpoint was taken
  DataFingerprint data;
  BestResult best;
  std::string task = "pretrain";  // the subcommand that trains
  std::string config_toml;        // effective configuration
  std::string config_hash;
  int64_t seed = 0;
  int64_t threads = 0;
  int64_t processes = 1;
  std::string cpu_capability;
  std::string torch_version;
  std::string program_version;
  // What the files of weights say about the model; not part of state.json.
  std::map<std::string, std::string> weights_metadata;

  // Mean over the steps of the epoch so far; 0 where none has changed anything.
  double mean_epoch_loss() const { return epoch_loss_count > 0 ? epoch_loss_sum / epoch_loss_count : 0.0; }
  // Moves to the next step; true where that starts a new epoch.
  bool advance(int64_t samples);
};

std::string to_json(const Progress& progress);
// Throws a checkpoint error (exit 4) that names `where` if a key is missing or of another type.
Progress progress_from_json(const std::string& text, const std::string& where);

}  // namespace itpn
