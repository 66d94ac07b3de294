// `itpn knn`: how good frozen features are, by the classes of their nearest neighbours.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "itpn/eval/knn_classifier.h"
#include "itpn/tasks/features/labelled_data.h"
#include "itpn/tasks/run/loaders.h"
#include "itpn/tasks/weights/ready_model.h"

namespace itpn {

struct KnnScore {
  double top1 = 0.0;  // percent
  double top5 = 0.0;
  int64_t known = 0;  // pictures whose classes are known
  int64_t asked = 0;
  int64_t unreadable = 0;  // of both, left out
};

// (B, C) features of a batch, on any device.
using FeaturesOf = std::function<at::Tensor(const HostBatch&)>;

// Classifies the pictures of `labelled.val` by their neighbours in `labelled.train`.
KnnScore score_knn(const LabelledData& labelled, const DataConfig& data,
                   const std::shared_ptr<const PictureTransform>& transform, const FeaturesOf& features_of,
                   const KnnConfig& config);

struct KnnRequest {
  ModelRequest model;
  std::string data;  // a folder with train/ and val/ below it
  KnnConfig knn;
  int64_t workers = 0;  // 0: one fewer than the cores
};

// Throws a usage error where DATA lacks train/ or val/, a data error where their classes differ.
KnnScore knn(const KnnRequest& request);

}  // namespace itpn
