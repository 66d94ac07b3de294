#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>
#include <mutex>
#include <set>

#include "itpn/ops/drop_path.h"
#include "itpn/ops/fold_2x2.h"
#include "itpn/ops/images_to_device.h"
#include "itpn/ops/linear.h"
#include "itpn/ops/patchify.h"
#include "itpn/ops/relative_position.h"
#include "itpn/ops/resample_positions.h"
#include "itpn/ops/sincos.h"
#include "itpn/ops/to_device.h"
#include "itpn/ops/tokens.h"

namespace itpn::ops {
namespace {

// Where our code is compiled without OpenMP, at::parallel_for runs on one thread without a word.
TEST(Threads, OurLoopsRunOnAllOfThem) {
  const int before = at::get_num_threads();
  at::set_num_threads(2);
  std::mutex mutex;
  std::set<int> seen;
  at::parallel_for(0, 2, 1, [&](int64_t, int64_t) {
    const std::lock_guard lock(mutex);
    seen.insert(at::get_thread_num());
  });
  at::set_num_threads(before);
  EXPECT_EQ(seen.size(), 2);
}

TEST(Fold2x2, PutsColumnsBeforeRows) {
  const at::Tensor x = torch::tensor({0.0, 1.0, 10.0, 11.0}).reshape({1, 1, 2, 2, 1});  // entry = 10 * row + column
  EXPECT_TRUE(torch::equal(fold_2x2(x).flatten(), torch::tensor({0.0, 10.0, 1.0, 11.0})));
}

TEST(Fold2x2, KeepsGroupsApart) {
  const at::Tensor x = torch::arange(16.0).reshape({1, 1, 4, 4, 1});
  EXPECT_TRUE(torch::equal(fold_2x2(x)[0][0][0][1], torch::tensor({2.0, 6.0, 3.0, 7.0})));
}

TEST(Unfold2x2, PutsRowsBeforeColumns) {
  const at::Tensor x = torch::arange(4.0).reshape({1, 1, 1, 1, 4});
  EXPECT_TRUE(torch::equal(unfold_2x2(x).reshape({2, 2}), torch::tensor({{0.0, 1.0}, {2.0, 3.0}})));
}

TEST(Fold2x2, RefusesOddGrids) { EXPECT_THROW(fold_2x2(torch::zeros({1, 1, 3, 3, 2})), c10::Error); }

TEST(SincosTable, HoldsTheColumnFirst) {
  const at::Tensor table = sincos_table(4, 2, 3);  // one frequency, 1: [sin j, cos j, sin i, cos i]
  const at::Tensor token = table[1 * 3 + 2];       // row 1, column 2
  const at::Tensor expected = torch::tensor({std::sin(2.0), std::cos(2.0), std::sin(1.0), std::cos(1.0)});
  EXPECT_TRUE(torch::allclose(token, expected.to(torch::kFloat32)));
}

TEST(ResamplePositions, ShrinksEvenItsOwnGrid) {
  const at::Tensor table = torch::arange(16.0).reshape({1, 16, 1});
  EXPECT_FALSE(torch::allclose(resample_positions_at_run_time(table, 4, 4), table));
  EXPECT_TRUE(torch::allclose(resample_positions_to_size(table, 4, 4), table));
}

TEST(ResamplePositions, GivesAnyGrid) {
  const at::Tensor table = torch::rand({1, 16, 3});
  EXPECT_EQ(resample_positions_at_run_time(table, 5, 7).sizes(), at::IntArrayRef({1, 35, 3}));
  EXPECT_EQ(resample_bias_table(torch::rand({49, 2}), 7).sizes(), at::IntArrayRef({169, 2}));
}

TEST(ResamplePositions, IsTheProductThatOtherDevicesTake) {
  const at::Tensor table = torch::randn({1, 9, 4});
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>(3, 3), {5, 2}}) {
    const at::Tensor product = run_time_resampling_matrix(3, rows, columns).matmul(table[0]);
    EXPECT_TRUE(product.allclose(resample_positions_at_run_time(table, rows, columns)[0], 1e-5, 1e-6));
  }
}

TEST(RelativePositionIndex, PutsTheTokenItselfInTheMiddle) {
  const at::Tensor index = relative_position_index(3);
  EXPECT_TRUE(torch::equal(index.diagonal(), torch::full({9}, 2 * 5 + 2, torch::kInt64)));
  EXPECT_EQ(index[0][8].item<int64_t>(), 0);   // key lower right of the query
  EXPECT_EQ(index[8][0].item<int64_t>(), 24);  // and the reverse
}

TEST(RelativePositionIndex, OfAnyShapeIsAPartOfThatOfTheSquareInWhichItFits) {
  const at::Tensor square = relative_position_index(4), wide = relative_position_index({2, 4}, 4);
  EXPECT_TRUE(torch::equal(wide, square.slice(0, 0, 8).slice(1, 0, 8)));  // the first two rows of patches
  EXPECT_THROW(relative_position_index({2, 5}, 4), c10::Error);
}

