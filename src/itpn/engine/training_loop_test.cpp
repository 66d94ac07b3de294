#include "itpn/engine/training_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <set>

#include "itpn/core/errors.h"
#include "tests/support/error_of.h"

namespace itpn {
namespace {

using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Learns the weight of y = w x from samples x = 1, 2, 3, ...; the loss of chosen micro-batches is made NaN.
class LineTask : public TrainTask {
 public:
  LineTask() { model->weight.data().fill_(0.0); }

  const BatchHead& fetch() override {
    batch = {};
    batch.count = 2;
    batch.positions = {2 * fetched, 2 * fetched + 1};
    batch.indices = {static_cast<int64_t>(100 + 2 * fetched), static_cast<int64_t>(101 + 2 * fetched)};
    batch.wait_seconds = 0.5;
    ++fetched;
    return batch;
  }

  StepLosses forward() override {
    const auto first = static_cast<double>(batch.positions[0] % 7);
    const torch::Tensor x = torch::tensor({{first + 1.0}, {first + 2.0}}, torch::kFloat32);
    torch::Tensor loss = (model(x) - 3.0 * x).square().mean();
    if (poisoned.contains(batch.positions[0] / 2)) loss = loss * kNaN;
    return {loss, {{"loss_line", loss}}};
  }

  void after_update(const Progress&) override { ++updates; }
  std::string sample_name(int64_t index) const override { return "picture " + std::to_string(index); }
  std::vector<NamedNumber> after_step(Progress&, bool) override { return {}; }

  torch::nn::Linear model{torch::nn::LinearOptions(1, 1).bias(false)};
  std::set<uint64_t> poisoned;
  BatchHead batch;
  uint64_t fetched = 0;
  int updates = 0;
};

class Record : public LoopObserver {
 public:
  void on_step(const Progress&, const StepReport& report) override { reports.push_back(report); }
  void on_boundary(const Progress&, const StepReport&) override {}
  void on_skipped_step(const SkippedStep& step) override { skipped.push_back(step); }
  void on_epoch(const Progress&, double mean_loss) override { epoch_losses.push_back(mean_loss); }
  void on_task_numbers(const Progress&, const std::vector<NamedNumber>&) override {}
  int stop_signal() override { return static_cast<int>(reports.size()) == stop_after ? 15 : 0; }
  std::string last_good_checkpoint() const override { return "checkpoints/step-7"; }

  std::vector<StepReport> reports;
  std::vector<SkippedStep> skipped;
  std::vector<double> epoch_losses;
  int stop_after = -1;
};

struct Training {
  explicit Training(int64_t micro_batches = 1)
      : updater(*task.model, {.optimizer = AdamWConfig{},
                              .groups = weight_decay_groups(trainable_parameters(*task.model), 0.0),
                              .accumulate = micro_batches > 1}) {
    config.train.global_batch_size = 2 * micro_batches;
    config.train.micro_batch_size = 2;
    config.train.max_skipped_steps = 2;
    config.log_every_steps = 1;
    config.learning_rate = [](const Progress&) { return 0.01; };
    progress.steps_per_epoch = 5;
    progress.total_steps = 10;
  }
  int train() { return TrainingLoop(config, task, updater, scaler, record).run(progress); }
  double weight() const { return task.model->weight.item<double>(); }

