// Saves checkpoints on a thread of its own while training goes on. One save is under way at a time; what goes wrong in
// it comes out at the next call.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "itpn/io/checkpoint_store.h"

namespace itpn {

// What to save. The files' functions own the bytes they write (a copy of the state), for they run later.
struct SaveJob {
  int64_t step = 0;
  std::vector<CheckpointFile> files;
  CheckpointInfo info;
};

class AsyncSaver {
 public:
  // `store` must live as long as the object.
  explicit AsyncSaver(CheckpointStore& store);
  // Waits for the save under way; an error that nobody has seen yet goes to the log.
  ~AsyncSaver();
  AsyncSaver(const AsyncSaver&) = delete;
  AsyncSaver& operator=(const AsyncSaver&) = delete;

  // Waits for the save under way, then starts this one. Throws what that save threw; `job` is not taken then.
  void submit(SaveJob job);
  // The outcome of a save that has ended since the last call, or nothing; throws what it threw. Does not wait.
  std::optional<SavedCheckpoint> poll();
  // The same after waiting for the save under way.
  std::optional<SavedCheckpoint> wait();
  bool is_busy();

 private:
  void work() noexcept;
  void run(const SaveJob& job) noexcept;
  std::optional<SavedCheckpoint> take_outcome();

  CheckpointStore& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<SaveJob> job_;  // waiting to be taken
  bool is_saving_ = false;
  bool is_stopping_ = false;
  std::optional<SavedCheckpoint> saved_;
  std::exception_ptr error_;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace itpn
