#include "itpn/tasks/features/feature_set.h"

#include <torch/torch.h>

#include "itpn/core/progress.h"
#include "itpn/tasks/features/readable_rows.h"

namespace itpn {

FeatureSet extract_features(Loader& loader, const std::function<at::Tensor(const HostBatch&)>& features_of,
                            Unreadable unreadable, const std::string& label) {
  ProgressBar bar({.label = label, .total = loader.batches_per_epoch(), .unit = "batches"});
  std::vector<at::Tensor> features, labels;
  FeatureSet set;
  while (const std::optional<HostBatch> batch = loader.next()) {
    const at::Tensor readable = readable_rows(*batch);
    set.unreadable += batch->count - readable.numel();
    const at::Tensor rows = unreadable == Unreadable::kLeaveOut ? readable : torch::arange(batch->count);
    features.push_back(features_of(*batch).cpu().to(torch::kFloat32).index_select(0, rows));
    labels.push_back(torch::tensor(batch->labels, torch::kInt64).index_select(0, rows));
    bar.update(static_cast<int64_t>(features.size()));
  }
  bar.finish();
  set.features = torch::cat(features);
  set.labels = torch::cat(labels);
  return set;
}

}  // namespace itpn
