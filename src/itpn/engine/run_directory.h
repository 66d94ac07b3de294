// The directory of one run: who may write into it, and where each thing lies in it.
//
//   run.files  config.toml  init.txt  env.json  train.log  metrics.jsonl  events.out.tfevents.*  samples/
//   checkpoints/  skipped_steps/  finished.json  run.lock
//
// run.files is the mark of a run and lists what it has written (engine/run_files.h): what is not on it is somebody
// else's, and stays.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "itpn/core/files.h"
#include "itpn/core/run_lock.h"
#include "itpn/engine/run_files.h"

namespace itpn {

// What to do with a directory that already holds a run.
enum class ExistingRun {
  kRefuse,     // exit 2, and say which options there are
  kContinue,   // leave everything where it is
  kOverwrite,  // discard_existing_run() deletes what the run wrote, and nothing else
};

class RunDirectory {
 public:
  // Makes the directory, locks it, and proves by a probe file that it can be written, all before anything costs time.
  // Throws exit 2 (holds a run and `existing` refuses, or without a mark what a run would overwrite or mix with), 5
  // (cannot be made or written) or 9 (in use).
  RunDirectory(Fs& fs, const std::string& path, ExistingRun existing);

  // The names of what lies in it, for a process that leaves the writing to another one.
  RunDirectory(Fs& fs, const std::string& path) : fs_(fs), path_(path), existing_(ExistingRun::kContinue) {}

  // With kOverwrite: deletes the run that the directory held. For the moment when nothing stands in the way of the new
  // one any more, so that a misspelt path costs nobody a finished run.
  void discard_existing_run();
  // Marks the directory as one of a run of so many processes; before anything else is written.
  void begin_writing(int64_t processes);
  // Notes a file, named relative to the directory, that the run is about to write. The others of a run's processes
  // leave that to the first.
  void note(const std::string& name) const;
  void note_skipped_step(int64_t step, int64_t processes) const;

  const std::string& path() const { return path_; }
  std::string config_file() const { return join_path(path_, "config.toml"); }
  // The path of the weights that the run started from; missing where it started at random.
  std::string init_file() const { return join_path(path_, "init.txt"); }
  std::string environment_file() const { return join_path(path_, "env.json"); }
  std::string log_file() const { return join_path(path_, "train.log"); }
  std::string metrics_file() const { return join_path(path_, "metrics.jsonl"); }
  std::string dropped_metrics_file() const { return join_path(path_, "metrics.dropped.jsonl"); }
  // There once the run has come to its end (engine/finished_run.h).
  std::string finished_file() const { return join_path(path_, "finished.json"); }
  std::string checkpoints() const { return join_path(path_, "checkpoints"); }
  // Each process of a run has its own list.
  std::string bad_samples_file(int64_t rank = 0) const;
  // Which pictures a step had that was not finite (engine/skipped_step.h); a list of each process.
  std::string skipped_step_file(int64_t step, int64_t rank = 0) const;
  // Where the picture of a step goes; notes it and makes the folder.
  std::string sample_file(int64_t step) const;
  // The same for a picture of that name.
  std::string sample_file(const std::string& name) const;

 private:
  void check_content() const;

  Fs& fs_;
  std::string path_;
  ExistingRun existing_;
  std::unique_ptr<RunLock> lock_;
  std::unique_ptr<RunFiles> files_;  // of the process that writes
};

}  // namespace itpn
