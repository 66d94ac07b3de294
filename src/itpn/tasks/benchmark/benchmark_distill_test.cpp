#include "itpn/tasks/benchmark/benchmark_distill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "itpn/models/clip/clip_config.h"
#include "itpn/tasks/inspect/model_cost.h"

namespace itpn {
namespace {

TEST(DistillationCost, CountsTheBaseStudentAsTheSpecificationDoes) {
  Preset base = find_preset("itpn-base");
  base.backbone.rpe = true;
  const ModelCost cost = distillation_cost(base, {}, 512);
  EXPECT_NEAR(cost.macs() * 1e-9, 24.01, 0.01);
  // 88,738,288 with the layer scales: one vector in each of 6 C-MLP blocks, two in each of 24 + 2 attention blocks.
  EXPECT_EQ(cost.parameters() + 3 * 128 + 3 * 256 + 26 * 2 * 512, 88'738'288);
}

TEST(BenchmarkDistill, TellsTheTeachersShareOfAStep) {
  DistillBenchmarkConfig config;
  config.recipe.model.preset = "itpn-nano";
  config.recipe.pretrain.supervision = "clip";
  config.recipe.mfm.enabled = false;
  config.recipe.data.image_size = 32;
  config.recipe.teacher.image_size = 32;
  config.recipe.mask.kind = "blocks";
  config.recipe.mask.hidden_patches = 2;
  config.recipe.mask.min_block = 1;
  config.batch_size = 1;
  config.steps = config.windows = config.warmup_steps = 1;
  const ModelSpeed speed = benchmark_distill(config);
  const auto share = std::find_if(speed.phase_share.begin(), speed.phase_share.end(),
                                  [](const auto& phase) { return phase.first == "teacher"; });
  ASSERT_NE(share, speed.phase_share.end());
  EXPECT_GT(share->second, 0.5);  // ViT-B/16 beside the smallest student
  EXPECT_EQ(speed.phase_share.size(), 5U);
}

}  // namespace
}  // namespace itpn
