// Where a run starts: at the beginning, or at a checkpoint that fits it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "itpn/engine/train_state.h"
#include "itpn/io/checkpoint_store.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

// `path` without links, "." and "..", from the root; as it is where that cannot be told.
std::string real_path(const std::string& path);

struct StartingPoint {
  VerifiedCheckpoint checkpoint;
  Progress progress;
  bool is_of_this_run = true;  // false: a checkpoint of another directory
};

// The checkpoint that `request.resume` asks for; nothing where it is "" or "auto" finds no checkpoint at all. Throws a
// checkpoint error (exit 4) where there are checkpoints and none is sound, or the one named is not.
std::optional<StartingPoint> find_starting_point(Fs& fs, CheckpointStore& store, const RunRequest& request);

// Compares the run's settings with those that the checkpoint was made with, and says what differs. Throws a usage error
// (exit 2) where a setting that changes the result differs and --allow-change is not given, or where the checkpoint is
// of another task.
void check_settings(const Progress& saved, LearningTask& task, const RunRequest& request);

// Compares the pictures with those that the checkpoint was trained on: a data error (exit 3) if their number differs
// and --allow-change is not given, a warning if other names or sizes hide behind the same number. Pictures that are in
// another place than before, by data.path, and as large together, are taken for the same.
void check_same_data(const Progress& saved, const DataFingerprint& data, LearningTask& task, const RunRequest& request);

// Compares the classes that the checkpoint tells apart with those of the pictures; `metadata` is what the run would
// write beside its weights. A data error (exit 3) that names them if they differ and --allow-change is not given: each
// output would be taught another class than the one it stands for.
void check_same_classes(Fs& fs, const VerifiedCheckpoint& saved, const std::map<std::string, std::string>& metadata,
                        const RunRequest& request);

}  // namespace itpn
