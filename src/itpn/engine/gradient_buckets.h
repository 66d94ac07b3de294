// The gradients of one step, gathered over micro-batches in fp32 and summed over all processes, a few at a time.
//
// Parameters are packed into buckets from the last to the first, which is about the order in which a backward pass
// finishes them: while it goes on, full buckets are on their way already.
#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

#include "itpn/engine/distributed.h"

namespace itpn {

class GradientBuckets {
 public:
  // `parameters` want gradients and live as long as this. `overlaps`: sums start during the last backward pass of a
  // step; no parameter may then receive its gradient in two pieces within one pass.
  GradientBuckets(std::vector<torch::Tensor> parameters, ProcessGroup& group, bool overlaps);
  ~GradientBuckets();

  // The next backward pass is the last one of the step.
  void expect_last();
  // After a backward pass: takes its gradients out of the parameters and adds them.
  void add();
  // Waits until everything is summed over the processes. Between the last add() and gradients().
  void reduce();
  // In the order of the parameters; undefined where no process had a gradient. They share memory with the buckets.
  const std::vector<torch::Tensor>& gradients() const { return gradients_; }
  // Starts a new step.
  void clear();

  int64_t bytes() const;

 private:
  struct Bucket {
    torch::Tensor flat;           // fp32: the gradients, then for each of them 1 where this process has one
    std::vector<size_t> members;  // parameters
    int64_t missing = 0;          // of the last pass, while overlapping
    std::unique_ptr<PendingCollective> sum;
  };
  struct Place {
    size_t bucket = 0;
    torch::Tensor view;     // of the parameter's shape
    torch::Tensor is_here;  // scalar
    bool is_filled = false;
    bool is_done = false;  // of the last pass
  };
  struct Hooks;

  void add_one(size_t parameter);
  void on_gradient(size_t parameter);
  void start(Bucket& bucket);
  void start_full_buckets();

  std::vector<torch::Tensor> parameters_;
  ProcessGroup& group_;
  std::vector<Place> places_;  // of parameters_[i]
  std::vector<Bucket> buckets_;
  std::vector<torch::Tensor> gradients_;
  size_t next_ = 0;  // bucket to be started
  bool is_last_ = false;
  std::unique_ptr<Hooks> hooks_;  // null without overlap
};

}  // namespace itpn
