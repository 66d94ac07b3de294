// The trainable parameters of a model together with their optimiser: gradients are gathered over micro-batches,
// measured, and applied to fp32 masters, whose rounded values go back into the model.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <vector>

#include "itpn/engine/train_state.h"
#include "itpn/optim/make_optimizer.h"

namespace itpn {

class GradientBuckets;
class OptimizerShards;
class ProcessGroup;

struct UpdaterConfig {
  OptimizerConfig optimizer;
  std::vector<ParamGroup> groups;                    // every trainable parameter of the model, each once
  torch::ScalarType compute_type = torch::kFloat32;  // of the matrix products' weights in the model
  bool accumulate = false;                           // more than one micro-batch a step
};

class ParameterUpdater {
 public:
  // Takes over the fp32 model: its values become the masters, and the weights of its matrix products are cast to the
  // compute type. The model must be on its device already.
  ParameterUpdater(torch::nn::Module& model, const UpdaterConfig& config);
  ~ParameterUpdater();

  // From now on the gradients of a step are summed over the processes of `group`, which outlives this. `overlaps`:
  // while the last backward pass of the step goes on.
  // The optimiser's state is divided where the group's settings say so.
  void join(ProcessGroup& group, bool overlaps);

  // Before the first forward pass of a step: remembers what forward passes change besides gradients (running
  // statistics), for discard().
  void begin_step();
  // The next backward pass is the last one of the step.
  void expect_last();
  // Takes the gradients of one micro-batch out of the model and adds them, in fp32, to those of the step.
  void add_gradients();
  // After the last micro-batch: waits until all processes have added theirs.
  void finish_gradients();
  // Global L2 norm of the step's gradients as they are, fp32 on the device; NaN or infinite if any entry is.
  torch::Tensor gradient_norm();
  // The optimiser on the masters; then the model's weights are the rounded masters. Consumes the gradients.
  void apply(const UpdateStep& step);
  // The step has not been: forgets its gradients, and the model's buffers are as they were when it began.
  void discard();

  const MasterWeights& weights() const { return weights_; }
  // Bytes of gradients that a step sums over the processes; 0 when alone.
  int64_t reduced_bytes() const;
  // Whether the processes have divided the optimiser's state. optimizer_state() is then what the last collect_state()
  // has gathered, in the first process, until forget_state().
  bool is_sharded() const { return shards_ != nullptr; }
  // Called by all processes together.
  void collect_state();
  void forget_state() { collected_.clear(); }
  // What the optimiser remembers, live.
  NamedTensors optimizer_state() const;
  // Before the state is divided: makes model and optimiser agree with masters and a state() that were read from a
  // checkpoint.
  void restore(const NamedTensors& optimizer_state);

 private:
  std::vector<torch::Tensor> gradients() const;
  void forget_gradients();

  UpdaterConfig config_;
  MasterWeights weights_;
  std::vector<torch::Tensor> buffers_, buffers_before_;  // of the model, live, and when the step began
  std::unique_ptr<Optimizer> optimizer_;                 // null once shards_ has taken over
  bool accumulate_;
  std::vector<torch::Tensor> gradients_;  // of the step so far, in the optimiser's order; only when accumulating alone
  std::unique_ptr<GradientBuckets> buckets_;  // with other processes
  std::unique_ptr<OptimizerShards> shards_;
  NamedTensors collected_;
};

}  // namespace itpn
