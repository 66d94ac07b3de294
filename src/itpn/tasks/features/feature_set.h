// Features of many pictures in memory.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "itpn/data/loader.h"

namespace itpn {

struct FeatureSet {
  at::Tensor features;     // (N, C) fp32 on the CPU
  at::Tensor labels;       // (N) int64
  int64_t unreadable = 0;  // pictures that could not be read

  int64_t size() const { return labels.size(0); }
};

// What to do with the place of a picture that cannot be read.
enum class Unreadable {
  kLeaveOut,
  kReplace,  // another picture's features and label stand there, so that every index stays what it is
};

// One pass over a single-pass loader; `features_of` gives (B, C) of a batch on any device. Shows a bar called `label`.
FeatureSet extract_features(Loader& loader, const std::function<at::Tensor(const HostBatch&)>& features_of,
                            Unreadable unreadable, const std::string& label);

}  // namespace itpn