TEST(Patchify, ComesBackUnchanged) {
  const at::Tensor images = torch::rand({2, 5, 8, 12});
  const at::Tensor patches = patchify(images, 4);
  EXPECT_EQ(patches.sizes(), at::IntArrayRef({2, 6, 80}));
  EXPECT_TRUE(torch::equal(unpatchify(patches, 4, 8, 12), images));
}

TEST(NormalisePatches, UsesTheUnbiasedVariance) {
  const at::Tensor normal = normalise_patches(torch::rand({2, 3, 12}));
  EXPECT_NEAR(normal.mean().item<double>(), 0.0, 1e-6);
  EXPECT_NEAR(normal.var(-1, true).mean().item<double>(), 1.0, 1e-4);
}

TEST(Tokens, GatherThenScatterRestores) {
  const at::Tensor x = torch::rand({2, 6, 4});
  const at::Tensor ids = torch::tensor({{3, 0, 5}, {1, 2, 4}});
  const at::Tensor some = gather_tokens(x, ids);
  EXPECT_TRUE(torch::equal(some[1][2], x[1][4]));
  EXPECT_TRUE(torch::equal(scatter_tokens(x, ids, some), x));
  EXPECT_TRUE(torch::equal(gather_tokens(x.slice(0, 0, 1), ids)[1][0], x[0][1]));
}

// Value and gradients of `function` of x and y.
std::vector<at::Tensor> results_of(const std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>& function,
                                   const at::Tensor& x, const at::Tensor& y) {
  const at::Tensor a = x.detach().clone().requires_grad_(), b = y.detach().clone().requires_grad_();
  const at::Tensor value = function(a, b);
  (value * torch::linspace(-1.0, 1.0, value.numel()).view(value.sizes())).sum().backward();
  return {value, a.grad(), b.grad()};
}

TEST(Tokens, ByRowsAreTheSameToTheBit) {
  const at::Tensor ids = torch::tensor({{3, 0}, {1, 2}}, torch::kInt64);
  const at::Tensor x = torch::randn({2, 4, 2, 3}), base = torch::randn({2, 4, 3}), tokens = torch::randn({2, 2, 3});
  for (const at::Tensor& from : {x, x.slice(0, 0, 1)}) {  // a picture each, and a table for both
    const auto rows = results_of([&](const auto& a, const auto& b) { return gather_rows(a, ids) + b; }, from, x[0][0]);
    const auto entries =
        results_of([&](const auto& a, const auto& b) { return gather_tokens(a, ids) + b; }, from, x[0][0]);
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_TRUE(rows[i].equal(entries[i])) << i;
  }
  const auto rows = results_of([&](const auto& a, const auto& b) { return scatter_rows(a, ids, b); }, base, tokens);
  const auto entries =
      results_of([&](const auto& a, const auto& b) { return scatter_tokens(a, ids, b); }, base, tokens);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_TRUE(rows[i].equal(entries[i])) << i;
}

TEST(ToDevice, LeavesOnTheCpuWhatIsThere) {
  const at::Tensor host = torch::ones({3});
  EXPECT_TRUE(to_device(host, at::kCPU).is_same(host));
  EXPECT_TRUE(to_device(host, at::kMeta).is_meta());
}

TEST(DropPath, ListsWhatItKeeps) {
  const at::Tensor uniform = torch::tensor({0.29F, 0.31F, 0.999F, 0.0F});
  const KeptSamples kept = kept_samples(0.3, uniform);
  EXPECT_EQ(kept.samples, (std::vector<int64_t>{1, 2}));
  const at::Tensor scaled = drop_path(torch::ones({4, 2}), 0.3, uniform);
  for (const int64_t sample : kept.samples) EXPECT_NEAR(scaled[sample][0].item<double>(), kept.factor, 1e-6);
  EXPECT_EQ(scaled.count_nonzero().item<int64_t>(), 4);
}

TEST(DropPath, KeepsTheMean) {
  const at::Tensor uniform = (torch::arange(1000.0) + 0.5) / 1000.0;
  const at::Tensor y = drop_path(torch::ones({1000, 1}), 0.3, uniform);
  EXPECT_NEAR(y.mean().item<double>(), 1.0, 1e-5);
  EXPECT_EQ((y == 0).sum().item<int64_t>(), 300);
}

TEST(Linear, FollowsTheDtypeOfItsWeight) {
  const at::Tensor x = torch::rand({2, 3}), weight = torch::rand({4, 3}), bias = torch::rand({4});
  EXPECT_EQ(linear(x, weight.to(torch::kBFloat16), bias).scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::allclose(linear(x, weight, bias), at::linear(x, weight, bias)));
}

