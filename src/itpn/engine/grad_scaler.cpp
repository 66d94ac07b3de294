#include "itpn/engine/grad_scaler.h"

#include <algorithm>

namespace itpn {

void GradScaler::update(bool is_finite) {
  if (!enabled_) return;
  if (!is_finite) {
    state_.scale = std::max(kMinScale, state_.scale * 0.5);
    state_.good_steps = 0;
    ++state_.backed_off;
    return;
  }
  if (++state_.good_steps < kGrowthInterval) return;
  state_.scale = std::min(kMaxScale, state_.scale * 2.0);
  state_.good_steps = 0;
}

}  // namespace itpn
