#include "itpn/tasks/benchmark/benchmark_pretrain.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace itpn {
namespace {

PretrainBenchmarkConfig small_pretraining() {
  return {{.preset = "itpn-nano", .batch_size = 2, .image_size = 64, .steps = 1, .windows = 1, .warmup_steps = 1}};
}

TEST(BenchmarkPretrain, MeasuresEveryPhaseOfATrainingStep) {
  PretrainBenchmarkConfig config = small_pretraining();
  config.mfm = true;
  const ModelSpeed result = benchmark_pretrain(config);
  EXPECT_GT(result.images_per_second, 0.0);
  EXPECT_GT(result.gemm_gflops, 0.0);
  EXPECT_EQ(result.phase_share.size(), 4);
  double sum = 0.0;
  for (const auto& [phase, share] : result.phase_share) sum += share;
  EXPECT_NEAR(sum, 1.0, 1e-9);
  EXPECT_GT(result.peak_rss_bytes, 0);
  EXPECT_NEAR(result.fraction_of_gemm_ceiling, result.images_per_second * result.image_gflop / result.gemm_gflops,
              1e-9);
}

TEST(BenchmarkPretrain, CountsTheBaseModelAsTheSpecificationDoes) {
  EXPECT_NEAR(pretraining_gflop({}), 67.94, 0.01);  // 3 * 2 * 11.3241
}

TEST(BenchmarkPretrain, SaysItAllInJson) {
  const auto json = nlohmann::json::parse(to_json(benchmark_pretrain(small_pretraining())));
  for (const char* key :
       {"images_per_second", "gemm_gflops", "fraction_of_gemm_ceiling", "phase_share", "peak_rss_mb", "threads"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
}

}  // namespace
}  // namespace itpn
