// What the losses of a detector are divided by when several processes train it: the number of chosen anchors, boxes or
// masks of all of them, so that the mean over the processes is the loss of one process that sees all their pictures.
#pragma once

#include <functional>

namespace itpn {

class JointDivisor {
 public:
  // Alone: every number stays as it is.
  JointDivisor() = default;
  // `mean` gives the mean of a number over the processes, all of which call it in the same order.
  explicit JointDivisor(std::function<double(double)> mean) : mean_(std::move(mean)) {}
  // The divisor of this process's sum.
  double operator()(double own) const { return mean_ ? mean_(own) : own; }

 private:
  std::function<double(double)> mean_;
};

}  // namespace itpn
