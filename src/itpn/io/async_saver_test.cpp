#include "itpn/io/async_saver.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>

#include "itpn/core/errors.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

class AsyncSaverTest : public testing::Test {
 protected:
  // A job whose file is written only after `gate` has been opened.
  static SaveJob job(int64_t step, std::shared_future<void> gate = {}) {
    const CheckpointFile file{"state", [step, gate](const ByteSink& sink) {
                                if (gate.valid()) gate.wait();
                                const std::string text = fmt::format("step {}", step);
                                sink(std::as_bytes(std::span(text)));
                                return std::vector<TensorInfo>{};
                              }};
    return {step, {file}, {}};
  }
  static SaveJob failing_job(int64_t step) {
    const CheckpointFile file{"state", [](const ByteSink&) -> std::vector<TensorInfo> { throw io_error("injected"); }};
    return {step, {file}, {}};
  }

  test::TemporaryDirectory directory_;
  CheckpointStore store_{posix_fs(), directory_.file("checkpoints")};
};

TEST_F(AsyncSaverTest, TrainingGoesOnWhileItSaves) {
  AsyncSaver saver(store_);
  std::promise<void> gate;
  saver.submit(job(1, gate.get_future().share()));
  EXPECT_TRUE(saver.is_busy());
  EXPECT_FALSE(saver.poll());
  gate.set_value();
  const auto saved = saver.wait();
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->step, 1);
  EXPECT_FALSE(saver.is_busy());
  EXPECT_FALSE(saver.poll()) << "an outcome is told once";
}

TEST_F(AsyncSaverTest, OnlyOneSaveIsUnderWay) {
  AsyncSaver saver(store_);
  for (int64_t step = 1; step <= 5; ++step) saver.submit(job(step));
  EXPECT_EQ(saver.wait()->step, 5);
  EXPECT_EQ(store_.find_latest_verified()->step(), 5);
}

TEST_F(AsyncSaverTest, AnErrorComesOutOnceAndTheNextSaveWorks) {
  AsyncSaver saver(store_);
  saver.submit(failing_job(1));
  EXPECT_THROW(saver.submit(job(2)), SaveError);
  saver.submit(job(3));
  EXPECT_EQ(saver.wait()->step, 3);
}

TEST_F(AsyncSaverTest, ItsEndWaitsForTheSaveUnderWay) {
  {
    AsyncSaver saver(store_);
    saver.submit(job(4));
  }
  EXPECT_EQ(store_.find_latest_verified()->step(), 4);
}

// Two copies of the state at a time would double the memory.
TEST_F(AsyncSaverTest, TheCopyOfTheStateIsGoneBeforeTheSaveCountsAsEnded) {
  auto copy = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = copy;
  AsyncSaver saver(store_);
  SaveJob owner = job(1);
  owner.files[0].write = [copy = std::move(copy)](const ByteSink&) { return std::vector<TensorInfo>{}; };
  saver.submit(std::move(owner));
  saver.wait();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace itpn
