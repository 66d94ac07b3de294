#include <gtest/gtest.h>
#include <torch/torch.h>

#include "itpn/nn/attention_block.h"
#include "itpn/nn/channel_mlp_block.h"
#include "itpn/nn/conv_mixer_block.h"
#include "itpn/nn/init.h"
#include "itpn/nn/patch_embed.h"
#include "itpn/nn/patch_merge.h"
#include "itpn/nn/recompute.h"
#include "itpn/nn/weight_dtype.h"
#include "itpn/ops/relative_position.h"
#include "itpn/ops/tokens.h"

namespace itpn {
namespace {

// Random values in every parameter, so that no term hides behind a zero or a one.
void randomise(torch::nn::Module& module, torch::ScalarType dtype = torch::kFloat32) {
  const torch::NoGradGuard no_grad;
  module.to(dtype);
  for (torch::Tensor& parameter : module.parameters()) parameter.normal_(0.1, 0.5);
}

// Largest relative difference between the gradient of sum(f(x) * c) along a random direction and a central difference,
// of `step` in double precision, over x and all parameters.
double gradient_error(TokenBlock& block, const torch::Tensor& x_values, const BlockContext& context,
                      double step = 1e-5) {
  std::vector<torch::Tensor> leaves = block.parameters();
  torch::Tensor x = x_values.clone().requires_grad_(true);
  leaves.push_back(x);
  const torch::Tensor cotangent = torch::randn_like(block.forward(x, context));
  const auto value = [&] { return (block.forward(x, context).to(torch::kFloat64) * cotangent).sum(); };
  const auto gradients = torch::autograd::grad({value()}, leaves);
  double worst = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor direction = torch::randn_like(leaves[i]), start = leaves[i].detach().clone();
    leaves[i].copy_(start + step * direction);
    const double up = value().item<double>();
    leaves[i].copy_(start - step * direction);
    const double down = value().item<double>();
    leaves[i].copy_(start);
    const double expected = (up - down) / (2 * step), found = (gradients[i] * direction).sum().item<double>();
    worst = std::max(worst, std::abs(found - expected) / std::max(1e-3, std::abs(expected)));
  }
  return worst;
}

BlockContext masked_grid(int64_t rows, int64_t columns, const torch::Tensor& ids) {
  return {rows, columns, ids, {}, {}, {}};
}

TEST(ConvMixerBlock, GradientMatchesDifferences) {
  ConvMixerBlock block(ConvMixerConfig{.dim = 6});
  randomise(*block);
  block->to(torch::kFloat64);
  const torch::Tensor ids = torch::tensor({{0, 3, 5}, {4, 1, 2}});
  EXPECT_LT(gradient_error(*block, torch::randn({2, 3, 2, 2, 6}, torch::kFloat64), masked_grid(2, 3, ids)), 1e-5);
}

TEST(ConvMixerBlock, SeesNeighboursButNoHiddenPatch) {
  ConvMixerBlock block(ConvMixerConfig{.dim = 4});
  randomise(*block);
  const torch::Tensor x = torch::randn({1, 4, 2, 2, 4});
  const torch::Tensor all = block->forward(x, masked_grid(2, 2, {}));
  torch::Tensor changed = x.clone();
  changed[0][3] = torch::randn({2, 2, 4});
  EXPECT_FALSE(torch::allclose(block->forward(changed, masked_grid(2, 2, {}))[0][0], all[0][0]));
  const torch::Tensor ids = torch::tensor({{0, 1}});
  const torch::Tensor kept = block->forward(ops::gather_tokens(x, ids), masked_grid(2, 2, ids));
  const torch::Tensor kept_changed = block->forward(ops::gather_tokens(changed, ids), masked_grid(2, 2, ids));
  EXPECT_TRUE(torch::equal(kept, kept_changed));
}

TEST(ConvMixerBlock, TreatsHiddenPatchesAsZeros) {
  const torch::Tensor x = torch::randn({1, 2, 2, 2, 3});
  const BlockContext context = masked_grid(2, 2, torch::tensor({{2, 1}}));
  const torch::Tensor map = tokens_to_map(x, context);
  EXPECT_EQ(map.sizes(), at::IntArrayRef({1, 3, 4, 4}));
  EXPECT_EQ(map.slice(2, 0, 2).slice(3, 0, 2).abs().sum().item<double>(), 0.0);  // patch 0
  EXPECT_TRUE(torch::equal(map_to_tokens(map, context), x));
}

TEST(ChannelMlpBlock, GradientMatchesDifferences) {
  ChannelMlpBlock block(ChannelMlpConfig{.dim = 4, .ratio = 3.0, .layer_scale = 0.1});
  randomise(*block);
  block->to(torch::kFloat64);
  EXPECT_LT(gradient_error(*block, torch::randn({2, 3, 2, 2, 4}, torch::kFloat64), {}), 1e-5);
}

TEST(AttentionBlock, GradientMatchesDifferencesWithBiasAndLayerScale) {
  AttentionBlockConfig config{.attention = {.dim = 8, .num_heads = 2, .bias_grid = 2}, .layer_scale = 0.1};
  AttentionBlock block(config);
  randomise(*block);
  block->to(torch::kFloat64);
  BlockContext context;
  context.position_index = ops::relative_position_index(2);
  // Its softmax runs in fp32 by design. A step of 1e-5 would divide that noise, which changes with the order of sums,
  // by so little that some runs err by a tenth; one of 2e-3 keeps it and the curvature below a hundredth.
  EXPECT_LT(gradient_error(*block, torch::randn({2, 4, 8}, torch::kFloat64), context, 2e-3), 1e-2);
}

// Output and gradients of the block in fp32, which a CPU with AVX2 fuses, against the separate operations in double.
template <class Block>
void expect_fused_form_agrees(Block& block, const torch::Tensor& x, const BlockContext& context) {
  randomise(*block);
  const torch::Tensor cotangent = torch::randn_like(x);
  block->forward(x, context).backward(cotangent);
  std::vector<torch::Tensor> found;
  for (const torch::Tensor& parameter : block->parameters()) found.push_back(parameter.grad().clone());
  const torch::Tensor y = block->forward(x, context);
  block->zero_grad();
  block->to(torch::kFloat64);
  const torch::Tensor expected = block->forward(x.to(torch::kFloat64), context);
  EXPECT_TRUE(y.to(torch::kFloat64).allclose(expected, 1e-4, 1e-5 * expected.abs().max().template item<double>()));
  expected.backward(cotangent.to(torch::kFloat64));
  const auto parameters = block->named_parameters();
  for (size_t i = 0; i < found.size(); ++i) {
    const torch::Tensor& gradient = parameters[i].value().grad();
    const double gap = (found[i].to(torch::kFloat64) - gradient).abs().max().template item<double>();
    EXPECT_LE(gap, 1e-4 * gradient.abs().max().template item<double>()) << parameters[i].key();
  }
}

BlockContext two_dropped_of_three(int64_t grid) {
  BlockContext context;
  context.position_index = ops::relative_position_index(grid);
  context.drop_path_draws = torch::tensor({{0.9F, 0.1F, 0.2F}, {0.1F, 0.9F, 0.8F}});
  return context;
}

TEST(AttentionBlock, FusedFormTakesBiasLayerScaleAndDropPath) {
  AttentionBlock block(AttentionBlockConfig{
      .attention = {.dim = 16, .num_heads = 2, .bias_grid = 3}, .layer_scale = 0.1, .drop_path = {.rate = 0.5}});
  expect_fused_form_agrees(block, torch::randn({3, 9, 16}), two_dropped_of_three(3));
}

TEST(ChannelMlpBlock, FusedFormTakesLayerScaleAndDropPath) {
  ChannelMlpBlock block(ChannelMlpConfig{.dim = 12, .layer_scale = 0.1, .drop_path = {.rate = 0.5}});
  expect_fused_form_agrees(block, torch::randn({3, 4, 2, 2, 12}), two_dropped_of_three(2));
}

TEST(Attention, FusedAndPlainFormsAgree) {
  Attention attention(AttentionConfig{.dim = 16, .num_heads = 4});
  randomise(*attention);
  const torch::Tensor x = torch::randn({2, 7, 16});
  BlockContext masked;
  masked.key_mask = torch::ones({2, 7}, torch::kBool);  // takes the plain form, hides nothing
  EXPECT_TRUE(torch::allclose(attention->forward(x, {}), attention->forward(x, masked), 1e-5, 1e-5));
}

TEST(Attention, IgnoresMaskedKeysAndStaysFiniteWithoutAny) {
  Attention attention(AttentionConfig{.dim = 8, .num_heads = 2});
  randomise(*attention);
  const torch::Tensor x = torch::randn({1, 3, 8});
  BlockContext context;
  context.key_mask = torch::tensor({{true, true, false}});
  torch::Tensor changed = x.clone();
  changed[0][2] += 5.0;
  EXPECT_TRUE(torch::allclose(attention->forward(x, context)[0][0], attention->forward(changed, context)[0][0]));
  context.key_mask = torch::zeros({1, 3}, torch::kBool);
  EXPECT_TRUE(attention->forward(x, context).isfinite().all().item<bool>());
}

TEST(Attention, SurvivesHugeLogits) {
  Attention attention(AttentionConfig{.dim = 8, .num_heads = 2});
  randomise(*attention);
  EXPECT_TRUE(attention->forward(torch::randn({1, 3, 8}) * 1e4, {}).isfinite().all().item<bool>());
}

torch::Tensor convolved(PatchEmbed& embed, const torch::Tensor& images) {
  const int64_t k = embed->config.patch_size / 4;
  const torch::Tensor map = at::conv2d(images, embed->proj_weight, embed->proj_bias, {k, k});
  const int64_t B = map.size(0), C = map.size(1), H = map.size(2), W = map.size(3);
  return embed->norm(map.reshape({B, C, H / 4, 4, W / 4, 4}).permute({0, 2, 4, 3, 5, 1}).reshape({B, -1, 4, 4, C}));
}

TEST(PatchEmbed, IsTheConvolutionForAnyPatchSizeAndChannels) {
  for (const int64_t patch : {16, 32}) {
    for (const int64_t channels : {1, 3, 6}) {
      PatchEmbed embed(PatchEmbedConfig{.patch_size = patch, .in_channels = channels, .dim = 8});
      randomise(*embed);
      const torch::Tensor images = torch::randn({2, channels, 2 * patch, 3 * patch});
      EXPECT_TRUE(torch::allclose(embed->forward(images), convolved(embed, images), 1e-4, 1e-4));
    }
  }
}

TEST(PatchEmbed, GivesKeptPatchesTheSameNumbersAsAll) {
  PatchEmbed embed(PatchEmbedConfig{.dim = 8});
  randomise(*embed);
  const torch::Tensor images = torch::randn({2, 3, 48, 64}), ids = torch::tensor({{11, 0, 5}, {7, 2, 3}});
  EXPECT_TRUE(
      torch::allclose(embed->forward(images, ids), ops::gather_tokens(embed->forward(images), ids), 1e-5, 1e-5));
}

TEST(RecomputeInBackward, GivesEqualValuesAndGradients) {
  AttentionBlock block(AttentionBlockConfig{.attention = {.dim = 8, .num_heads = 2}});
  randomise(*block);
  const auto gradients = [&](bool recompute) {
    block->zero_grad();
    torch::Tensor x = torch::arange(48.0).reshape({2, 3, 8}).sin().requires_grad_(true);
    const auto forward = [&](const torch::Tensor& y) { return block->forward(y, {}); };
    const torch::Tensor out = recompute ? recompute_in_backward(forward, x, block->parameters()) : forward(x);
    out.pow(2).sum().backward();
    std::vector<torch::Tensor> found = {out.detach(), x.grad()};
    for (const torch::Tensor& parameter : block->parameters()) found.push_back(parameter.grad().clone());
    return found;
  };
  const auto plain = gradients(false), recomputed = gradients(true);
  ASSERT_EQ(plain.size(), recomputed.size());
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(torch::equal(plain[i], recomputed[i])) << i;
}

TEST(RecomputeInBackward, ReachesParametersWhereTheInputWantsNoGradient) {
  ChannelMlpBlock block(ChannelMlpConfig{.dim = 4});
  randomise(*block);
  const auto forward = [&](const torch::Tensor& y) { return block->forward(y, {}); };
  recompute_in_backward(forward, torch::randn({1, 2, 1, 1, 4}), block->parameters()).sum().backward();
  EXPECT_TRUE(block->mlp->fc1->weight.grad().defined());
}

TEST(CastMatmulWeights, LeavesNormsAndBiasesInFp32) {
  AttentionBlock block(AttentionBlockConfig{.attention = {.dim = 8, .num_heads = 2, .bias_grid = 2}});
  cast_matmul_weights(*block, torch::kBFloat16);
  EXPECT_EQ(block->attn->qkv->weight.scalar_type(), torch::kBFloat16);
  EXPECT_EQ(block->attn->qkv->bias.scalar_type(), torch::kFloat32);
  EXPECT_EQ(block->norm1->weight.scalar_type(), torch::kFloat32);
  EXPECT_EQ(block->attn->relative_position_bias_table.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(block->attn->qkv->weight.is_leaf() && block->attn->qkv->weight.requires_grad());
}

TEST(CastMatmulWeights, KeepsTheResidualStreamInFp32) {
  AttentionBlock block(AttentionBlockConfig{.attention = {.dim = 8, .num_heads = 2}});
  randomise(*block);
  const torch::Tensor x = torch::randn({2, 3, 8}), exact = block->forward(x, {});
  cast_matmul_weights(*block, torch::kBFloat16);
  const torch::Tensor y = block->forward(x, {});
  EXPECT_EQ(y.scalar_type(), torch::kFloat32);
  EXPECT_TRUE(torch::allclose(y, exact, 0.1, 0.3));
  y.sum().backward();
  EXPECT_EQ(block->attn->qkv->weight.grad().scalar_type(), torch::kBFloat16);
}

TEST(DropPathInBlocks, DropsBranchesOfChosenSamplesOnly) {
  ChannelMlpBlock block(ChannelMlpConfig{.dim = 4, .drop_path = {.rate = 0.5, .first_row = 1}});
  randomise(*block);
  const torch::Tensor x = torch::randn({2, 3, 1, 1, 4}), plain = block->forward(x, {});
  BlockContext context;
  context.drop_path_draws = torch::tensor({{0.9, 0.9}, {0.1, 0.9}});  // row 1: drop the first, keep the second
  const torch::Tensor y = block->forward(x, context);
  EXPECT_TRUE(torch::equal(y[0], x[0]));
  EXPECT_TRUE(torch::allclose(y[1], x[1] + 2 * (plain[1] - x[1]), 1e-4, 1e-5));
}

TEST(InitialiseParameters, DependsOnSeedAndNameAlone) {
  Mlp small(4, 8), again(4, 8), other(4, 8);
  initialise_parameters(*small, 1);
  initialise_parameters(*again, 1);
  initialise_parameters(*other, 2);
  EXPECT_TRUE(torch::equal(small->fc1->weight, again->fc1->weight));
  EXPECT_FALSE(torch::equal(small->fc1->weight, other->fc1->weight));
  EXPECT_EQ(small->fc1->bias.abs().sum().item<double>(), 0.0);
}

TEST(InitialiseParameters, DrawsLinearsAndConvolutionsFromTheirOwnRanges) {
  Mlp mlp(64, 256);
  initialise_parameters(*mlp, 3);
  EXPECT_NEAR(mlp->fc1->weight.std().item<double>(), 0.02, 0.001);
  PatchEmbed embed(PatchEmbedConfig{});
  initialise_parameters(*embed, 3);
  const double bound = 1.0 / std::sqrt(48.0);
  EXPECT_LE(embed->proj_weight.abs().max().item<double>(), bound);
  EXPECT_GT(embed->proj_weight.abs().max().item<double>(), 0.98 * bound);
  EXPECT_GT(embed->proj_bias.abs().max().item<double>(), 0.5 * bound);
}

}  // namespace
}  // namespace itpn
