#include "itpn/tasks/pretrain_data.h"

#include <algorithm>

#include "itpn/data/datasets/synthetic_scene.h"
#include "itpn/data/open_dataset.h"
#include "itpn/tasks/loaders.h"

namespace itpn {
namespace {

constexpr int64_t kEvaluationBatch = 32;

}  // namespace

ValidationData::ValidationData(const PretrainConfig& config) : config_(config) {
  if (config.data.val_path.empty()) return;
  OpenDatasetOptions options;
  options.synthetic_seed = kHeldOutSyntheticSet;
  dataset_ = open_dataset(config.data, config.data.val_path, options);
}

double ValidationData::mean_loss(const std::function<double(const HostBatch&)>& loss) const {
  const auto loader =
      evaluation_loader(config_.data, dataset_, evaluation_transform(config_.data.image_size), kEvaluationBatch);
  double sum = 0.0;
  int64_t count = 0;
  while (const std::optional<HostBatch> batch = loader->next()) {
    sum += loss(*batch) * static_cast<double>(batch->count);
    count += batch->count;
  }
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

}  // namespace itpn
