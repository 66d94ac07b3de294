// What pre-training puts into the training loop: batches, losses, the teacher, validation and pictures.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "itpn/engine/metrics_writer.h"
#include "itpn/engine/run_directory.h"
#include "itpn/engine/train_task.h"
#include "itpn/tasks/pretrain_data.h"
#include "itpn/tasks/pretrain_learner.h"

namespace itpn {

class PretrainRun : public TrainTask {
 public:
  struct Parts {
    PretrainLearner& learner;
    const RunDirectory& directory;
    MetricsWriter& metrics;
    std::shared_ptr<const Dataset> dataset;
  };

  PretrainRun(const PretrainConfig& config, const Parts& parts, const Progress& start);

  HostBatch fetch() override;
  StepLosses forward(const HostBatch& batch) override { return parts_.learner.forward(batch); }
  void after_update(const Progress& progress) override;
  std::vector<NamedNumber> after_step(Progress& progress, bool epoch_ended) override;

  // Pictures and validation of the end, unless the last step has just made them.
  std::vector<NamedNumber> finish(const Progress& progress);
  // Loss over data.val_path, if there is one and it has been measured.
  const std::optional<double>& validation_loss() const { return validation_loss_; }
  // The newest picture of samples/, or "".
  const std::string& panel() const { return panel_; }

 private:
  std::vector<NamedNumber> validate(const Progress& progress);
  void make_panel(const Progress& progress);

  PretrainConfig config_;
  Parts parts_;
  std::unique_ptr<Loader> loader_;
  ValidationData validation_;
  std::optional<HostBatch> panel_pictures_;
  std::optional<double> validation_loss_;
  int64_t validated_step_ = -1;
  int64_t panel_step_ = -1;
  std::string panel_;
};

}  // namespace itpn
