// Training a small vision tower of CLIP's shape on pictures with classes: a teacher for CLIP-supervised pre-training
// where no CLIP model is at hand. The weights of the run have OpenAI's names, so that `teacher.weights=RUN` reads them.
#pragma once

#include <memory>
#include <optional>

#include "itpn/core/utf8.h"
#include "itpn/models/clip/tower_classifier.h"
#include "itpn/tasks/features/labelled_data.h"
#include "itpn/tasks/features/score_classifier.h"
#include "itpn/tasks/pretrain/tower_config.h"
#include "itpn/tasks/run/loaders.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

class TowerLearner : public Learner {
 public:
  TowerLearner(const TowerConfig& config, int64_t classes, const torch::Device& device);
  torch::Tensor logits(const HostBatch& batch);
  StepLosses forward(const HostBatch& batch);

  StateTensors tensors() const override;
  void adopt(const StateTensors& tensors) override;
  ParameterUpdater& updater() override { return *updater_; }
  void adopt_initial_weights();

 private:
  TowerConfig config_;
  torch::Device device_;
  TowerClassifier model_{nullptr};
  std::unique_ptr<ParameterUpdater> updater_;
};

class TowerTask : public PictureTask {
 public:
  TowerTask(const TowerConfig& config, const RunRequest& request) : config_(config), request_(request) {}

  RunSettings settings() const override;
  std::vector<ConfigChange> changes_since(const Progress& saved) override;
  DataFingerprint open_data() override;
  Learner& build(const torch::Device& device, const std::string& weights) override;
  void load_initial_weights() override;
  std::map<std::string, std::string> weights_metadata() const override { return {}; }
  void begin(const RunServices& services, const Progress& start) override;

  void after_update(const Progress&) override {}
  std::string sample_name(int64_t index) const override { return printable_name(data_.train->name(index)); }
  std::vector<NamedNumber> after_step(Progress& progress, bool epoch_ended) override;
  std::vector<NamedNumber> finish(Progress& progress) override;

 private:
  HostBatch next_batch() override { return next_training_batch(*loader_); }
  StepLosses losses_of(const HostBatch& batch) override { return learner_->forward(batch); }
  std::vector<NamedNumber> validate(const Progress& progress);

  TowerConfig config_;
  RunRequest request_;
  LabelledData data_;
  std::unique_ptr<TowerLearner> learner_;
  std::optional<RunServices> services_;
  std::unique_ptr<Loader> loader_;
  int64_t validated_step_ = -1;
};

// The whole run.
RunResult train_tower(const TowerConfig& recipe, const RunRequest& request);

}  // namespace itpn
