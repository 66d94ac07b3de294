// How fast this machine pre-trains with a CLIP teacher, and what the teacher's share of a step is.
#pragma once

#include "itpn/tasks/benchmark/model_speed.h"
#include "itpn/tasks/pretrain/pretrain_config.h"

namespace itpn {

// Preset, image size and precision come from the recipe.
struct DistillBenchmarkConfig : SpeedConfig {
  PretrainConfig recipe;
};

// Measures whole steps on pictures of noise in memory; "teacher" is a phase of its own. Without teacher.weights the
// tower is a random one of the published sizes: ViT-L/14 where patches of 14 pixels make the student's grid, else
// ViT-B/16.
ModelSpeed benchmark_distill(const DistillBenchmarkConfig& config);

}  // namespace itpn
