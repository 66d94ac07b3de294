// AdamW with decoupled weight decay (Loshchilov and Hutter) on fp32 masters, in one pass over memory: gradient, master
// and both moments are read once, and the model's rounded weight is written in the same pass.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "itpn/optim/master_weights.h"
#include "itpn/optim/param_groups.h"
#include "itpn/optim/stretches.h"

namespace itpn {

struct AdamWConfig {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-8;
};

// How far one update goes. The gradient is multiplied by `gradient_factor` first (loss scale, clipping).
struct AdamWStep {
  double learning_rate = 0.0;
  double gradient_factor = 1.0;
};

class AdamW {
 public:
  // Updates the parameters named in `groups`; each must be in `weights`, which has to outlive this.
  AdamW(const MasterWeights& weights, const std::vector<ParamGroup>& groups, const AdamWConfig& config);

  // The trained parameters in the order in which step() wants their gradients: group by group.
  const std::vector<std::string>& names() const { return names_; }
  // The gradients that lie in the model, undefined where backward has left none.
  std::vector<at::Tensor> model_gradients() const;

  // One update. gradients[i] belongs to names()[i], fp32 or the model's dtype; an undefined one leaves its parameter
  // and its moments as they are.
  void step(const std::vector<at::Tensor>& gradients, const AdamWStep& step);

  int64_t steps_done() const { return steps_; }
  // "exp_avg/NAME", "exp_avg_sq/NAME" (fp32, memory shared with this) and "step" (int64 scalar).
  NamedParameters state() const;
  // Takes over the values of a state(); throws c10::Error that names what is missing or of another shape.
  void load_state(const std::map<std::string, at::Tensor>& state);

 private:
  struct Entry {
    at::Tensor parameter, master, exp_avg, exp_avg_sq;
    double weight_decay, lr_scale;
  };

  // Can the raw loops serve every tensor of this step?
  bool is_all_plain_cpu(const std::vector<at::Tensor>& gradients) const;
  void step_fast(const std::vector<at::Tensor>& gradients, const AdamWStep& step);
  void step_by_tensor_operations(const std::vector<at::Tensor>& gradients, const AdamWStep& step);

  AdamWConfig config_;
  std::vector<std::string> names_;
  std::vector<Entry> entries_;
  std::vector<Stretch> stretches_;
  int64_t steps_ = 0;
};

}  // namespace itpn
