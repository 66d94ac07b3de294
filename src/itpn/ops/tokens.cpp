#include "itpn/ops/tokens.h"

#include <torch/torch.h>

namespace itpn::ops {
namespace {

// (B, L) -> (B, L, ...) in the shape of `like` beyond the second axis.
at::Tensor spread(const at::Tensor& ids, at::IntArrayRef like) {
  std::vector<int64_t> shape = {ids.size(0), ids.size(1)};
  at::Tensor view = ids;
  for (size_t axis = 2; axis < like.size(); ++axis) {
    view = view.unsqueeze(-1);
    shape.push_back(like[axis]);
  }
  return view.expand(shape);
}

}  // namespace

at::Tensor gather_tokens(const at::Tensor& x, const at::Tensor& ids) {
  TORCH_CHECK(x.dim() >= 2 && ids.dim() == 2 && (x.size(0) == ids.size(0) || x.size(0) == 1),
              "gather_tokens wants (B, N, ...) and ids (B, L), got ", x.sizes(), " and ", ids.sizes());
  std::vector<int64_t> shape = x.sizes().vec();
  shape[0] = ids.size(0);
  return x.expand(shape).gather(1, spread(ids, shape));
}

at::Tensor scatter_tokens(const at::Tensor& base, const at::Tensor& ids, const at::Tensor& tokens) {
  return base.scatter(1, spread(ids, base.sizes()), tokens);
}

}  // namespace itpn::ops
