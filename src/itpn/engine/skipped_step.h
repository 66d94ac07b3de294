// What a step was made of whose loss or gradient was not finite: the list that tells which pictures to look at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/core/files.h"

namespace itpn {

// A sample of the step, in this process.
struct ShownSample {
  uint64_t position = 0;    // within the epoch
  std::string name;         // of the picture, on one line
  int64_t micro_batch = 0;  // forward pass of the step in which it was
};

struct SkippedStep {
  int64_t step = 0;  // from 1, as in the logs
  int64_t epoch = 0;
  double loss = 0.0;
  double grad_norm = 0.0;
  std::vector<ShownSample> samples;
  std::vector<double> micro_losses;  // of each forward pass in this process
};

// Writes it as tab-separated lines, each sample with the loss of its forward pass. A disk that refuses costs the list:
// a warning, nothing else.
void write_skipped_step(Fs& fs, const std::string& path, const SkippedStep& skipped);

}  // namespace itpn
