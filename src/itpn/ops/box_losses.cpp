#include "itpn/ops/box_losses.h"

#include <torch/torch.h>

#include "itpn/ops/box_overlap.h"

namespace itpn::ops {
namespace {

at::Tensor weighted_mean(const at::Tensor& loss, const at::Tensor& weight, double divisor) {
  return (weight.defined() ? loss * weight : loss).sum() / (divisor + kLeastDivisor);
}

}  // namespace

at::Tensor l1_loss(const at::Tensor& prediction, const at::Tensor& target, const at::Tensor& weight, double divisor) {
  return weighted_mean((prediction - target).abs(), weight, divisor);
}

at::Tensor smooth_l1_terms(const at::Tensor& prediction, const at::Tensor& target, const SmoothL1& form) {
  const at::Tensor distance = (prediction - target).abs();
  return torch::where(distance < form.beta, 0.5 * distance * distance / form.beta, distance - 0.5 * form.beta);
}

at::Tensor smooth_l1_loss(const at::Tensor& prediction, const at::Tensor& target, const at::Tensor& weight,
                          double divisor, const SmoothL1& form) {
  return weighted_mean(smooth_l1_terms(prediction, target, form), weight, divisor);
}

at::Tensor giou_loss(const at::Tensor& prediction, const at::Tensor& target, const at::Tensor& weight, double divisor) {
  return weighted_mean(1 - aligned_overlap(prediction, target, Overlap::kGiou), weight, divisor);
}

}  // namespace itpn::ops
