#include "itpn/engine/checkpointer.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "itpn/core/log.h"

namespace itpn {
namespace {

constexpr int kMaxFailures = 3;

}  // namespace

Checkpointer::Checkpointer(CheckpointStore& store, const CheckpointConfig& config,
                           std::function<StateTensors()> tensors)
    : store_(store), config_(config), tensors_(std::move(tensors)), saver_(store) {}

void Checkpointer::start_from(const VerifiedCheckpoint& checkpoint) {
  last_good_ = checkpoint.path;
  last_good_step_ = checkpoint.step();
}

bool Checkpointer::is_due(const Progress& progress) const {
  if (progress.best.step == progress.step && last_good_step_ != progress.step) return true;
  if (config_.every_steps > 0 && progress.step % config_.every_steps == 0) return true;
  return config_.every_minutes > 0.0 && since_save_.seconds() >= 60.0 * config_.every_minutes;
}

void Checkpointer::save(const Progress& progress) {
  note([this] { return saver_.wait(); });
  since_save_.restart();
  if (progress.best.step == progress.step) best_step_ = progress.step;
  // The job owns the snapshot: it is written while training changes the live tensors.
  const auto snapshot = std::make_shared<const StateSnapshot>(take_snapshot(tensors_(), progress));
  SaveJob job{progress.step, checkpoint_files(*snapshot), {{"config_hash", progress.config_hash}}};
  for (CheckpointFile& file : job.files) {
    file.write = [snapshot, write = std::move(file.write)](const ByteSink& sink) { return write(sink); };
  }
  saver_.submit(std::move(job));
  if (!config_.background) note([this] { return saver_.wait(); });
}

void Checkpointer::poll() {
  note([this] { return saver_.poll(); });
}

void Checkpointer::finish(const Progress& progress) {
  note([this] { return saver_.wait(); });
  if (last_good_step_ == progress.step) {
    best_step_ = progress.best.step;
    mark_if_best(progress.step);
    return;
  }
  failures_ = kMaxFailures - 1;  // there is no later step at which it could be tried again
  save(progress);
  note([this] { return saver_.wait(); });
}

void Checkpointer::mark_if_best(int64_t step) {
  if (step != best_step_) return;
  try {
    store_.mark_best(step);
  } catch (const Error& error) {
    log::warning(fmt::format("{}; the best checkpoint so far is not marked and may be deleted later", error.what()));
  }
}

void Checkpointer::note(const std::function<std::optional<SavedCheckpoint>()>& outcome) {
  try {
    const std::optional<SavedCheckpoint> saved = outcome();
    if (!saved) return;
    failures_ = 0;
    last_good_ = saved->path;
    last_good_step_ = saved->step;
    mark_if_best(saved->step);
    log::debug(fmt::format("{}: {} bytes in {:.2f} s", saved->path, saved->bytes, saved->seconds));
  } catch (const SaveError& error) {
    if (++failures_ >= kMaxFailures) throw;
    log::warning(fmt::format("{}; training goes on, the next checkpoint is tried when it is due", error.what()));
  }
}

}  // namespace itpn
