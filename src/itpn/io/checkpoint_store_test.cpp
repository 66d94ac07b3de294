#include "itpn/io/checkpoint_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "itpn/core/errors.h"
#include "itpn/core/sha256.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CheckpointStoreTest : public testing::Test {
 protected:
  std::string path(int64_t step) const { return checkpoint_path(directory_, step); }
  std::string text_of(int64_t step) { return read_text_file(fs_, join_path(path(step), "state.json")); }
  std::vector<int64_t> steps() { return checkpoint_steps(fs_, directory_); }
  std::vector<std::string> names() {
    std::vector<DirectoryEntry> entries;
    fs_.list(directory_, &entries);
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
  }
  static std::vector<CheckpointFile> files(int64_t step) {
    return {text_checkpoint_file("state.json", fmt::format("state of step {}", step))};
  }
  void overwrite(const std::string& file, const std::string& text) {
    OpenFile(fs_, file, OpenMode::kCreate).write_all(std::as_bytes(std::span(text)));
  }

  test::TemporaryDirectory temporary_;
  Fs& fs_ = posix_fs();
  std::string directory_ = temporary_.file("run/checkpoints");
};

TEST_F(CheckpointStoreTest, FindsWhatItSaved) {
  CheckpointStore store(fs_, directory_);
  EXPECT_FALSE(store.find_latest_verified());
  const auto saved = store.save(7, files(7), {{"config", "abc"}});
  EXPECT_EQ(saved.path, path(7));
  EXPECT_FALSE(saved.was_there);
  const auto found = CheckpointStore(fs_, directory_).find_latest_verified();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->step(), 7);
  EXPECT_EQ(found->manifest.info.at("config"), "abc");
  EXPECT_EQ(found->manifest.total_bytes(), saved.bytes);
  EXPECT_THAT(names(), ElementsAre("step-7"));
}

TEST_F(CheckpointStoreTest, RecordsTheHashOfEachTensor) {
  const std::vector<float> weights = {1, 2, 3, 4};
  const std::vector<uint8_t> flags = {5, 6};
  const std::vector<TensorBytes> tensors = {{"flags", DType::kU8, {2}, std::as_bytes(std::span(flags))},
                                            {"none", DType::kF32, {0}, {}},
                                            {"weights", DType::kF32, {2, 2}, std::as_bytes(std::span(weights))}};
  const CheckpointFile file{"model.safetensors",
                            [&](const ByteSink& sink) { return write_safetensors(sink, tensors); }};
  CheckpointStore(fs_, directory_).save(1, {&file, 1});
  const auto checkpoint = verify_checkpoint(fs_, path(1));
  const TensorRecord* record = checkpoint.manifest.find("model.safetensors")->find("weights");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->sha256, sha256_hex(std::as_bytes(std::span(weights))));
  SafetensorsFile stored(fs_, join_path(path(1), "model.safetensors"));
  EXPECT_EQ(record->offset, stored.find("weights")->offset);
  for (const auto& tensor : tensors) {
    EXPECT_NO_THROW(check_tensor_bytes(checkpoint, "model.safetensors", tensor.name, tensor.bytes)) << tensor.name;
  }
  const std::vector<float> others = {1, 2, 3, 5};
  test::error_of(ExitCode::kCheckpoint, [&] {
    check_tensor_bytes(checkpoint, "model.safetensors", "weights", std::as_bytes(std::span(others)));
  });
}

TEST_F(CheckpointStoreTest, KeepsTheLastTheBestAndEveryNth) {
  CheckpointStore store(fs_, directory_, {.keep_last = 2, .keep_every_steps = 40});
  for (int64_t step = 10; step <= 100; step += 10) {
    store.save(step, files(step));
    if (step == 30) store.mark_best(30);
  }
  EXPECT_THAT(steps(), ElementsAre(30, 40, 80, 90, 100));
  EXPECT_EQ(store.best_step(), 30);
}

TEST_F(CheckpointStoreTest, KeepsTwoEvenIfAskedForFewer) {
  CheckpointStore store(fs_, directory_, {.keep_last = 0});
  for (int64_t step = 1; step <= 4; ++step) store.save(step, files(step));
  EXPECT_THAT(steps(), ElementsAre(3, 4));
}

// A new process has verified nothing but what it found or wrote; what it has not read it does not count.
TEST_F(CheckpointStoreTest, DeletesNothingBeforeItHasVerifiedTwoItself) {
  for (int64_t step = 1; step <= 3; ++step) CheckpointStore(fs_, directory_).save(step, files(step));
  EXPECT_THAT(steps(), ElementsAre(1, 2, 3));
  CheckpointStore store(fs_, directory_);
  ASSERT_EQ(store.find_latest_verified()->step(), 3);
  store.save(4, files(4));
  EXPECT_THAT(steps(), ElementsAre(3, 4));
}

