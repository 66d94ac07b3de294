#include "itpn/tasks/pretrain_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "itpn/core/log.h"
#include "itpn/io/png_writer.h"
#include "itpn/tasks/pretrain_model.h"

namespace itpn {
namespace {

LoaderPosition position_of(const Progress& progress, const TrainConfig& train) {
  return {static_cast<uint64_t>(progress.epoch), progress.step_in_epoch * train.global_batch_size};
}

}  // namespace

PretrainRun::PretrainRun(const PretrainConfig& config, const Parts& parts, const Progress& start)
    : config_(config),
      parts_(parts),
      loader_(make_training_loader(config, parts.dataset, position_of(start, config.train),
                                   parts.directory.bad_samples_file())),
      validation_(config) {}

HostBatch PretrainRun::fetch() {
  std::optional<HostBatch> batch = loader_->next();
  TORCH_CHECK(batch, "the training loader ended");
  return std::move(*batch);
}

void PretrainRun::after_update(const Progress& progress) {
  parts_.learner.update_teacher(
      teacher_momentum(config_.mfm, progress.updates, progress.steps_per_epoch * config_.train.epochs));
}

std::vector<NamedNumber> PretrainRun::after_step(Progress& progress, bool epoch_ended) {
  progress.counters.bad_samples = loader_->bad_samples().total();
  const int64_t panel_every = config_.log.panel_every_steps;
  if (panel_every > 0 && progress.step % panel_every == 0) make_panel(progress);
  const int64_t validate_every = config_.log.validate_every_epochs;
  if (epoch_ended && validate_every > 0 && progress.epoch % validate_every == 0) return validate(progress);
  return {};
}

std::vector<NamedNumber> PretrainRun::finish(const Progress& progress) {
  make_panel(progress);
  return validate(progress);
}

std::vector<NamedNumber> PretrainRun::validate(const Progress& progress) {
  if (validation_.is_empty() || validated_step_ == progress.step) return {};
  validated_step_ = progress.step;
  validation_loss_ = validation_.mean_loss([this](const HostBatch& batch) { return parts_.learner.evaluate(batch); });
  log::info(fmt::format("validation loss {:.4f} after step {}", *validation_loss_, progress.step));
  return {{"val_loss", *validation_loss_}};
}

void PretrainRun::make_panel(const Progress& progress) {
  if (config_.log.panel_images == 0 || panel_step_ == progress.step) return;
  panel_step_ = progress.step;
  if (!panel_pictures_) {
    const auto& dataset = validation_.is_empty() ? parts_.dataset : validation_.dataset();
    const int64_t count = std::min(config_.log.panel_images, dataset->size());
    panel_pictures_ = make_evaluation_loader(config_, dataset, count)->next();
  }
  const Image panel = parts_.learner.panel(*panel_pictures_);
  parts_.metrics.add_image("reconstruction", panel, progress.step);
  panel_ = join_path(parts_.directory.samples(), fmt::format("step-{:07}.png", progress.step));
  write_file_atomically(posix_fs(), panel_, encode_png(panel));
}

}  // namespace itpn
