// finished.json: that a run has come to its end, and at which step. Started once more it has then nothing to do, and
// scripts can wait for the file.
#pragma once

#include <cstdint>
#include <optional>

#include "itpn/engine/run_directory.h"
#include "itpn/engine/run_progress.h"

namespace itpn {

// For the process that writes, after the last checkpoint is on the disk. Throws SystemError (exit 5).
void note_finished_run(Fs& fs, const RunDirectory& directory, const Progress& progress);

// Whether the run in the directory has come to its end at the step of `progress`, and `progress` asks for no more.
bool is_finished_run(Fs& fs, const RunDirectory& directory, const Progress& progress);

// For a run that goes on after all.
void forget_finished_run(Fs& fs, const RunDirectory& directory);

}  // namespace itpn
