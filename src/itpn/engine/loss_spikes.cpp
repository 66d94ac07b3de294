#include "itpn/engine/loss_spikes.h"

#include <cmath>

#include "itpn/core/median.h"

namespace itpn {
namespace {

constexpr size_t kWindow = 100;
constexpr size_t kLeast = 10;

}  // namespace

std::optional<double> LossSpikes::observe(double loss) {
  if (factor_ <= 0.0 || !std::isfinite(loss)) return std::nullopt;
  std::optional<double> exceeded;
  if (recent_.size() >= kLeast) {
    const double usual = median({recent_.begin(), recent_.end()});
    if (loss > factor_ * usual) exceeded = usual;
  }
  recent_.push_back(loss);
  if (recent_.size() > kWindow) recent_.pop_front();
  return exceeded;
}

}  // namespace itpn