  LineTask task;
  ParameterUpdater updater;
  GradScaler scaler{false};
  Record record;
  LoopConfig config;
  Progress progress;
};

TEST(TrainingLoop, LearnsAndCounts) {
  Training run;
  EXPECT_EQ(run.train(), 0);
  EXPECT_GT(run.weight(), 0.08);
  // The eighth step sees the samples of the first again (14 mod 7 is 0).
  EXPECT_LT(run.record.reports[7].loss, run.record.reports[0].loss);
  EXPECT_EQ(run.progress.step, 10);
  EXPECT_EQ(run.progress.epoch, 2);
  EXPECT_EQ(run.progress.samples_seen, 20);
  EXPECT_EQ(run.task.updates, 10);
}

TEST(TrainingLoop, LossOfAStepAndOfAnEpochAreExactMeans) {
  Training run(2);
  run.train();
  const auto& reports = run.record.reports;
  // Step 1 at weight 0: the mean of (3 x)^2 over x = 1, 2 and over x = 3, 4.
  EXPECT_DOUBLE_EQ(reports[0].loss, 9.0 * (1 + 4 + 9 + 16) / 4);
  EXPECT_DOUBLE_EQ(reports[0].parts[0].second, reports[0].loss);
  double sum = 0.0;
  for (int i = 0; i < 5; ++i) sum += reports[i].loss;
  EXPECT_DOUBLE_EQ(run.record.epoch_losses[0], sum / 5);
}

TEST(TrainingLoop, AStepThatIsNotFiniteChangesNothing) {
  Training run;
  run.task.poisoned = {3};
  run.progress.total_steps = 3;
  run.train();
  const double before = run.weight();
  const torch::Tensor moment = run.updater.optimizer_state()[0].second.clone();
  run.progress.total_steps = 4;
  run.train();
  EXPECT_EQ(run.weight(), before);
  EXPECT_TRUE(torch::equal(run.updater.optimizer_state()[0].second, moment));
  EXPECT_EQ(run.task.updates, 3);
  EXPECT_EQ(run.progress.counters.skipped_steps, 1);
  EXPECT_EQ(run.progress.step, 4);
  EXPECT_FALSE(run.record.reports.back().is_finite);
}

TEST(TrainingLoop, TooManySkippedStepsStopTheRunAndNameTheLastCheckpoint) {
  Training run;
  run.task.poisoned = {2, 4, 5};
  EXPECT_THAT(test::error_of(ExitCode::kNotFinite, [&] { run.train(); }), HasSubstr("checkpoints/step-7"));
  ASSERT_EQ(run.record.skipped.size(), 3);
  EXPECT_EQ(run.record.skipped[2].samples.front().position, 10);
  EXPECT_EQ(run.record.skipped[2].samples.back().position, 11);
}

TEST(TrainingLoop, ASkippedStepTellsItsPicturesAndTheLossOfEachPass) {
  Training run(2);
  run.task.poisoned = {3};
  run.progress.total_steps = 2;
  run.train();
  ASSERT_EQ(run.record.skipped.size(), 1);
  const SkippedStep& skipped = run.record.skipped[0];
  EXPECT_EQ(skipped.step, 2);
  ASSERT_EQ(skipped.samples.size(), 4);
  EXPECT_EQ(skipped.samples[0].name, "picture 104");
  EXPECT_EQ(skipped.samples[3].position, 7);
  EXPECT_EQ(skipped.samples[3].micro_batch, 1);
  EXPECT_TRUE(std::isfinite(skipped.micro_losses[0]));
  EXPECT_TRUE(std::isnan(skipped.micro_losses[1]));
}

TEST(TrainingLoop, StopEndsAtTheFirstStepThatIsNotFinite) {
  Training run;
  run.config.train.on_non_finite = "stop";
  run.task.poisoned = {4};
  EXPECT_THROW(run.train(), Error);
  EXPECT_EQ(run.record.skipped.size(), 1);
}

TEST(TrainingLoop, RewindTellsTheFirstStepOfTheWindow) {
  Training run;
  run.config.train.on_non_finite = "rewind";
  run.task.poisoned = {4, 6, 7};
  try {
    run.train();
    FAIL() << "no error";
  } catch (const Diverged& diverged) {
    EXPECT_EQ(diverged.first_step(), 4);
    EXPECT_EQ(diverged.skipped_steps(), 3);
    EXPECT_EQ(diverged.code(), ExitCode::kNotFinite);
  }
}

TEST(TrainingLoop, SkippedStepsOutsideTheWindowAreForgiven) {
  Training run;
  run.config.train.skip_window = 3;
  run.config.train.max_skipped_steps = 1;
  run.task.poisoned = {1, 5, 9};
  EXPECT_EQ(run.train(), 0);
  EXPECT_EQ(run.progress.counters.skipped_steps, 3);
}

TEST(TrainingLoop, ClippingLimitsTheUpdateNotTheReport) {
  Training free, clipped;
  clipped.config.clip_grad = 1e-9;
  free.progress.total_steps = clipped.progress.total_steps = 1;
  free.train();
  clipped.train();
  EXPECT_EQ(free.record.reports[0].grad_norm, clipped.record.reports[0].grad_norm);
  EXPECT_LT(clipped.weight(), 0.5 * free.weight());
}

TEST(TrainingLoop, StopsAtTheStepBoundaryAfterASignal) {
  Training run;
  run.record.stop_after = 3;
  EXPECT_EQ(run.train(), 15);
  EXPECT_EQ(run.progress.step, 3);
}

TEST(TrainingLoop, AccumulationEqualsOneLargeBatch) {
  Training whole, parts(2);
  parts.progress.total_steps = 1;
  parts.train();
  // The same four samples in one batch, by hand.
  const torch::Tensor x = torch::tensor({{1.0}, {2.0}, {3.0}, {4.0}}, torch::kFloat32);
  (whole.task.model(x) - 3.0 * x).square().mean().backward();
  whole.updater.add_gradients();
  EXPECT_FLOAT_EQ(whole.updater.gradient_norm().item<float>(), parts.record.reports[0].grad_norm);
}

TEST(TrainingLoop, ResumedScalerGoesOn) {
  Training run;
  run.scaler = GradScaler(true);
  run.progress.scaler.scale = 1024.0;
  run.train();
  EXPECT_EQ(run.progress.scaler.scale, 1024.0);
  EXPECT_EQ(run.progress.scaler.good_steps, 10);
  Training plain;
  plain.train();
  EXPECT_NEAR(run.weight(), plain.weight(), 1e-6);
}

}  // namespace
}  // namespace itpn
