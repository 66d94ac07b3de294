// What fine-tuning and linear probing have in common: pictures with classes, validation, the best checkpoint.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "itpn/config/config.h"
#include "itpn/core/utf8.h"
#include "itpn/tasks/classify/classification_config.h"
#include "itpn/tasks/classify/classification_learner.h"
#include "itpn/tasks/features/labelled_data.h"
#include "itpn/tasks/features/score_classifier.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

// Nothing where the forward passes of both are of the same size.
std::optional<ConfigChange> micro_batch_change(const TrainConfig& before, const TrainConfig& now,
                                               bool sees_micro_batch);

// How `config` differs from the settings of a checkpoint. `sees_micro_batch`: what is learnt depends on which pictures
// are in one forward pass, so that another micro-batch changes the result, be it by the key or by the number of
// processes.
template <class C>
std::vector<ConfigChange> classification_changes(const Progress& saved, const C& config, bool sees_micro_batch) {
  C before = load_recorded_config<C>("the checkpoint's settings", saved.config_toml);
  before.train.processes = saved.processes;
  std::vector<ConfigChange> changes = config_diff(before, config);
  std::erase_if(changes, [](const ConfigChange& change) { return change.key == "train.micro_batch_size"; });
  if (const auto change = micro_batch_change(before.train, config.train, sees_micro_batch)) changes.push_back(*change);
  return changes;
}

// Throws a usage error (exit 2) that names the keys: image size and patch size, batch sizes, path, channels.
void check_classification_config(const ClassificationConfig& config);

class ClassificationTask : public PictureTask {
 public:
  ClassificationTask(const ClassificationConfig& config, RunRequest request);

  DataFingerprint open_data() override;
  Learner& build(const torch::Device& device, const std::string& weights) override;
  void load_initial_weights() override;
  std::map<std::string, std::string> weights_metadata() const override;
  void begin(const RunServices& services, const Progress& start) override;

  void after_update(const Progress&) override { learner_->update_average(); }
  std::string sample_name(int64_t index) const override { return printable_name(data_.train->name(index)); }
  std::vector<NamedNumber> after_step(Progress& progress, bool epoch_ended) override;
  std::vector<NamedNumber> finish(Progress& progress) override;

  // Over data.val_path, if there is one and it has been measured.
  const std::optional<ClassificationScore>& validation() const { return validation_; }
  const BestResult& best() const { return best_; }

 protected:
  HostBatch next_batch() override;
  // Sizes of the model, with its head for `class_names()`.
  virtual ClassifierConfig classifier_config() const;
  // Opens what fetch() takes its batches from.
  virtual void open_source(const RunServices& services, const Progress& start);
  // Optimiser and average.
  virtual void complete(ClassificationLearnerConfig* config) const = 0;

  const RunRequest& request() const { return request_; }
  const LabelledData& data() const { return data_; }
  ProcessGroup& group() { return services_->group; }
  ClassificationLearner& learner() { return *learner_; }
  int64_t classes() const { return static_cast<int64_t>(data_.class_names.size()); }

 private:
  std::vector<NamedNumber> validate(Progress& progress);
  // What is measured is what the first process saves: the running statistics of batch norm too, of which each process
  // has its own while training.
  void share_buffers();
  ClassificationScore score(bool of_average);
  void note_best(Progress& progress, double top1);

  ClassificationConfig config_;
  RunRequest request_;
  LabelledData data_;
  std::unique_ptr<ClassificationLearner> learner_;
  std::optional<RunServices> services_;
  std::unique_ptr<Loader> loader_;
  std::optional<ClassificationScore> validation_;
  BestResult best_;
  int64_t validated_step_ = -1;
};

}  // namespace itpn
