// Writing checkpoints so that a committed one survives kill -9 and power loss, as databases do: a directory is written
// beside the others under a temporary name, every file flushed, a manifest with sizes and hashes written last, and the
// whole renamed to `step-N`. It is committed once the parent directory is flushed, and only then, after it has been
// read back, are older ones deleted.
//
// Speaks of names and bytes only; what the files mean is the caller's business. One process at a time writes to a
// directory (core/run_lock.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/io/checkpoint_verify.h"
#include "itpn/io/safetensors.h"

namespace itpn {

// One file to be written. `write` puts the content into the sink, each tensor in one piece, and says where the tensors
// lie: `write_safetensors` does both. A file without tensors returns {}. It is called a second time, for the same
// bytes, when they are compared with those on the disk.
struct CheckpointFile {
  std::string name;
  std::function<std::vector<TensorInfo>(const ByteSink&)> write;
  uint64_t expected_bytes = 0;  // for the look at the free space; 0 = as in the last checkpoint
};

// A file whose content is `text`.
CheckpointFile text_checkpoint_file(const std::string& name, std::string text);

struct CheckpointStoreOptions {
  int64_t keep_last = 2;         // newest verified checkpoints that stay, at least 2
  int64_t keep_every_steps = 0;  // checkpoints whose step this divides stay too; 0 = none
  double slow_seconds = 15.0;    // a save that takes longer is worth a warning
};

using CheckpointInfo = std::map<std::string, std::string>;

// What a save has brought about.
struct SavedCheckpoint {
  int64_t step = 0;
  std::string path;
  uint64_t bytes = 0;
  double seconds = 0.0;
  bool was_there = false;  // a good checkpoint of this step existed, and was kept
};

// This checkpoint could not be written; those before it are untouched, and the next attempt may succeed. Exit code 5
// once the caller gives up.
class SaveError : public Error {
 public:
  SaveError(const std::string& message, bool is_disk_full)
      : Error(ExitCode::kInputOutput, message), is_disk_full_(is_disk_full) {}
  bool is_disk_full() const { return is_disk_full_; }

 private:
  bool is_disk_full_;
};

// The checkpoints of one run. Its functions may be called from several threads; a save excludes the others.
class CheckpointStore {
 public:
  // Touches nothing yet; the first save makes `directory`.
  CheckpointStore(Fs& fs, const std::string& directory, const CheckpointStoreOptions& options = {});

  // Writes and commits the checkpoint of `step`, reads it back, and deletes those no longer wanted. When it returns,
  // the checkpoint survives a power cut. Throws SaveError where the disk refuses; what `files` throw passes through;
  // in both cases the temporary directory is gone and nothing else has changed.
  SavedCheckpoint save(int64_t step, std::span<const CheckpointFile> files, const CheckpointInfo& info = {});

  // The checkpoint of `step` stays from now on, in place of the one that was best before.
  void mark_best(int64_t step);
  std::optional<int64_t> best_step();

  // The newest checkpoint that verifies; those passed over are warned of in the log. Nothing if there is none at all;
  // a checkpoint error (exit 4) if there are some and none verifies: a run never starts silently from step 0.
  std::optional<VerifiedCheckpoint> find_latest_verified();

  // The newest checkpoint of at most `step` that verifies; where all are newer, the oldest one. Nothing where none
  // does.
  std::optional<VerifiedCheckpoint> find_verified_before(int64_t step);

  // Deletes what an earlier process left half written or half deleted. Once, at the start, under the lock.
  void clean_leftovers();
  // For a run that goes on from an older checkpoint: renames those newer than `step` to `aside-step-M`, so that the
  // next start does not take one for the latest. Returns their new paths.
  std::vector<std::string> set_aside_newer(int64_t step);

  const std::string& directory() const { return directory_; }

 private:
  void prepare(std::span<const CheckpointFile> files);
  bool is_already_there(int64_t step);
  void make_temporary(const std::string& path);
  CheckpointManifest write_all(const std::string& temporary, int64_t step, std::span<const CheckpointFile> files,
                               const CheckpointInfo& info);
  void commit(const std::string& temporary, int64_t step);
  void read_back(const CheckpointManifest& manifest, std::span<const CheckpointFile> files);
  SavedCheckpoint write_new(int64_t step, std::span<const CheckpointFile> files, const CheckpointInfo& info);
  void rotate();
  bool stays(int64_t step, int64_t oldest_kept);
  void delete_checkpoint(int64_t step);
  void remove_or_set_aside(const std::string& path, int64_t step);
  void drop_quietly(const std::string& path);
  void drop_checkpoint_quietly(const std::string& path, int64_t step);
  std::string removal_name(int64_t step);
  std::optional<int64_t> read_best();
  [[noreturn]] void throw_save_error(int64_t step, const Error& cause, bool is_disk_full);

  Fs& fs_;
  const std::string directory_;
  const CheckpointStoreOptions options_;
  std::mutex mutex_;
  std::set<int64_t> verified_;   // read and found right by this process
  std::set<int64_t> uncertain_;  // renamed into place, but the directory could not be flushed
  uint64_t last_bytes_ = 0;      // size of the last checkpoint
  unsigned removals_ = 0;
};

}  // namespace itpn
