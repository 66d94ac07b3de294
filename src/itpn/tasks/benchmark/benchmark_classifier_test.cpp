#include "itpn/tasks/benchmark/benchmark_classifier.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace itpn {
namespace {

ClassifierBenchmarkConfig small_classifier() {
  return {{.preset = "itpn-nano", .batch_size = 2, .image_size = 64, .steps = 1, .windows = 1, .warmup_steps = 1}};
}

std::vector<std::string> phases_of(const ModelSpeed& speed) {
  std::vector<std::string> names;
  for (const auto& [name, share] : speed.phase_share) names.push_back(name);
  return names;
}

TEST(BenchmarkFinetune, MeasuresWholeStepsWithEveryOption) {
  ClassifierBenchmarkConfig config = small_classifier();
  config.layer_scale = 0.1;
  config.drop_path = 0.5;
  config.ema = true;
  const ModelSpeed speed = benchmark_finetune(config);
  EXPECT_GT(speed.images_per_second, 0.0);
  EXPECT_THAT(phases_of(speed), ::testing::ElementsAre("forward", "backward", "norm", "update"));
  EXPECT_EQ(nlohmann::json::parse(to_json(speed)).at("options").at("drop_path").get<double>(), 0.5);
}

TEST(BenchmarkFinetune, CountsTheBaseModelAsTheSpecificationDoes) {
  EXPECT_NEAR(classification_gflop({}), 2 * 17.8166, 1e-3);
}

TEST(BenchmarkPredict, MeasuresAForwardPass) {
  const ModelSpeed speed = benchmark_predict(small_classifier());
  EXPECT_GT(speed.fraction_of_gemm_ceiling, 0.0);
  EXPECT_THAT(phases_of(speed), ::testing::ElementsAre("forward"));
}

}  // namespace
}  // namespace itpn
