// What the optimisers share: fp32 masters updated group by group from gradients that the caller hands in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "itpn/optim/master_weights.h"
#include "itpn/optim/param_groups.h"

namespace itpn {

// How far one update goes. The gradient is multiplied by `gradient_factor` first (loss scale, clipping).
struct UpdateStep {
  double learning_rate = 0.0;
  double gradient_factor = 1.0;
};

class Optimizer {
 public:
  // Updates the parameters named in `groups`; each must be in `weights`, which has to outlive this.
  Optimizer(const MasterWeights& weights, const std::vector<ParamGroup>& groups);
  virtual ~Optimizer() = default;

  // The trained parameters in the order in which step() wants their gradients: group by group.
  const std::vector<std::string>& names() const { return names_; }
  // The gradients that lie in the model, undefined where backward has left none.
  std::vector<at::Tensor> model_gradients() const;

  // One update. gradients[i] belongs to names()[i], fp32 or the model's dtype; an undefined one leaves its parameter
  // and its state as they are. The model's rounded weights follow the masters.
  void step(const std::vector<at::Tensor>& gradients, const UpdateStep& step);

  // What the optimiser remembers between steps, under "KIND/NAME" (fp32, memory shared with this); counters as scalars.
  virtual NamedParameters state() const = 0;
  // Takes over the values of a state(); throws c10::Error that names what is missing or of another shape.
  virtual void load_state(const std::map<std::string, at::Tensor>& state) = 0;

 protected:
  struct Slot {
    at::Tensor parameter, master;
    double weight_decay, lr_scale;
  };

  // One update; as many gradients as slots, no gradient recorded.
  virtual void update(const std::vector<at::Tensor>& gradients, const UpdateStep& step) = 0;

  const std::vector<Slot>& slots() const { return slots_; }
  static const at::Tensor& find_state(const std::map<std::string, at::Tensor>& state, const std::string& name);
  static void copy_state(at::Tensor to, const std::map<std::string, at::Tensor>& state, const std::string& name);

 private:
  std::vector<std::string> names_;
  std::vector<Slot> slots_;
};

}  // namespace itpn
