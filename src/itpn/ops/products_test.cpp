// The matrix products of a linear layer beside those of double precision.
#include "itpn/ops/products.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>

namespace itpn::ops {
namespace {

// Rows, input and output channels: either side the narrower one, a result larger than both, one row, one channel.
constexpr std::array<std::array<int64_t, 3>, 6> kShapes = {
    {{64, 24, 72}, {64, 72, 24}, {8, 40, 160}, {8, 160, 40}, {1, 16, 32}, {5, 1, 3}}};

void expect_close(const at::Tensor& got, const at::Tensor& wanted) {
  ASSERT_EQ(got.sizes(), wanted.sizes());
  EXPECT_TRUE(got.is_contiguous());
  EXPECT_LT((got.to(at::kDouble) - wanted).abs().max().item<double>(),
            1e-5 * (1.0 + wanted.abs().max().item<double>()));
}

TEST(Products, AreThoseOfALinearLayerAndItsGradients) {
  torch::manual_seed(1);
  for (const auto& [rows, inputs, outputs] : kShapes) {
    SCOPED_TRACE(testing::Message() << rows << " rows, " << inputs << " -> " << outputs);
    const at::Tensor x = torch::randn({rows, inputs}), weight = torch::randn({outputs, inputs});
    const at::Tensor gradient = torch::randn({rows, outputs});
    const at::Tensor x64 = x.to(at::kDouble), weight64 = weight.to(at::kDouble), gradient64 = gradient.to(at::kDouble);
    expect_close(forward_product(x, weight), x64.mm(weight64.t()));
    const at::Tensor bias = torch::randn({outputs});
    expect_close(forward_product(x, weight, bias), x64.mm(weight64.t()) + bias);
    expect_close(input_gradient(gradient, weight), gradient64.mm(weight64));
    expect_close(weight_gradient(gradient, x), gradient64.t().mm(x64));
    if (has_onednn_products()) expect_close(onednn_weight_gradient(gradient, x), gradient64.t().mm(x64));
  }
}

TEST(Products, OfNoRowsHaveNoGradient) {
  const at::Tensor nothing = weight_gradient(torch::empty({0, 6}), torch::empty({0, 4}));
  EXPECT_EQ(nothing.sizes(), (std::vector<int64_t>{6, 4}));
  EXPECT_EQ(nothing.abs().sum().item<float>(), 0.0F);
}

}  // namespace
}  // namespace itpn::ops
