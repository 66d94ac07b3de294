#include "itpn/models/clip/clip_vision.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include "itpn/ops/linear.h"
#include "itpn/ops/resample_positions.h"
#include "itpn/ops/to_device.h"

namespace itpn {
namespace {

constexpr double kTargetNormEps = 1e-5;

torch::Tensor quick_gelu(const torch::Tensor& x) { return x * torch::sigmoid(1.702 * x); }

// (3, 1, 1) like `images`
torch::Tensor per_channel(const std::vector<double>& values, const torch::Tensor& images) {
  return ops::to_device(torch::tensor(values, torch::kFloat32).reshape({3, 1, 1}), images.device());
}

}  // namespace

ClipBlockImpl::ClipBlockImpl(const ClipVisionConfig& c) : heads_(c.num_heads) {
  auto attn = std::make_shared<torch::nn::Module>();
  in_proj_weight = attn->register_parameter("in_proj_weight", torch::zeros({3 * c.width, c.width}));
  in_proj_bias = attn->register_parameter("in_proj_bias", torch::zeros({3 * c.width}));
  out_proj = attn->register_module("out_proj", Linear(LinearConfig{c.width, c.width}));
  register_module("attn", attn);
  ln_1 = register_module("ln_1", LayerNorm(c.width, c.norm_eps));
  auto mlp = std::make_shared<torch::nn::Module>();
  c_fc = mlp->register_module("c_fc", Linear(LinearConfig{c.width, c.mlp_width}));
  c_proj = mlp->register_module("c_proj", Linear(LinearConfig{c.mlp_width, c.width}));
  register_module("mlp", mlp);
  ln_2 = register_module("ln_2", LayerNorm(c.width, c.norm_eps));
}

torch::Tensor ClipBlockImpl::attend(const torch::Tensor& x) {
  const int64_t B = x.size(0), L = x.size(1), W = x.size(2);
  const torch::Tensor qkv = ops::linear(x, in_proj_weight, in_proj_bias)  // (B, L, 3 W)
                                .view({B, L, 3, heads_, W / heads_})
                                .transpose(1, 3);  // (B, heads, 3, L, d)
  const std::vector<torch::Tensor> parts = qkv.unbind(2);
  const torch::Tensor mixed = at::scaled_dot_product_attention(parts[0], parts[1], parts[2]);
  return out_proj(mixed.transpose(1, 2).reshape({B, L, W}));
}

torch::Tensor ClipBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor y = x + attend(ln_1(x, in_proj_weight.scalar_type()));
  return y + c_proj(quick_gelu(c_fc(ln_2(y, c_fc->dtype()))));
}

ClipVisionImpl::ClipVisionImpl(const ClipVisionConfig& c) : config(c) {
  class_embedding = register_parameter("class_embedding", torch::zeros({c.width}));
  positional_embedding = register_parameter("positional_embedding", torch::zeros({1 + c.grid * c.grid, c.width}));
  proj = register_parameter("proj", torch::zeros({c.width, c.output_dim}));
  auto conv1 = std::make_shared<torch::nn::Module>();
  conv1_weight =
      conv1->register_parameter("weight", torch::zeros({c.width, c.in_channels, c.patch_size, c.patch_size}));
  register_module("conv1", conv1);
  ln_pre = register_module("ln_pre", LayerNorm(c.width, c.norm_eps));
  torch::nn::ModuleList blocks;
  for (int64_t i = 0; i < c.depth; ++i) {
    resblocks.emplace_back(c);
    blocks->push_back(resblocks.back());
  }
  auto transformer = std::make_shared<torch::nn::Module>();
  transformer->register_module("resblocks", blocks);
  register_module("transformer", transformer);
  ln_post = register_module("ln_post", LayerNorm(c.width, c.norm_eps));
}

// (1 + rows * columns, W)
torch::Tensor ClipVisionImpl::positions(int64_t rows, int64_t columns) const {
  if (rows * columns == config.grid * config.grid && rows == columns) return positional_embedding;
  const torch::Tensor table = positional_embedding.slice(0, 1).unsqueeze(0);  // (1, grid^2, W)
  return torch::cat(
      {positional_embedding.slice(0, 0, 1), ops::resample_positions_at_run_time(table, rows, columns).squeeze(0)});
}

torch::Tensor ClipVisionImpl::embed(const torch::Tensor& images) const {
  const int64_t P = config.patch_size;
  TORCH_CHECK(
      images.dim() == 4 && images.size(1) == config.in_channels && images.size(2) % P == 0 && images.size(3) % P == 0,
      "the teacher wants (B, ", config.in_channels, ", H, W) with sides that ", P, " divides, got ", images.sizes());
  const int64_t B = images.size(0), rows = images.size(2) / P, columns = images.size(3) / P;
  const torch::Tensor patches = at::conv2d(images.to(conv1_weight.scalar_type()), conv1_weight, {}, {P, P})
                                    .flatten(2)
                                    .transpose(1, 2)
                                    .to(torch::kFloat32);  // (B, N, W)
  return torch::cat({class_embedding.expand({B, 1, config.width}), patches}, 1) + positions(rows, columns);
}

torch::Tensor ClipVisionImpl::forward(const torch::Tensor& images, const ClipObserver* observer) {
  const auto observe = [&](const std::string& name, const torch::Tensor& value) {
    if (observer) (*observer)(name, value);
  };
  torch::Tensor x = ln_pre(embed(images));  // (B, 1 + N, W)
  observe("ln_pre", x);
  for (size_t i = 0; i < resblocks.size(); ++i) {
    x = resblocks[i](x);
    observe(fmt::format("block{}", i), x);
  }
  x = ln_post(x);
  observe("ln_post", x);
  x = torch::matmul(x.to(proj.scalar_type()), proj).to(torch::kFloat32);
  observe("projected", x);
  return x;
}

void ClipVisionImpl::cast_matrices(torch::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  const auto cast = [dtype](const torch::Tensor& matrix) {
    torch::Tensor same = matrix;
    same.set_data(matrix.to(dtype));
  };
  for (const torch::Tensor& matrix : {conv1_weight, proj}) cast(matrix);
  for (ClipBlock& block : resblocks) {
    for (const torch::Tensor& matrix :
         {block->in_proj_weight, block->out_proj->weight, block->c_fc->weight, block->c_proj->weight}) {
      cast(matrix);
    }
  }
}

torch::Tensor clip_input(const torch::Tensor& images, bool halves_contrast) {
  static const std::vector<double> kMean = {0.48145466, 0.4578275, 0.40821073};
  static const std::vector<double> kStd = {0.26862954, 0.26130258, 0.27577711};
  const torch::Tensor light = halves_contrast ? ((images + 1.0) / 2.0).clamp(0.0, 1.0) : images;
  return (light - per_channel(kMean, images)) / per_channel(kStd, images);
}

torch::Tensor clip_targets(const torch::Tensor& tokens) {
  return at::layer_norm(tokens.slice(1, 1), {tokens.size(2)}, {}, {}, kTargetNormEps);
}

}  // namespace itpn
