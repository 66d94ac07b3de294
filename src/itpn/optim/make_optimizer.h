// The choice between optimisers, as a value.
#pragma once

#include <memory>
#include <variant>

#include "itpn/optim/adamw.h"
#include "itpn/optim/lars.h"

namespace itpn {

using OptimizerConfig = std::variant<AdamWConfig, LarsConfig>;

// The optimiser whose settings `config` holds.
std::unique_ptr<Optimizer> make_optimizer(const MasterWeights& weights, const std::vector<ParamGroup>& groups,
                                          const OptimizerConfig& config);

}  // namespace itpn
