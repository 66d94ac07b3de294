#include "itpn/io/async_saver.h"

#include <fmt/format.h>

#include <utility>

#include "itpn/core/log.h"
#include "itpn/core/signals.h"

namespace itpn {

AsyncSaver::AsyncSaver(CheckpointStore& store) : store_(store), thread_([this] { work(); }) {}

AsyncSaver::~AsyncSaver() {
  try {
    wait();
  } catch (const std::exception& e) {
    log::error(fmt::format("the last checkpoint is lost: {}", e.what()));
  } catch (...) {
    log::error("the last checkpoint is lost");
  }
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void AsyncSaver::submit(SaveJob job) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !job_ && !is_saving_; });
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  job_ = std::move(job);
  changed_.notify_all();
}

std::optional<SavedCheckpoint> AsyncSaver::take_outcome() {
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  return std::exchange(saved_, std::nullopt);
}

std::optional<SavedCheckpoint> AsyncSaver::poll() {
  const std::scoped_lock lock(mutex_);
  return take_outcome();
}

std::optional<SavedCheckpoint> AsyncSaver::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !job_ && !is_saving_; });
  return take_outcome();
}

bool AsyncSaver::is_busy() {
  const std::scoped_lock lock(mutex_);
  return job_ || is_saving_;
}

void AsyncSaver::work() noexcept {
  block_signals_in_this_thread();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return job_ || is_stopping_; });
    if (!job_) return;
    {
      // The job dies here, before the save counts as ended: its copy of the state is gone when the next one is made.
      const SaveJob job = *std::exchange(job_, std::nullopt);
      is_saving_ = true;
      lock.unlock();
      run(job);
    }
    lock.lock();
    is_saving_ = false;
    changed_.notify_all();
  }
}

void AsyncSaver::run(const SaveJob& job) noexcept {
  std::optional<SavedCheckpoint> saved;
  std::exception_ptr error;
  try {
    saved = store_.save(job.step, job.files, job.info);
  } catch (...) {
    error = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  saved_ = std::move(saved);
  error_ = std::move(error);
}

}  // namespace itpn