TEST_F(CheckpointStoreTest, FallsBackPastDamageAndSaysWhy) {
  CheckpointStore store(fs_, directory_, {.keep_last = 3});
  for (int64_t step = 1; step <= 3; ++step) store.save(step, files(step));
  overwrite(join_path(path(3), "state.json"), "state of step 9");
  overwrite(join_path(path(2), kManifestName), "");
  const auto scan = scan_checkpoints(fs_, directory_);
  ASSERT_TRUE(scan.latest);
  EXPECT_EQ(scan.latest->step(), 1);
  ASSERT_EQ(scan.rejected.size(), 2U);
  EXPECT_THAT(scan.rejected[0].reason, HasSubstr("state.json: damaged"));
  EXPECT_THAT(scan.rejected[1].reason, HasSubstr("the manifest is cut"));
}

// For who wants the weights alone: damage in the weights is noticed, damage in the rest is none of their business as
// long as the sizes are right.
TEST_F(CheckpointStoreTest, VerifyingOneFileReadsThatOneAlone) {
  CheckpointStore store(fs_, directory_);
  for (const int64_t step : {1, 2}) {
    const std::vector<CheckpointFile> both = {text_checkpoint_file("state.json", "state"),
                                              text_checkpoint_file("model", "weights")};
    store.save(step, both);
  }
  overwrite(join_path(path(2), "state.json"), "STATE");
  EXPECT_EQ(scan_checkpoints(fs_, directory_).latest->step(), 1);
  EXPECT_EQ(scan_checkpoints(fs_, directory_, "model").latest->step(), 2);
  overwrite(join_path(path(2), "model"), "WEIGHTS");
  EXPECT_EQ(scan_checkpoints(fs_, directory_, "model").latest->step(), 1);
  overwrite(join_path(path(1), "state.json"), "longer than it was");
  EXPECT_FALSE(scan_checkpoints(fs_, directory_, "model").latest);
}

TEST_F(CheckpointStoreTest, FindsTheNewestOneBeforeAStepThatIsWhole) {
  CheckpointStore store(fs_, directory_, {.keep_last = 9});
  EXPECT_FALSE(store.find_verified_before(5));
  for (const int64_t step : {10, 20, 30, 40}) store.save(step, files(step));
  EXPECT_EQ(store.find_verified_before(35)->step(), 30);
  EXPECT_EQ(store.find_verified_before(30)->step(), 30);
  overwrite(join_path(path(30), "state.json"), "state of step 9");
  EXPECT_EQ(store.find_verified_before(35)->step(), 20);
  EXPECT_EQ(store.find_verified_before(5)->step(), 10) << "all are newer: the oldest";
}

TEST_F(CheckpointStoreTest, NeverStartsFromZeroIfAllAreDamaged) {
  CheckpointStore store(fs_, directory_);
  store.save(1, files(1));
  remove_all(fs_, join_path(path(1), "state.json"));
  EXPECT_THAT(test::error_of(ExitCode::kCheckpoint, [&] { store.find_latest_verified(); }), HasSubstr("state.json"));
}

TEST_F(CheckpointStoreTest, ACheckpointUnderAnotherStepsNameIsNotTaken) {
  CheckpointStore store(fs_, directory_);
  store.save(1, files(1));
  store.save(2, files(2));
  fs_.rename(path(2), path(5));
  const auto scan = scan_checkpoints(fs_, directory_);
  EXPECT_EQ(scan.latest->step(), 1);
  EXPECT_THAT(scan.rejected.at(0).reason, HasSubstr("of step 2"));
}

std::string with_own_hash(std::string body) {
  return body + ",\n \"manifest_sha256\": \"" + sha256_hex(body) + "\"\n}\n";
}

TEST_F(CheckpointStoreTest, RefusesALaterFormatAndNamesBoth) {
  CheckpointStore store(fs_, directory_);
  store.save(1, files(1));
  make_directories(fs_, path(2));
  overwrite(join_path(path(2), kManifestName), with_own_hash("{\"format\": 7, \"step\": 2, \"new\": []"));
  const std::string message = test::error_of(ExitCode::kCheckpoint, [&] { store.find_latest_verified(); });
  EXPECT_THAT(message, HasSubstr("format 7"));
  EXPECT_THAT(message, HasSubstr("up to 1"));
}

