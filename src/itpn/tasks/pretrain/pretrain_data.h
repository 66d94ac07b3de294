// The pictures of a pre-training recipe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "itpn/data/loader.h"
#include "itpn/tasks/pretrain/pretrain_config.h"

namespace itpn {

class ProcessGroup;

// Crops of training pictures as the recipe wants them; with a CLIP teacher, two of each.
std::shared_ptr<const PictureTransform> pretraining_transform(const PretrainConfig& config);
// The centres of pictures, for measuring and looking.
std::shared_ptr<const PictureTransform> centred_transform(const PretrainConfig& config);

// Held-out pictures with centred crops, always the same; empty where data.val_path is.
class ValidationData {
 public:
  ValidationData() = default;
  explicit ValidationData(const PretrainConfig& config);
  bool is_empty() const { return dataset_ == nullptr; }
  const std::shared_ptr<const Dataset>& dataset() const { return dataset_; }
  // Mean over all pictures, of which each process of `group` takes its share, of `loss`, which gives the mean over a
  // batch.
  double mean_loss(ProcessGroup& group, const std::function<double(const HostBatch&)>& loss) const;

 private:
  PretrainConfig config_;
  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace itpn
