// The student of CLIP-supervised pre-training with its frozen teacher (paper, section 4.1).
#pragma once

#include "itpn/models/mim/distill_model.h"
#include "itpn/tasks/pretrain/clip_teacher.h"
#include "itpn/tasks/pretrain/pretrain_model.h"
#include "itpn/tasks/pretrain/pretraining_learner.h"

namespace itpn {

// The teacher does not change, so tensors() leaves it out.
class DistillLearner : public PretrainingLearner {
 public:
  // `weights` as in distill_config_of.
  DistillLearner(const PretrainConfig& config, const WeightSizes& weights, const torch::Device& device);

  StepLosses forward(const HostBatch& batch) override;
  // All terms with their weights.
  double evaluate(const HostBatch& batch) override;
  // Rows of original, masked picture, the teacher's features, the student's.
  Image panel(const HostBatch& batch) override;
  LoadRules weight_rules() const override;

 private:
  // Without stochastic depth.
  DistillInput input_of(const HostBatch& batch, uint64_t epoch);

  ClipTeacher teacher_;
  DistillModel model_{nullptr};
};

}  // namespace itpn
