// Losses that are finite but far above those before them: the first sign that a training diverges.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace itpn {

class LossSpikes {
 public:
  // A spike is a loss of more than `factor` times the median of up to 100 losses before it; 0: there are none.
  explicit LossSpikes(double factor) : factor_(factor) {}

  // Takes the loss of the next step. Returns that median where the loss is a spike; nothing where it is none, where it
  // is not finite (those have a rule of their own), and before the tenth loss.
  std::optional<double> observe(double loss);

 private:
  double factor_;
  std::deque<double> recent_;
};

}  // namespace itpn
