#include "itpn/engine/metrics_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

class Metrics : public ::testing::Test {
 protected:
  std::vector<std::string> event_files() const {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().filename().string().starts_with("events.out.")) paths.push_back(entry.path());
    }
    return paths;
  }
  // Whether the only event file tells TensorBoard that the run goes on before `step` (< 128).
  bool restarts_at(char step) const {
    const std::string record{'\x10', step, '\x3A', '\x02', '\x08', '\x01'};
    return read_text_file(posix_fs(), event_files().at(0)).find(record) != std::string::npos;
  }

  test::TemporaryDirectory folder_;
  RunDirectory directory_{posix_fs(), folder_.path(), ExistingRun::kRefuse};
};

TEST_F(Metrics, AnEventFileIsMadeForTheFirstNumberAndNotedAsTheRuns) {
  MetricsWriter metrics(posix_fs(), directory_, true, std::nullopt);
  EXPECT_TRUE(event_files().empty());
  metrics.write(1, 0.1, {{"loss", 0.5}});
  ASSERT_EQ(event_files().size(), 1U);
  const std::string name = std::filesystem::path(event_files()[0]).filename();
  EXPECT_TRUE(RunFiles(posix_fs(), folder_.path()).holds(name));
  EXPECT_FALSE(restarts_at(1));
}

TEST_F(Metrics, OfARunThatGoesOnBeginWithARestartBehindTheStepsThatStay) {
  MetricsWriter metrics(posix_fs(), directory_, true, 5);
  metrics.add_image("panel", Image(2, 2, 3), 6);
  EXPECT_TRUE(restarts_at(6));
}

TEST_F(Metrics, WithoutTensorboardThereIsNoEventFile) {
  MetricsWriter metrics(posix_fs(), directory_, false, 5);
  metrics.write(6, 0.1, {{"loss", 0.5}});
  EXPECT_TRUE(event_files().empty());
  EXPECT_GT(metrics.size(), 0U);
}

TEST(IsLogged, TheFirstTheLastAndEverySoManyth) {
  std::vector<int64_t> logged;
  Progress progress;
  progress.total_steps = 25;
  for (; progress.step < progress.total_steps; ++progress.step) {
    if (is_logged(progress, 10)) logged.push_back(progress.step + 1);
  }
  EXPECT_EQ(logged, (std::vector<int64_t>{1, 10, 20, 25}));
}

}  // namespace
}  // namespace itpn
