// An optimiser whose memory is divided among the processes (ZeRO, stage 1): each keeps the state of its share of the
// parameters, updates those, and hands the new values to the others. The result is the same, bit for bit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "itpn/engine/distributed.h"
#include "itpn/engine/train_state.h"
#include "itpn/optim/make_optimizer.h"

namespace itpn {

class OptimizerShards {
 public:
  // Takes over from `whole`, an optimiser of all parameters of `groups` in all processes, which can go afterwards.
  OptimizerShards(const MasterWeights& weights, const std::vector<ParamGroup>& groups, const OptimizerConfig& config,
                  const Optimizer& whole, ProcessGroup& group);

  // As Optimizer::step of the whole one: all gradients, already summed over the processes.
  void step(const std::vector<torch::Tensor>& gradients, const UpdateStep& step);
  // The state() of the whole optimiser; complete in the first process, of no use in the others. All processes call it.
  NamedTensors gather();
  // Bytes of state in this process.
  int64_t bytes() const;

 private:
  struct Entry {  // of the whole optimiser's state
    std::string key;
    torch::Tensor like;  // shape and type, without memory
    int64_t owner = 0;   // -1: every process has it
  };

  void share_out(const std::vector<std::string>& names);
  void exchange();

  ProcessGroup& group_;
  std::vector<MasterWeight> weights_;  // in the order of the whole optimiser
  std::vector<int64_t> owners_;        // of weights_[i]
  std::vector<Entry> entries_;
  std::unique_ptr<Optimizer> own_;
};

}  // namespace itpn
