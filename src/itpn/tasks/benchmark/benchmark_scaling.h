// How pre-training on several processes of this machine compares with one: whole runs of the program, from outside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "itpn/core/image_size.h"

namespace itpn {

struct ScalingConfig {
  std::vector<int64_t> processes = {1, 2};
  std::string preset = "itpn-base";
  std::string precision = "bf16";
  ImageSize image_size = 224;
  int64_t batch_size = 8;  // pictures of one process in a step
  int64_t steps = 12;
  int64_t warmup_steps = 3;
  int64_t threads = 0;  // of each process; 0: the cores, shared out
};

struct ScalingPoint {
  int64_t processes = 1;
  double images_per_second = 0.0;  // median over the steps
  double worst = 0.0, best = 0.0;
  double peer_wait = 0.0;     // share of the time that the first process waited for the others
  double data_wait = 0.0;     // and for pictures
  int64_t reduced_bytes = 0;  // of gradients, summed over the processes in a step
};

// Runs `itpn pretrain` on synthetic pictures with each number of processes, a part of the steps each in turn. Throws
// what the runs fail with.
std::vector<ScalingPoint> benchmark_scaling(const ScalingConfig& config);

std::string to_json(const ScalingConfig& config, const std::vector<ScalingPoint>& points);
std::string to_text(const ScalingConfig& config, const std::vector<ScalingPoint>& points);

}  // namespace itpn
