#include "itpn/nn/patch_merge.h"

#include <torch/torch.h>

#include "itpn/ops/fold_2x2.h"

namespace itpn {

PatchMergeImpl::PatchMergeImpl(int64_t dim, double norm_eps) {
  norm = register_module("norm", LayerNorm(4 * dim, norm_eps));
  reduction = register_module("reduction", Linear(LinearConfig{4 * dim, 2 * dim, /*bias=*/false}));
}

torch::Tensor PatchMergeImpl::forward(const torch::Tensor& x, const BlockContext&) {
  // The residual stream of the next stage starts here, in fp32.
  return reduction(norm(ops::fold_2x2(x), reduction->dtype())).to(torch::kFloat32);
}

PatchSplitImpl::PatchSplitImpl(int64_t dim, int64_t out_dim, double norm_eps) {
  norm = register_module("norm", LayerNorm(dim, norm_eps));
  reduction = register_module("reduction", Linear(LinearConfig{dim, 4 * out_dim, /*bias=*/false}));
}

torch::Tensor PatchSplitImpl::forward(const torch::Tensor& x) {
  return ops::unfold_2x2(reduction(norm(x, reduction->dtype())));
}

}  // namespace itpn
