// Mixup and CutMix of a batch with itself turned round, and the soft targets that go with it (spec of the
// recipes, 5.5).
#pragma once

#include <ATen/core/Tensor.h>

#include "itpn/ops/mix_decision.h"
#include "itpn/structures/host_batch.h"

namespace itpn::ops {

// What the batch gets: a pure function of (seed, the batch's epoch, the global position of its first sample).
MixDecision batch_mix(const MixConfig& config, uint64_t seed, const HostBatch& batch);

// Throws usage_error where mixing is on and the batch is odd: a picture in the middle would be its own partner. To be
// asked before the first step.
void check_mix_batch(const MixConfig& config, int64_t batch_size);

// images (B, C, H, W) -> the same, mixed with the batch in reverse order. Without a mix, the images themselves.
at::Tensor mix_images(const at::Tensor& images, const MixDecision& mix);

// labels (B) int64 -> (B, classes) float32: 1 - smoothing + smoothing / classes for the label, smoothing / classes for
// the others, mixed like the images.
at::Tensor soft_targets(const at::Tensor& labels, int64_t classes, double smoothing, const MixDecision& mix = {});

}  // namespace itpn::ops
