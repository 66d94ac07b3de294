// A training state as the files of a checkpoint, and back.
//
// model.safetensors holds the fp32 weights under the published names (with the heads of masked feature modelling),
// ema.safetensors the teacher if there is one, optimizer.safetensors the moments, state.json the rest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/io/checkpoint_store.h"

namespace itpn {

// The state at one moment, in memory of its own.
struct StateSnapshot {
  StateTensors tensors;
  std::string state_json;
};

// Copies what training is going to change. On an accelerator the copies wait for the work queued before.
StateSnapshot take_snapshot(const StateTensors& tensors, const Progress& progress);

// The files of a checkpoint; they borrow `snapshot`.
std::vector<CheckpointFile> checkpoint_files(const StateSnapshot& snapshot);

// Progress of a verified checkpoint; throws a checkpoint error (exit 4) if its state.json is not one.
Progress read_progress(Fs& fs, const VerifiedCheckpoint& checkpoint);

// Copies the tensors of a verified checkpoint into `tensors`. Compares all names, shapes and types first: on any
// difference it throws a checkpoint error (exit 4) that lists every one, and nothing has been copied. Each tensor is
// hashed again as it is read.
void read_state_tensors(Fs& fs, const VerifiedCheckpoint& checkpoint, const StateTensors& tensors);

struct WeightsReport {
  std::vector<std::string> absent;  // allowed to be missing, and missing
  std::vector<std::string> extra;   // in the file only
};

// Copies model weights alone, from a .safetensors file or the model.safetensors of a checkpoint directory. Throws a
// checkpoint error (exit 4) that lists every name of `tensors` that is missing or of another shape or type, except
// missing ones that begin with `may_be_missing`.
WeightsReport read_weights(Fs& fs, const std::string& path, const NamedTensors& tensors,
                           const std::string& may_be_missing);

}  // namespace itpn
