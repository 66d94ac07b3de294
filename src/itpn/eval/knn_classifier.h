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

}  // namespace itpn
