// Finding checkpoints and proving them whole: every byte of every file against the hashes of its manifest. Nothing
// here writes, so any command may look at the checkpoints of a run that is going on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "itpn/core/files.h"
#include "itpn/io/checkpoint_manifest.h"

namespace itpn {

// A checkpoint whose every byte has been read and found right, or of one file every byte.
struct VerifiedCheckpoint {
  std::string path;
  CheckpointManifest manifest;

  int64_t step() const { return manifest.step; }
};

struct RejectedCheckpoint {
  std::string path;
  std::string reason;
};

// What a directory of checkpoints holds, looked at from the highest step down to the first that verifies, or in another
// order.
struct CheckpointScan {
  std::optional<VerifiedCheckpoint> latest;  // the first one that verifies
  std::vector<RejectedCheckpoint> rejected;  // looked at before `latest`, damaged
};

// Reads the checkpoint at `path` against its manifest. Throws a checkpoint error (exit 4) that says what is wrong with
// it; SystemError (exit 5) where reading fails for a reason that says nothing about it (too many open files, no
// permission); NewerFormatError. Where `only` names a file, its bytes alone are read: for who wants nothing else, and
// need not wait for the optimiser's state. Of the others it is enough that they are there, with the right size.
VerifiedCheckpoint verify_checkpoint(Fs& fs, const std::string& path, std::string_view only = {});

// Steps of the directories `step-N` below `directory`, lowest first; none if there is no such directory.
std::vector<int64_t> checkpoint_steps(Fs& fs, const std::string& directory);
// DIRECTORY/step-N.
std::string checkpoint_path(const std::string& directory, int64_t step);

CheckpointScan scan_checkpoints(Fs& fs, const std::string& directory, std::string_view only = {});
// The same, in the order of `steps`.
CheckpointScan scan_checkpoints(Fs& fs, const std::string& directory, std::span<const int64_t> steps,
                                std::string_view only = {});

// One file of a verified checkpoint, in memory, its hash checked again. For small files.
std::vector<std::byte> read_checkpoint_file(Fs& fs, const VerifiedCheckpoint& checkpoint, std::string_view file);

// The second look: throws a checkpoint error (exit 4) if `bytes`, just read, are not what the manifest says about that
// tensor. A tensor without a record is an error too.
void check_tensor_bytes(const VerifiedCheckpoint& checkpoint, std::string_view file, std::string_view tensor,
                        std::span<const std::byte> bytes);

}  // namespace itpn
