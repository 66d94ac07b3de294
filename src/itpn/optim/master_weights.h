// fp32 values behind a model whose matrices are stored in a shorter float: what the optimiser updates, the moving
// average follows and checkpoints hold.
#pragma once

#include <torch/nn/module.h>

#include <string>
#include <vector>

#include "itpn/optim/param_groups.h"

namespace itpn {

// {name, parameter} of everything that `model` trains, in registration order.
NamedParameters trainable_parameters(const torch::nn::Module& model);

struct MasterWeight {
  std::string name;
  at::Tensor parameter;  // in the model
  at::Tensor master;     // fp32; the same memory as `parameter` where that is fp32 too

  bool is_rounded() const { return parameter.scalar_type() != master.scalar_type(); }
};

// Make it from the fp32 model, before its matrices are cast: the masters are then the memory that the model had, and
// nothing is copied. The cast must give the model new memory and leave the old untouched (Tensor::set_data does).
class MasterWeights {
 public:
  explicit MasterWeights(const torch::nn::Module& model);

  // Every parameter of the model in registration order, those without gradient too.
  const std::vector<MasterWeight>& weights() const { return weights_; }
  // {name, model's parameter} of those that are trained.
  NamedParameters trainable() const;
  // {name, master} of all.
  NamedParameters masters() const;
  const MasterWeight& at(const std::string& name) const;

  // Rounds the masters into the model; after they were loaded from a checkpoint.
  void write_to_model() const;

 private:
  std::vector<MasterWeight> weights_;
};

}  // namespace itpn
