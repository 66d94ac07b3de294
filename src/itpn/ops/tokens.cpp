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

// (B, 1): what makes of ids (B, L) the places of tokens in a batch.
at::Tensor image_of(const at::Tensor& ids) { return torch::arange(ids.size(0), ids.options()).unsqueeze(1); }

}  // namespace

at::Tensor gather_rows(const at::Tensor& x, const at::Tensor& ids) {
  std::vector<int64_t> shape = x.sizes().vec();
  shape[0] = ids.size(0);
  return x.expand(shape).index({image_of(ids), ids});
}

at::Tensor scatter_rows(const at::Tensor& base, const at::Tensor& ids, const at::Tensor& tokens) {
  return base.index_put({image_of(ids), ids}, tokens);
}

at::Tensor gather_tokens(const at::Tensor& x, const at::Tensor& ids) {
  TORCH_CHECK(x.dim() >= 2 && ids.dim() == 2 && (x.size(0) == ids.size(0) || x.size(0) == 1),
              "gather_tokens wants (B, N, ...) and ids (B, L), got ", x.sizes(), " and ", ids.sizes());
  if (!x.is_cpu()) return gather_rows(x, ids);
  std::vector<int64_t> shape = x.sizes().vec();
  shape[0] = ids.size(0);
  return x.expand(shape).gather(1, spread(ids, shape));
}

at::Tensor scatter_tokens(const at::Tensor& base, const at::Tensor& ids, const at::Tensor& tokens) {
  return base.is_cpu() ? base.scatter(1, spread(ids, base.sizes()), tokens) : scatter_rows(base, ids, tokens);
}

}  // namespace itpn::ops
