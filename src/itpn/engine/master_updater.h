// The parameter updater of every task: fp32 masters, AdamW, weights of the matrix products in the compute type.
#pragma once

#include "itpn/engine/parameter_updater.h"

namespace itpn {

class MasterUpdater : public ParameterUpdater {
 public:
  // Takes the module's parameters that want a gradient, in registration order, as fp32 masters; then casts the weights
  // of the module's matrix products to the compute type. One-dimensional parameters and biases do not decay.
  MasterUpdater(torch::nn::Module& module, const UpdaterConfig& config);

  void add_gradients() override;
  torch::Tensor gradient_norm() override;
  void apply(const UpdateStep& step) override;
  void discard() override;

  // The fp32 masters under the parameters' names, live.
  NamedTensors masters() const;
  // First and second moments as "exp_avg/NAME" and "exp_avg_sq/NAME", live.
  NamedTensors moments() const;
  // After masters() have been given other values: rounds them into the model. `updates` counts those that led to them.
  void adopt_masters(int64_t updates);

 private:
  struct Slot {
    std::string name;
    torch::Tensor parameter;  // of the model
    torch::Tensor master;     // the same tensor where the parameter is fp32
    torch::Tensor gradient;   // fp32 sum over the step's micro-batches
    torch::Tensor exp_avg, exp_avg_sq;
    bool decays = false;
  };

  void write_back(Slot& slot);
  void update_group(const UpdateStep& step, bool decays);

  UpdaterConfig config_;
  std::vector<Slot> slots_;
  int64_t updates_ = 0;
};

}  // namespace itpn
