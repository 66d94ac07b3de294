// Losses of predicted boxes or box deltas. Each is sum(loss * weight) / (divisor + 1.19e-7), a scalar; the divisor is
// the number of boxes that the caller averages over.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn::ops {

// What every detection loss divides by: the count, kept off zero.
inline constexpr double kLeastDivisor = 1.1920929e-07;

// |prediction - target|, (N, 4) each. weight (N, 4), or undefined for 1.
at::Tensor l1_loss(const at::Tensor& prediction, const at::Tensor& target, const at::Tensor& weight, double divisor);

// d^2 / (2 beta) for |d| < beta, else |d| - beta / 2.
struct SmoothL1 {
  double beta = 1.0;
};
// Entry by entry.
at::Tensor smooth_l1_terms(const at::Tensor& prediction, const at::Tensor& target, const SmoothL1& form);
at::Tensor smooth_l1_loss(const at::Tensor& prediction, const at::Tensor& target, const at::Tensor& weight,
                          double divisor, const SmoothL1& form);

// 1 - GIoU of boxes (N, 4). weight (N), or undefined for 1.
at::Tensor giou_loss(const at::Tensor& prediction, const at::Tensor& target, const at::Tensor& weight, double divisor);

}  // namespace itpn::ops
