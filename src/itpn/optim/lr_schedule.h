// Learning rate (or weight decay) as a pure function of the position in training. Two families: by fraction of an epoch
// (pixel pre-training and everything after MAE) and by iteration (CLIP pre-training, after BEiT).
#pragma once

#include <cstdint>
#include <vector>

namespace itpn {

// The peak rate for a global batch: `lr` where it is set (> 0), else the base rate `blr`, which is one for 256 samples.
inline double peak_rate(double lr, double blr, int64_t global_batch_size) {
  return lr > 0.0 ? lr : blr * static_cast<double>(global_batch_size) / 256.0;
}

// Linear warm-up from 0 to `peak`, then half a cosine down to `min`.
struct CosineSchedule {
  double peak = 1e-3;
  double min = 0.0;
  double warmup_epochs = 0.0;
  double epochs = 1.0;
};

// The value at `epoch`, which counts fractions: step 3 of 10 of the second epoch is 1.3.
double value_at(const CosineSchedule& schedule, double epoch);

// The same shape over whole iterations, with the published table's ends: both ends of the warm-up belong to it, so the
// peak is taken twice, and `min` is never reached.
struct CosineTable {
  double peak = 1e-3;
  double min = 0.0;
  int64_t epochs = 1;
  int64_t steps_per_epoch = 1;
  int64_t warmup_epochs = 0;
  int64_t warmup_steps = 0;  // overrides warmup_epochs' length where > 0; without warmup_epochs there is no warm-up

  int64_t warmup_length() const {
    if (warmup_epochs <= 0) return 0;
    return warmup_steps > 0 ? warmup_steps : warmup_epochs * steps_per_epoch;
  }
};

// The value at iteration epoch * steps_per_epoch + step.
double value_at(const CosineTable& table, int64_t iteration);

// Detection: constant, times `gamma` after some epochs, behind a linear warm-up over iterations (after mmdetection).
struct StepSchedule {
  double peak = 1e-4;
  std::vector<int64_t> steps = {9, 11};  // epochs after which the rate falls
  double gamma = 0.1;
  int64_t warmup_iterations = 500;
  double warmup_ratio = 0.001;  // of the rate, where the warm-up starts
};

// The value at an iteration of the run, which lies in that epoch; both from 0.
double value_at(const StepSchedule& schedule, int64_t iteration, int64_t epoch);

}  // namespace itpn
