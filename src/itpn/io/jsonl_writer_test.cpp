#include "itpn/io/jsonl_writer.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "tests/support/fault_fs.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

class JsonlWriterTest : public testing::Test {
 protected:
  std::string content() { return read_text_file(posix_fs(), path_); }
  void put(const std::string& text) { write_file_atomically(posix_fs(), path_, text); }

  test::TemporaryDirectory directory_;
  const std::string path_ = directory_.file("metrics.jsonl");
};

TEST_F(JsonlWriterTest, LinesOfSeveralRunsFollowEachOther) {
  JsonlWriter(posix_fs(), path_).write(R"({"step":1})");
  JsonlWriter writer(posix_fs(), path_);
  EXPECT_EQ(writer.size(), 11u);
  writer.write(R"({"step":2})");
  EXPECT_EQ(content(), "{\"step\":1}\n{\"step\":2}\n");
  EXPECT_EQ(writer.size(), 22u);
}

TEST_F(JsonlWriterTest, ALineThatAKillCutOffSpoilsNoOther) {
  put("{\"step\":1}\n{\"st");
  JsonlWriter(posix_fs(), path_).write("{}");
  EXPECT_EQ(content(), "{\"step\":1}\n{\"st\n{}\n");
}

TEST_F(JsonlWriterTest, AFullDiskCostsWholeLinesAndTheyAreCounted) {
  log::set_level(log::Level::kError);
  test::FaultFs disk(posix_fs());
  disk.inject({.call = test::Call::kWrite, .nth = 2, .is_short = true});
  disk.inject({.call = test::Call::kWrite, .nth = 3, .and_all_later = true, .error = ENOSPC});
  JsonlWriter writer(disk, path_);
  writer.write("{1}");
  writer.write("{2}");  // half of it fits
  writer.write("{3}");
  writer.write("{4}");
  EXPECT_EQ(writer.dropped_lines(), 2);
  EXPECT_EQ(content(), "{1}\n{2");
  disk.reset();
  writer.write("{5}");
  EXPECT_EQ(content(), "{1}\n{2}\n{5}\n");
  EXPECT_EQ(writer.size(), content().size());
  log::set_level(log::Level::kInfo);
}

TEST_F(JsonlWriterTest, LinesFromManyThreadsStayWhole) {
  JsonlWriter writer(posix_fs(), path_);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) writer.write("{\"some\":\"line\"}");
      });
    }
  }
  std::string wanted;
  for (int i = 0; i < 400; ++i) wanted += "{\"some\":\"line\"}\n";
  EXPECT_EQ(content(), wanted);
}

TEST_F(JsonlWriterTest, RewindMovesLaterLinesAside) {
  const std::string dropped = directory_.file("metrics.dropped.jsonl");
  rewind_jsonl(posix_fs(), path_, 0, dropped);  // no file yet
  put("{1}\n{2}\n{3}\n");
  rewind_jsonl(posix_fs(), path_, 100, dropped);
  EXPECT_FALSE(exists(posix_fs(), dropped));
  rewind_jsonl(posix_fs(), path_, 4, dropped);
  EXPECT_EQ(content(), "{1}\n");
  EXPECT_EQ(read_text_file(posix_fs(), dropped), "{2}\n{3}\n");
}

TEST_F(JsonlWriterTest, AMissingFolderIsToldAtOnce) {
  EXPECT_THROW(JsonlWriter(posix_fs(), directory_.file("no/where.jsonl")), Error);
}

}  // namespace
}  // namespace itpn
