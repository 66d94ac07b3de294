// Losses of image classification (spec of the recipes, 5.5). All are means over the batch, in single precision where
// the logits have less.
#pragma once

#include <ATen/core/Tensor.h>

namespace itpn {

// -sum(targets * log softmax(logits)). logits, targets (B, classes) -> scalar
at::Tensor soft_target_cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

// (1 - smoothing) * (-log p of the label) + smoothing * (mean over classes of -log p); smoothing 0 is the plain cross
// entropy. logits (B, classes), labels (B) int64 -> scalar
at::Tensor label_smoothing_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing);

}  // namespace itpn
