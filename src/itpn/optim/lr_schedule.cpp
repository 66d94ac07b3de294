#include "itpn/optim/lr_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace itpn {
namespace {

// From `high` at progress 0 to `low` at progress 1.
double half_cosine(double high, double low, double progress) {
  return low + 0.5 * (high - low) * (1.0 + std::cos(std::numbers::pi * progress));
}

}  // namespace

double value_at(const CosineSchedule& schedule, double epoch) {
  if (epoch < schedule.warmup_epochs) return schedule.peak * epoch / schedule.warmup_epochs;
  const double span = schedule.epochs - schedule.warmup_epochs;
  // A run that is all warm-up has no cosine; it stays at the peak.
  if (span <= 0.0) return schedule.peak;
  return half_cosine(schedule.peak, schedule.min, (epoch - schedule.warmup_epochs) / span);
}

double value_at(const CosineTable& table, int64_t iteration) {
  const int64_t warmup = table.warmup_length();
  if (iteration < warmup) {
    return warmup == 1 ? 0.0 : table.peak * static_cast<double>(iteration) / static_cast<double>(warmup - 1);
  }
  const auto span = static_cast<double>(table.epochs * table.steps_per_epoch - warmup);
  return half_cosine(table.peak, table.min, static_cast<double>(iteration - warmup) / span);
}

double value_at(const StepSchedule& schedule, int64_t iteration, int64_t epoch) {
  const auto passed =
      std::count_if(schedule.steps.begin(), schedule.steps.end(), [&](int64_t step) { return step <= epoch; });
  const double regular = schedule.peak * std::pow(schedule.gamma, static_cast<double>(passed));
  if (iteration >= schedule.warmup_iterations) return regular;
  const double missing = 1.0 - static_cast<double>(iteration) / static_cast<double>(schedule.warmup_iterations);
  return regular * (1.0 - missing * (1.0 - schedule.warmup_ratio));
}

}  // namespace itpn
