// AdamW with decoupled weight decay (Loshchilov and Hutter) on fp32 masters, in one pass over memory: gradient, master
// and both moments are read once, and the model's rounded weight is written in the same pass.
#pragma once

#include "itpn/optim/adamw_config.h"
#include "itpn/optim/optimizer.h"
#include "itpn/optim/stretches.h"

namespace itpn {

class AdamW : public Optimizer {
 public:
  AdamW(const MasterWeights& weights, const std::vector<ParamGroup>& groups, const AdamWConfig& config);

  int64_t steps_done() const { return steps_; }
  // "exp_avg/NAME", "exp_avg_sq/NAME" and "step" (int64 scalar).
  NamedParameters state() const override;
  void load_state(const std::map<std::string, at::Tensor>& state) override;

 private:
  struct Moments {
    at::Tensor exp_avg, exp_avg_sq;
  };

  void update(const std::vector<at::Tensor>& gradients, const UpdateStep& step) override;
  // Can the raw loops serve every tensor of this step?
  bool is_all_plain_cpu(const std::vector<at::Tensor>& gradients) const;
  void step_fast(const std::vector<at::Tensor>& gradients, const UpdateStep& step);
  void step_by_tensor_operations(const std::vector<at::Tensor>& gradients, const UpdateStep& step);

  AdamWConfig config_;
  std::vector<Moments> moments_;  // of slots()[i]
  std::vector<Stretch> stretches_;
  int64_t steps_ = 0;
};

}  // namespace itpn
