// Training a detector: pictures with objects, measuring, the best checkpoint.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "itpn/core/utf8.h"
#include "itpn/data/batch_loader.h"
#include "itpn/data/detection_assembler.h"
#include "itpn/data/open_annotated.h"
#include "itpn/tasks/detect/detect_config.h"
#include "itpn/tasks/detect/detect_learner.h"
#include "itpn/tasks/detect/picture_detector.h"
#include "itpn/tasks/detect/score_detector.h"
#include "itpn/tasks/run/train_session.h"

namespace itpn {

class DetectTask : public BatchTask<DetectionBatch> {
 public:
  // `config` is settled: nothing in it is "auto" or 0 that stands for something else.
  DetectTask(const DetectConfig& config, RunRequest request, AnnotatedData data);

  RunSettings settings() const override;
  std::vector<ConfigChange> changes_since(const Progress& saved) override;
  DataFingerprint open_data() override;
  Learner& build(const torch::Device& device, const std::string& weights) override;
  void load_initial_weights() override;
  std::map<std::string, std::string> weights_metadata() const override;
  void begin(const RunServices& services, const Progress& start) override;

  void after_update(const Progress&) override {}
  std::string sample_name(int64_t index) const override { return printable_name(data_.train.samples->name(index)); }
  std::vector<NamedNumber> after_step(Progress& progress, bool epoch_ended) override;
  std::vector<NamedNumber> finish(Progress& progress) override;

  // Of the end, if there is something to measure on.
  const std::optional<DetectionScore>& validation() const { return validation_; }
  const BestResult& best() const { return best_; }

 protected:
  DetectionBatch next_batch() override;
  StepLosses losses_of(const DetectionBatch& batch) override { return learner_->losses(batch); }

 private:
  DetectionScore score(PictureDetector& detector);
  DetectionTestSize test_size() const;
  // Of this moment, by the first process.
  void draw(PictureDetector& detector);
  std::vector<NamedNumber> validate(Progress& progress);
  // What is measured is what the first process saves: running statistics too.
  void share_buffers();
  void note_best(Progress& progress, double value);

  DetectConfig config_;
  RunRequest request_;
  AnnotatedData data_;
  std::unique_ptr<DetectLearner> learner_;
  std::optional<RunServices> services_;
  std::unique_ptr<BatchLoader<DetectionAssembler>> loader_;
  std::optional<DetectionScore> validation_;
  BestResult best_;
  int64_t validated_step_ = -1;
};

}  // namespace itpn