TEST_F(CheckpointStoreTest, AHostileManifestIsAnErrorAndReadsNothingOutside) {
  make_directories(fs_, path(1));
  const std::string hash(64, 'a');
  for (const std::string& body : {
           std::string("{\"format\": 1"),
           std::string("[1"),
           std::string("{\"format\": \"x\""),
           std::string("{\"format\": 1, \"step\": -1e999, \"info\": {}, \"files\": []"),
           std::string("{\"format\": 1, \"step\": 1, \"info\": [], \"files\": []"),
           std::string("{\"format\": 1, \"step\": 1, \"info\": {}, \"files\": [3]"),
           "{\"format\": 1, \"step\": 1, \"info\": {}, \"files\": " + std::string(100000, '['),
           "{\"format\": 1, \"step\": 1, \"info\": {}, \"files\": [{\"name\": \"../x\", \"bytes\": 0, \"sha256\": \"" +
               hash + "\", \"tensors\": []}]",
           "{\"format\": 1, \"step\": 1, \"info\": {}, \"files\": [{\"name\": \"x\", \"bytes\": 9, \"sha256\": \"" +
               hash +
               "\", \"tensors\": [{\"name\": \"t\", \"offset\": 18446744073709551615, \"bytes\": 9, \"sha256\": \"" +
               hash + "\"}]}]",
       }) {
    overwrite(join_path(path(1), kManifestName), with_own_hash(body));
    SCOPED_TRACE(body.substr(0, 200));
    test::error_of(ExitCode::kCheckpoint, [&] { verify_checkpoint(fs_, path(1)); });
  }
}

TEST_F(CheckpointStoreTest, AGoodCheckpointOfTheSameStepIsKept) {
  CheckpointStore store(fs_, directory_);
  store.save(1, {{text_checkpoint_file("state.json", "first")}});
  EXPECT_TRUE(store.save(1, {{text_checkpoint_file("state.json", "second")}}).was_there);
  EXPECT_EQ(text_of(1), "first");
}

TEST_F(CheckpointStoreTest, ADamagedCheckpointOfTheSameStepIsReplaced) {
  CheckpointStore store(fs_, directory_);
  store.save(1, files(1));
  overwrite(join_path(path(1), "state.json"), "x");
  EXPECT_FALSE(store.save(1, files(1)).was_there);
  EXPECT_EQ(text_of(1), "state of step 1");
  EXPECT_THAT(names(), ElementsAre("step-1"));
}

TEST_F(CheckpointStoreTest, CleansUpWhatAnEarlierProcessLeft) {
  CheckpointStore store(fs_, directory_);
  store.save(0, files(0));
  ASSERT_GE(fs_.rename(path(0), join_path(directory_, ".del-step-0-99-0")), 0);
  ASSERT_GE(fs_.unlink(join_path(directory_, ".del-step-0-99-0/state.json")), 0);
  store.save(1, files(1));
  make_directories(fs_, join_path(directory_, ".tmp-2-99"));
  overwrite(join_path(directory_, ".tmp-2-99/model"), "half");
  overwrite(join_path(directory_, "best.tmp-99-0"), "1");
  overwrite(join_path(directory_, "notes of a person"), "stay");
  store.clean_leftovers();
  EXPECT_THAT(names(), ElementsAre("notes of a person", "step-1"));
}

TEST_F(CheckpointStoreTest, GoingOnFromAnOlderOneSetsTheNewerAside) {
  CheckpointStore store(fs_, directory_, {.keep_last = 5});
  for (int64_t step = 1; step <= 3; ++step) store.save(step, files(step));
  EXPECT_THAT(store.set_aside_newer(1), testing::SizeIs(2));
  EXPECT_EQ(store.find_latest_verified()->step(), 1);
  store.save(2, files(2));
  store.set_aside_newer(1);
  EXPECT_THAT(names(), ElementsAre("aside-step-2", "aside-step-2-2", "aside-step-3", "step-1"));
}

TEST_F(CheckpointStoreTest, AWriterThatThrowsLeavesNothingBehind) {
  CheckpointStore store(fs_, directory_);
  store.save(1, files(1));
  const CheckpointFile bad{"model", [](const ByteSink& sink) -> std::vector<TensorInfo> {
                             sink(std::as_bytes(std::span("abc")));
                             throw std::logic_error("defect");
                           }};
  EXPECT_THROW(store.save(2, {&bad, 1}), std::logic_error);
  EXPECT_THAT(names(), ElementsAre("step-1"));
}

TEST_F(CheckpointStoreTest, ATensorInPiecesIsADefectOfTheCaller) {
  const CheckpointFile bad{"model", [](const ByteSink& sink) {
                             for (int i = 0; i < 2; ++i) sink(std::as_bytes(std::span("abc", 3)));
                             return std::vector<TensorInfo>{{"t", DType::kU8, {6}, 0, 6}};
                           }};
  EXPECT_THROW(CheckpointStore(fs_, directory_).save(2, {&bad, 1}), std::invalid_argument);
  EXPECT_THAT(names(), IsEmpty());
}

}  // namespace
}  // namespace itpn
