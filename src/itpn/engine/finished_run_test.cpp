#include "itpn/engine/finished_run.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

Progress progress_at(int64_t step, int64_t total) {
  Progress progress;
  progress.step = step;
  progress.total_steps = total;
  return progress;
}

TEST(FinishedRun, IsOneThatCameToItsEndAndIsAskedForNoMore) {
  const test::TemporaryDirectory folder;
  const RunDirectory directory(posix_fs(), folder.path());
  EXPECT_FALSE(is_finished_run(posix_fs(), directory, progress_at(12, 12))) << "stopped before its validation";
  note_finished_run(posix_fs(), directory, progress_at(12, 12));
  EXPECT_TRUE(is_finished_run(posix_fs(), directory, progress_at(12, 12)));
  EXPECT_TRUE(is_finished_run(posix_fs(), directory, progress_at(12, 8))) << "asked for fewer steps than it has";
  EXPECT_FALSE(is_finished_run(posix_fs(), directory, progress_at(12, 20)));
  EXPECT_FALSE(is_finished_run(posix_fs(), directory, progress_at(10, 10))) << "of an older checkpoint";
  forget_finished_run(posix_fs(), directory);
  forget_finished_run(posix_fs(), directory);
  EXPECT_FALSE(is_finished_run(posix_fs(), directory, progress_at(12, 12)));
}

TEST(FinishedRun, ADamagedNoteIsNone) {
  for (const char* text : {"", "{", "[12]", "{\"step\": \"12\"}", "12", "{\"steps\": 12}"}) {
    const test::TemporaryDirectory folder;
    const RunDirectory directory(posix_fs(), folder.path());
    write_file_atomically(posix_fs(), directory.finished_file(), std::string(text));
    EXPECT_FALSE(is_finished_run(posix_fs(), directory, progress_at(12, 12))) << text;
  }
}

}  // namespace
}  // namespace itpn
