#include "itpn/optim/make_optimizer.h"

namespace itpn {

std::unique_ptr<Optimizer> make_optimizer(const MasterWeights& weights, const std::vector<ParamGroup>& groups,
                                          const OptimizerConfig& config) {
  if (const auto* lars = std::get_if<LarsConfig>(&config)) return std::make_unique<Lars>(weights, groups, *lars);
  return std::make_unique<AdamW>(weights, groups, std::get<AdamWConfig>(config));
}

}  // namespace itpn