TEST(Linear, HasTheGradientsOfItsTwinInDoublePrecision) {
  torch::manual_seed(2);
  const std::vector<at::Tensor> values = {torch::randn({2, 5, 12}), torch::randn({7, 12}), torch::randn({7})};
  const at::Tensor upstream = torch::randn({2, 5, 7});
  for (const bool has_bias : {true, false}) {
    std::vector<at::Tensor> ours, twins;
    for (const at::Tensor& value : values) {
      ours.push_back(value.clone().requires_grad_());
      twins.push_back(value.to(torch::kDouble).requires_grad_());
    }
    linear(ours[0], ours[1], has_bias ? ours[2] : at::Tensor()).backward(upstream);
    at::linear(twins[0], twins[1], has_bias ? twins[2] : at::Tensor()).backward(upstream.to(torch::kDouble));
    for (size_t i = 0; i < (has_bias ? 3 : 2); ++i) {
      EXPECT_TRUE(torch::allclose(ours[i].grad().to(torch::kDouble), twins[i].grad(), 1e-4, 1e-5)) << i;
    }
  }
  const at::Tensor frozen = values[1].clone(), input = values[0].clone().requires_grad_();
  linear(input, frozen, at::Tensor()).sum().backward();
  EXPECT_TRUE(torch::allclose(input.grad(), frozen.sum(0).expand_as(input), 1e-4, 1e-5));
  EXPECT_EQ(linear(torch::empty({0, 12}), frozen, at::Tensor()).sizes(), (std::vector<int64_t>{0, 7}));
}

TEST(LayerNorm, NormalisesInFp32WhateverGoesOut) {
  const at::Tensor x = torch::rand({2, 8}) * 1e4;
  const LayerNormWeights weights{torch::ones({8}), torch::zeros({8}), 1e-6};
  const at::Tensor exact = layer_norm(x, weights, torch::kFloat32);
  const at::Tensor short_float = layer_norm(x, weights, torch::kBFloat16);
  EXPECT_EQ(short_float.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::equal(short_float, exact.to(torch::kBFloat16)));
}

HostBatch two_pixels() {
  HostBatch batch;
  batch.count = 1;
  batch.height = 1;
  batch.width = 2;
  batch.pixels = {0, 51, 255, 255, 102, 0};
  return batch;
}

TEST(ImagesToDevice, NormalisesEachChannel) {
  const PixelStatistics statistics{{0.0, 0.2, 1.0}, {1.0, 0.5, 0.25}};
  const at::Tensor images = images_to_device(two_pixels(), statistics, torch::kCPU);
  const at::Tensor expected = torch::tensor({0.0, 1.0, 0.0, 0.4, 0.0, -4.0}).reshape({1, 3, 1, 2});
  EXPECT_TRUE(torch::allclose(images, expected.to(torch::kFloat32), 1e-5, 1e-6));
}

TEST(ImagesToDevice, ComesBackAsTheSameBytes) {
  const PixelStatistics statistics;
  const at::Tensor bytes = images_to_bytes(images_to_device(two_pixels(), statistics, torch::kCPU), statistics);
  EXPECT_TRUE(
      torch::equal(bytes.permute({0, 2, 3, 1}).flatten(), torch::tensor({0, 51, 255, 255, 102, 0}).to(torch::kUInt8)));
}

TEST(ImagesToDevice, GivesTheBitsOfThePlainOperations) {
  HostBatch batch;
  batch.count = 2;
  batch.height = 16;
  batch.width = 24;
  for (int i = 0; i < 2 * 16 * 24 * 3; ++i) batch.pixels.push_back(static_cast<uint8_t>(i * 37 + i / 256));
  const PixelStatistics statistics;
  const auto constants = [](const std::vector<double>& of) {
    return torch::tensor(of, torch::kFloat32).reshape({3, 1, 1});
  };
  const at::Tensor bytes = torch::tensor(batch.pixels, torch::kUInt8).reshape({2, 16, 24, 3}).permute({0, 3, 1, 2});
  const at::Tensor plain =
      bytes.to(torch::kFloat32).div(255.0).sub(constants(statistics.mean)).div(constants(statistics.std));
  EXPECT_TRUE(torch::equal(images_to_device(batch, statistics, torch::kCPU), plain));
}

TEST(ImagesToDevice, TakesAnyNumberOfChannels) {
  HostBatch batch = two_pixels();
  batch.width = 1;
  batch.channels = 6;
  EXPECT_EQ(images_to_device(batch, {{0.5}, {0.5}}, torch::kCPU).sizes(), at::IntArrayRef({1, 6, 1, 1}));
  EXPECT_THROW(images_to_device(batch, {}, torch::kCPU), c10::Error);
}

}  // namespace
}  // namespace itpn::ops
