// A training state as the files of a checkpoint, and back.
//
// model.safetensors holds the fp32 weights under the published names (with the heads of masked feature modelling),
// ema.safetensors their moving averages or the teacher if there are any, optimizer.safetensors the moments, state.json
// the rest.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/io/checkpoint_store.h"
#include "itpn/io/weights_file.h"

namespace itpn {

// The state at one moment, in memory of its own.
struct StateSnapshot {
  StateTensors tensors;
  std::string state_json;
  std::map<std::string, std::string> weights_metadata;
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

// The file that a path given by a user means.
struct WeightsPath {
  std::string path;                              // of the file
  std::optional<VerifiedCheckpoint> checkpoint;  // that it is part of
  std::string file_name;                         // in the checkpoint
};

// A file itself; for a folder of a model hub its model.safetensors, or the index of its shards; for a checkpoint
// directory its model.safetensors (`key` "" or "model") or its ema.safetensors ("ema" or "model_ema"); for the
// directory of a run that file of the newest checkpoint in which it verifies. Throws a checkpoint error (exit 4) where
// there is no sound checkpoint, it has nothing under that key, a folder holds no weights, or the file is one of several
// shards; SystemError (exit 5) where there is nothing of that name.
WeightsPath find_weights(Fs& fs, const std::string& path, const std::string& key = "");

// Opens it. The options are for files alone: what a checkpoint holds is known. Throws as WeightsFile's constructor
// does, and a checkpoint error (exit 4) where memory does not suffice.
WeightsFile open_weights(Fs& fs, const WeightsPath& source, const WeightsFileOptions& options = {});

// What a file says beside its weights. Our own .pth files keep that under an entry of its own, which is taken off.
std::map<std::string, std::string> texts_of(const WeightsFile& file);

using SharedBytes = std::shared_ptr<const std::vector<std::byte>>;

// Reads the tensors of a file that open_weights() has opened. Names for the same elements of one storage share a
// buffer, so that tied weights need memory once, as in the file.
class WeightsReader {
 public:
  // Both must live as long as the object.
  WeightsReader(WeightsFile& file, const WeightsPath& source) : file_(file), source_(source) {}
  // The elements of an entry of file.tensors(), row by row without gaps. Throws a checkpoint error (exit 4) where they
  // are damaged, no longer what the checkpoint's manifest says, or need more memory than there is.
  SharedBytes read(const TensorInfo& tensor);

 private:
  SharedBytes read_alone(const TensorInfo& tensor);

  WeightsFile& file_;
  const WeightsPath& source_;
  // By place and size in the file, as long as somebody has them.
  std::multimap<std::pair<uint64_t, uint64_t>, std::weak_ptr<const std::vector<std::byte>>> known_;
};

// The file of a checkpoint that holds its fp32 weights.
std::string model_file(const VerifiedCheckpoint& checkpoint);

// What find_weights takes for a directory, verified; `only` as in verify_checkpoint.
VerifiedCheckpoint find_checkpoint(Fs& fs, const std::string& directory, std::string_view only = {});

}  // namespace itpn
