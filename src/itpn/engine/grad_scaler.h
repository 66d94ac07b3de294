// Loss scaling for fp16 gradients: a factor that grows while steps succeed and halves when one overflows.
#pragma once

#include <cstdint>

namespace itpn {

// Scale 65536 at the start, doubled after 2000 good steps in a row, halved on an overflow. Disabled (bf16, fp32) its
// scale is 1 and nothing moves.
class GradScaler {
 public:
  struct State {
    double scale = 65536.0;
    int64_t good_steps = 0;
    int64_t backed_off = 0;  // steps lost to an overflow over the whole run
  };

  explicit GradScaler(bool enabled) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }
  // The factor on the loss; gradients are divided by it before clipping.
  double scale() const { return enabled_ ? state_.scale : 1.0; }
  // Reports a step whose gradients were finite or not.
  void update(bool is_finite);
  // True while an overflow only means that the scale is still too high: it can halve further.
  bool can_back_off() const { return enabled_ && state_.scale > kMinScale; }

  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  static constexpr double kMinScale = 1.0;
  static constexpr double kMaxScale = 4294967296.0;  // 2^32
  static constexpr int64_t kGrowthInterval = 2000;

  bool enabled_;
  State state_;
};

}  // namespace itpn
