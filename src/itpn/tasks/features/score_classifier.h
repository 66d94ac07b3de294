// How well a classifier does on pictures whose classes are known.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "itpn/data/loader.h"

namespace itpn {

class ProcessGroup;

struct ClassificationScore {
  double top1 = 0.0;  // percent
  double top5 = 0.0;
  double loss = 0.0;       // mean cross entropy
  int64_t count = 0;       // pictures that were classified
  int64_t unreadable = 0;  // left out
};

// (B, classes) of a batch, on any device.
using LogitsOf = std::function<at::Tensor(const HostBatch&)>;
// Is shown the logits (B, classes) and labels (B) of every batch of this process, on the CPU, without pictures that
// could not be read.
using ScoreObserver = std::function<void(const at::Tensor& logits, const at::Tensor& labels)>;

// One pass over the single-pass loaders of all processes of `group`, each of which has its share of the pictures and
// gets the score of all. Every picture counts once.
ClassificationScore score_classifier(Loader& loader, const LogitsOf& logits_of, ProcessGroup& group,
                                     const ScoreObserver& observer = {});

}  // namespace itpn
