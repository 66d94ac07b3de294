// The frozen CLIP model that gives the targets of pre-training (spec-model 6.5).
#pragma once

#include <torch/types.h>

#include <optional>
#include <string>

#include "itpn/models/clip/clip_vision.h"
#include "itpn/models/clip/teacher_config.h"
#include "itpn/structures/host_batch.h"
#include "itpn/tasks/pretrain/feature_cache.h"

namespace itpn {

// The vision tower of a file: OpenAI's archive, Hugging Face's, or a plain state dict, in any format that the program
// reads; nothing in it is executed. In fp32, without gradient. Throws an input/output error (exit 5) where there is no
// such file, a checkpoint error (exit 4) where it holds something else; both say what is wanted.
ClipVision load_clip_vision(const std::string& path);

// Fills in config->sha256. Throws as load_clip_vision() does, and a checkpoint error (exit 4) where the file is not the
// one that config->sha256 wants.
void identify_teacher(TeacherConfig* config);

class ClipTeacher {
 public:
  ClipTeacher(const TeacherConfig& config, const torch::Device& device);
  // With a tower that is there already; its matrices may be cast.
  ClipTeacher(const TeacherConfig& config, const torch::Device& device, ClipVision tower);
  // (B, N, T) fp32 features of the second views of the batch, without gradient; from the cache where it has all of
  // them. Features computed in batches of other sizes may differ in their last digits.
  torch::Tensor targets(const HostBatch& batch);
  const ClipVisionConfig& sizes() const { return tower_->config; }
  int64_t dim() const { return tower_->config.output_dim; }
  // Throws a usage error (exit 2) unless the teacher makes so many patches of its pictures.
  void require_grid(const PatchGrid& student) const;

 private:
  torch::Tensor compute(const HostBatch& batch);
  std::optional<torch::Tensor> cached(const std::vector<std::string>& places) const;

  TeacherConfig config_;
  torch::Device device_;
  std::optional<FeatureCache> cache_;
  ClipVision tower_{nullptr};
};

}  // namespace itpn
