// LARS (You, Gitman, Ginsburg 2017) as linear probing uses it: momentum on gradients whose size is brought to that of
// their weight, matrix by matrix.
#pragma once

#include "itpn/optim/optimizer.h"

namespace itpn {

struct LarsConfig {
  double momentum = 0.9;
  double trust_coefficient = 0.001;
};

// For each parameter p with gradient g: matrices get g += weight_decay p and then g *= trust_coefficient |p| / |g|
// (where both norms are above 0); vectors neither. mu = momentum mu + g; p -= lr mu.
class Lars : public Optimizer {
 public:
  Lars(const MasterWeights& weights, const std::vector<ParamGroup>& groups, const LarsConfig& config);

  // "momentum/NAME".
  NamedParameters state() const override;
  void load_state(const std::map<std::string, at::Tensor>& state) override;

 private:
  void update(const std::vector<at::Tensor>& gradients, const UpdateStep& step) override;

  LarsConfig config_;
  std::vector<at::Tensor> momenta_;  // of slots()[i]
};

}  // namespace itpn
