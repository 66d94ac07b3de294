#include "itpn/tasks/features/knn.h"

#include <fmt/format.h>

#include "itpn/core/errors.h"
#include "itpn/core/files.h"
#include "itpn/eval/topk_accuracy.h"
#include "itpn/tasks/features/feature_set.h"

namespace itpn {
namespace {

constexpr int64_t kKnnBatch = 64;

FeatureSet features_of_set(const std::shared_ptr<const Dataset>& dataset, const DataConfig& data,
                           const std::shared_ptr<const PictureTransform>& transform, const FeaturesOf& features_of) {
  const auto loader = evaluation_loader(data, dataset, transform, kKnnBatch);
  return extract_features(*loader, features_of, Unreadable::kLeaveOut, "knn");
}

}  // namespace

KnnScore score_knn(const LabelledData& labelled, const DataConfig& data,
                   const std::shared_ptr<const PictureTransform>& transform, const FeaturesOf& features_of,
                   const KnnConfig& config) {
  const FeatureSet known = features_of_set(labelled.train, data, transform, features_of);
  const FeatureSet asked = features_of_set(labelled.val, data, transform, features_of);
  const KnnClassifier classifier(known.features, known.labels, static_cast<int64_t>(labelled.class_names.size()),
                                 config);
  TopKAccuracy accuracy;
  accuracy.add(with_missing_votes(classifier.votes(asked.features), asked.labels), asked.labels);
  return {accuracy.value(1), accuracy.value(5), known.size(), asked.size(), known.unreadable + asked.unreadable};
}

KnnScore knn(const KnnRequest& request) {
  if (request.knn.k < 1 || request.knn.temperature <= 0.0) {
    throw usage_error("-k must be at least 1, --temperature above 0");
  }
  DataConfig data;
  data.path = join_path(request.data, "train");
  data.val_path = join_path(request.data, "val");
  data.workers = request.workers;
  data.max_bad_fraction = 1.0;  // counted and told at the end
  for (const std::string& folder : {data.path, data.val_path}) {
    if (!is_directory(posix_fs(), folder)) {
      throw usage_error(fmt::format("{}: there is no such folder; --data wants train/ and val/ below it", folder));
    }
  }
  const LabelledData labelled = open_labelled_data(data, 0, /*takes_keys=*/false);
  ReadyBackbone model(request.model);
  return score_knn(
      labelled, data, model.transform(), [&](const HostBatch& batch) { return model.pooled(batch); }, request.knn);
}

}  // namespace itpn
