// Which boxes the losses are taken over: a bounded number, chosen at random (spec of detection, 6.3).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "itpn/core/philox.h"
#include "itpn/models/backbone/draws.h"

namespace itpn {

struct SamplerConfig {
  int64_t count = 512;       // boxes of a picture
  double positive = 0.25;    // largest share of them that belongs to objects
  bool adds_objects = true;  // the objects' own boxes are candidates too, in front of the others
};

// Indices of chosen boxes, int64, rising.
struct Sample {
  at::Tensor positives, negatives;
};

// `count` of the numbers below `total`, rising: each subset is as likely as the other.
std::vector<int64_t> random_subset(RandomStream& stream, int64_t total, int64_t count);

// Of boxes with `objects` as in Assignment. Nothing is drawn where all of a kind are taken.
Sample sample(const at::Tensor& objects, const SamplerConfig& config, RandomStream& stream);

// The streams of the pictures of a batch: functions of (seed, epoch, position) alone. One stream serves all that is
// drawn for a picture in a step.
std::vector<RandomStream> sampling_streams(const DrawKey& key);

}  // namespace itpn
