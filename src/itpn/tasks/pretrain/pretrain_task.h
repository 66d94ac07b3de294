// What pre-training puts into a session: model and teacher, batches, losses, validation and pictures.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "itpn/core/utf8.h"
#include "itpn/tasks/features/labelled_data.h"
#include "itpn/tasks/pretrain/pretrain_config.h"
#include "itpn/tasks/pretrain/pretrain_data.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/pretrain/pretraining_learner.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

class PretrainTask : public PictureTask {
 public:
  // Looks at the weights of request.init: throws an input/output error (exit 5) where there are none, a checkpoint
  // error (exit 4) that shows both sizes where they are of another preset.
  PretrainTask(const PretrainConfig& config, const RunRequest& request);

  RunSettings settings() const override;
  std::vector<ConfigChange> changes_since(const Progress& saved) override;
  DataFingerprint open_data() override;
  Learner& build(const torch::Device& device, const std::string& weights) override;
  void load_initial_weights() override;
  std::map<std::string, std::string> weights_metadata() const override;
  void begin(const RunServices& services, const Progress& start) override;

  void after_update(const Progress& progress) override;
  std::string sample_name(int64_t index) const override { return printable_name(dataset_->name(index)); }
  std::vector<NamedNumber> after_step(Progress& progress, bool epoch_ended) override;
  std::vector<NamedNumber> finish(Progress& progress) override;

  // Loss over data.val_path, if there is one and it has been measured.
  const std::optional<double>& validation_loss() const { return validation_loss_; }
  // The newest picture of samples/, or "".
  const std::string& panel() const { return panel_; }

 private:
  HostBatch next_batch() override;
  StepLosses losses_of(const HostBatch& batch) override { return learner_->forward(batch); }
  // Of what the run goes on from, for build(). Throws a checkpoint error (exit 4) where it is of another preset.
  WeightSizes sizes_of(const std::string& weights) const;
  std::vector<NamedNumber> validate(const Progress& progress);
  // Accuracy of the nearest neighbours of the features, as log.knn_every_epochs asks.
  std::vector<NamedNumber> score_neighbours();
  void make_panel(const Progress& progress);

  PretrainConfig config_;
  RunRequest request_;
  std::shared_ptr<const Dataset> dataset_;
  LabelledData labelled_;  // the same pictures with classes, where they are asked for
  std::unique_ptr<PretrainingLearner> learner_;
  std::optional<RunServices> services_;
  std::unique_ptr<Loader> loader_;
  ValidationData validation_;
  std::optional<HostBatch> panel_pictures_;
  std::optional<double> validation_loss_;
  int64_t validated_step_ = -1;
  int64_t panel_step_ = -1;
  std::string panel_;
};

}  // namespace itpn
