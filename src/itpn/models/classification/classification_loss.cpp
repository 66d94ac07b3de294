#include "itpn/models/classification/classification_loss.h"

#include <torch/torch.h>

namespace itpn {
namespace {

// In at least single precision.
at::Tensor log_probabilities(const at::Tensor& logits) {
  return logits.log_softmax(1, logits.scalar_type() == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32);
}

}  // namespace

at::Tensor soft_target_cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
  TORCH_CHECK(logits.dim() == 2 && logits.sizes() == targets.sizes(), "soft targets ", targets.sizes(),
              " do not fit logits ", logits.sizes());
  const at::Tensor log_p = log_probabilities(logits);
  return -(targets * log_p).sum(1).mean();
}

at::Tensor label_smoothing_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing) {
  TORCH_CHECK(logits.dim() == 2 && labels.dim() == 1 && logits.size(0) == labels.size(0), "labels ", labels.sizes(),
              " do not fit logits ", logits.sizes());
  const at::Tensor log_p = log_probabilities(logits);
  const at::Tensor of_label = log_p.gather(1, labels.unsqueeze(1)).squeeze(1);  // (B)
  return -((1.0 - smoothing) * of_label + smoothing * log_p.mean(1)).mean();
}

}  // namespace itpn
