// Classification by the nearest neighbours of a feature, with cosine similarity: how good frozen features are, without
// training anything (Wu et al., "Unsupervised feature learning via non-parametric instance discrimination").
// Axes: N known picture, B asked picture, C feature, K class.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace itpn {

struct KnnConfig {
  int64_t k = 20;             // neighbours; all of them where there are fewer
  double temperature = 0.07;  // a neighbour's vote is exp(similarity / temperature)
};

class KnnClassifier {
 public:
  // `features` (N, C) and `labels` (N) of the known pictures, each label below `classes`.
  KnnClassifier(const at::Tensor& features, const at::Tensor& labels, int64_t classes, const KnnConfig& config);

  // (B, C) -> (B, K) shares of the votes, fp32.
  at::Tensor votes(const at::Tensor& features) const;

 private:
  at::Tensor known_;   // (C, N), columns of length 1
  at::Tensor labels_;  // (N)
  int64_t classes_;
  KnnConfig config_;
};

// The votes as TopKAccuracy wants them: a label that nobody voted for counts against the sample. Ties between classes
// without a vote would else be decided by their order.
// votes (B, K), labels (B) int64 -> (B, K)
at::Tensor with_missing_votes(const at::Tensor& votes, const at::Tensor& labels);

}  // namespace itpn
