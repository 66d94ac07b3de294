#include "itpn/eval/knn_classifier.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>

namespace itpn {
namespace {

constexpr int64_t kRowsAtOnce = 256;  // bounds the memory of the similarities, rows x N

// (B, C), rows of length 1.
at::Tensor unit_rows(const at::Tensor& features) {
  return torch::nn::functional::normalize(features.to(torch::kFloat32),
                                          torch::nn::functional::NormalizeFuncOptions().dim(1));
}

}  // namespace

KnnClassifier::KnnClassifier(const at::Tensor& features, const at::Tensor& labels, int64_t classes,
                             const KnnConfig& config)
    : labels_(labels), classes_(classes), config_(config) {
  TORCH_CHECK(features.dim() == 2 && labels.dim() == 1 && features.size(0) == labels.size(0) && labels.size(0) > 0,
              "wanted features (N, C) with labels (N), got ", features.sizes(), " and ", labels.sizes());
  known_ = unit_rows(features).t().contiguous();
}

at::Tensor KnnClassifier::votes(const at::Tensor& features) const {
  const torch::NoGradGuard no_grad;
  const int64_t k = std::min(config_.k, labels_.size(0));
  std::vector<at::Tensor> all;
  for (const at::Tensor& rows : unit_rows(features).split(kRowsAtOnce)) {
    const auto [similarity, nearest] = rows.mm(known_).topk(k, /*dim=*/1);           // (b, k)
    const at::Tensor weights = torch::softmax(similarity / config_.temperature, 1);  // the largest vote cannot overflow
    const at::Tensor classes = labels_.index({nearest});                             // (b, k)
    all.push_back(torch::zeros({rows.size(0), classes_}, weights.options()).scatter_add_(1, classes, weights));
  }
  return torch::cat(all);
}

at::Tensor with_missing_votes(const at::Tensor& votes, const at::Tensor& labels) {
  const at::Tensor column = labels.unsqueeze(1);   // (B, 1)
  const at::Tensor own = votes.gather(1, column);  // (B, 1)
  constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
  return votes.scatter(1, column, own.masked_fill(own == 0.0, kNotANumber));
}

}  // namespace itpn
