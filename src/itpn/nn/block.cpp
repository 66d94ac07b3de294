#include "itpn/nn/block.h"

#include <torch/torch.h>

#include "itpn/ops/drop_path.h"

namespace itpn {

torch::Tensor apply_drop_path(const torch::Tensor& branch, const DropPathSite& site, int64_t row,
                              const BlockContext& context) {
  if (site.rate == 0 || !context.drop_path_draws.defined()) return branch;
  return ops::drop_path(branch, site.rate, context.drop_path_draws[site.first_row + row]);
}

ops::BranchScale branch_scale(const torch::Tensor& gamma, const DropPathSite& site, int64_t row,
                              const BlockContext& context) {
  ops::BranchScale scale{gamma, std::nullopt};
  if (site.rate > 0 && context.drop_path_draws.defined()) {
    scale.kept = ops::kept_samples(site.rate, context.drop_path_draws[site.first_row + row]);
  }
  return scale;
}

}  // namespace itpn
