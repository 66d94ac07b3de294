// Operators that LibTorch has on its meta device in Python only: the shapes of their results.
#include <ATen/ExpandUtils.h>
#include <torch/library.h>
#include <torch/torch.h>

#include <array>

namespace {

using at::Tensor;
using MaybeTensor = std::optional<Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;

Tensor like(const Tensor& x) { return torch::empty_like(x, x.options()); }
Tensor like(const MaybeTensor& x) { return x && x->defined() ? like(*x) : Tensor(); }

// Statistics of each normalised row: 1 for every axis that is normalised.
Tensor row_statistics(const Tensor& x, size_t normalised_axes) {
  std::vector<int64_t> shape = x.sizes().vec();
  std::fill(shape.end() - static_cast<std::ptrdiff_t>(normalised_axes), shape.end(), 1);
  return torch::empty(shape, x.options().dtype(torch::kFloat32));
}

Three layer_norm(const Tensor& x, at::IntArrayRef shape, const MaybeTensor&, const MaybeTensor&, double) {
  return {like(x), row_statistics(x, shape.size()), row_statistics(x, shape.size())};
}

Three layer_norm_backward(const Tensor&, const Tensor& x, at::IntArrayRef, const Tensor&, const Tensor&,
                          const MaybeTensor& weight, const MaybeTensor& bias, std::array<bool, 3>) {
  return {like(x), like(weight), like(bias)};
}

Three batch_norm(const Tensor& x, const MaybeTensor&, const MaybeTensor&, const MaybeTensor&, const MaybeTensor&, bool,
                 double, double) {
  return {like(x), torch::empty({x.size(1)}, x.options()), torch::empty({x.size(1)}, x.options())};
}

Tensor mse_loss_backward(const Tensor&, const Tensor& x, const Tensor&, int64_t) { return like(x); }
Tensor smooth_l1_loss_backward(const Tensor&, const Tensor& x, const Tensor&, int64_t, double) { return like(x); }
Tensor flip(const Tensor& x, at::IntArrayRef) { return like(x); }

Tensor index_select(const Tensor& x, int64_t axis, const Tensor& index) {
  std::vector<int64_t> shape = x.sizes().vec();
  shape[static_cast<size_t>(axis)] = index.numel();
  return torch::empty(shape, x.options());
}

std::vector<int64_t> common_shape(const Tensor& a, const Tensor& b, const Tensor& c) {
  return at::infer_size(a.sizes(), at::infer_size(b.sizes(), c.sizes()));
}

Tensor choose(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return torch::empty(common_shape(condition, a, b), a.options());
}

Tensor& choose_into(const Tensor& condition, const Tensor& a, const Tensor& b, Tensor& out) {
  out.resize_(common_shape(condition, a, b));
  return out;
}

Tensor& logical_and_into(const Tensor& a, const Tensor& b, Tensor& out) {
  out.resize_(at::infer_size(a.sizes(), b.sizes()));
  return out;
}

Tensor variance(const Tensor& x, at::OptionalIntArrayRef axes, const std::optional<at::Scalar>&, bool keeps_axes) {
  return at::sum(x, axes, keeps_axes);
}

Tensor floor_divide(const Tensor& a, const Tensor& b) {
  return torch::empty(at::infer_size(a.sizes(), b.sizes()), a.options());
}

TORCH_LIBRARY_IMPL(aten, Meta, m) {
  m.impl("native_layer_norm", layer_norm);
  m.impl("native_layer_norm_backward", layer_norm_backward);
  m.impl("native_batch_norm", batch_norm);
  m.impl("mse_loss_backward", mse_loss_backward);
  m.impl("smooth_l1_loss_backward", smooth_l1_loss_backward);
  m.impl("flip", flip);
  m.impl("index_select", index_select);
  m.impl("where.self", choose);
  m.impl("where.self_out", choose_into);
  m.impl("logical_and.out", logical_and_into);
  m.impl("var.correction", variance);
  m.impl("floor_divide", floor_divide);
}

}  // namespace
