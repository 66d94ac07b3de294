#include "itpn/io/tensorboard_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "itpn/core/log.h"
#include "tests/support/fault_fs.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

uint64_t number_at(const std::string& text, size_t offset, int count) {
  uint64_t value = 0;
  for (int i = count; i-- > 0;) value = value << 8 | static_cast<uint8_t>(text.at(offset + i));
  return value;
}

// The records of an event file; checks every checksum.
std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  for (size_t at = 0; at < file.size();) {
    const uint64_t length = number_at(file, at, 8);
    EXPECT_EQ(number_at(file, at + 8, 4), masked_crc32c(file.substr(at, 8)));
    records.push_back(file.substr(at + 12, length));
    EXPECT_EQ(number_at(file, at + 12 + length, 4), masked_crc32c(records.back()));
    at += 16 + length;
  }
  return records;
}

void write_one_of_each(TensorboardWriter& writer) {
  writer.add_scalar("train/loss", 0.5, 300);
  Image image(3, 2, 3);
  image.pixels[0] = 255;
  writer.add_image("panel", image, 301);
  writer.add_text("config", "a = 1", 302);
}

TEST(TensorboardWriter, ChecksumIsThatOfTheFormat) {
  // CRC-32C of "123456789" is 0xE3069283; rotated right by 15 bits plus 0xA282EAD8.
  constexpr uint32_t kCrc = 0xE3069283u;
  EXPECT_EQ(masked_crc32c("123456789"), (kCrc >> 15 | kCrc << 17) + 0xA282EAD8u);
}

TEST(TensorboardWriter, ScalarsHaveTheBytesOfTheProtocol) {
  test::TemporaryDirectory directory;
  TensorboardWriter writer(posix_fs(), directory.path());
  write_one_of_each(writer);
  EXPECT_THAT(writer.path(), testing::HasSubstr("/events.out.tfevents."));
  const auto records = records_of(read_text_file(posix_fs(), writer.path()));
  ASSERT_EQ(records.size(), 4u);
  EXPECT_THAT(records[0], testing::HasSubstr("brain.Event:2"));
  // After the 9 bytes of the wall time: step = 300; summary { value { tag, simple_value = 0.5 } }.
  const std::string wanted{"\x10\xAC\x02\x2A\x13\x0A\x11\x0A\x0Atrain/loss\x15\0\0\0\x3F", 24};
  EXPECT_EQ(records[1].substr(9), wanted);
}

TEST(TensorboardWriter, ARestartIsAStartOfTheSession) {
  test::TemporaryDirectory directory;
  TensorboardWriter writer(posix_fs(), directory.path());
  writer.add_restart(300);
  // step = 300; session_log { status: START }.
  const auto records = records_of(read_text_file(posix_fs(), writer.path()));
  EXPECT_EQ(records.at(1).substr(9), std::string("\x10\xAC\x02\x3A\x02\x08\x01", 7));
}

TEST(TensorboardWriter, ALaterFileSortsBehindAnEarlierOneWhateverTheClockSays) {
  test::TemporaryDirectory directory;
  const std::string future = directory.file("events.out.tfevents.9999999990.host.1.0");
  write_file_atomically(posix_fs(), future, std::string());
  std::vector<std::string> paths = {future};
  for (int i = 0; i < 3; ++i) paths.push_back(TensorboardWriter(posix_fs(), directory.path()).path());
  EXPECT_TRUE(std::is_sorted(paths.begin(), paths.end())) << testing::PrintToString(paths);
}

TEST(TensorboardWriter, PythonTensorboardReadsIt) {
  const char* python = std::getenv("ITPN_TENSORBOARD_PYTHON");
  if (!python) GTEST_SKIP() << "needs ITPN_TENSORBOARD_PYTHON, a Python with tensorboard";
  test::TemporaryDirectory directory;
  TensorboardWriter writer(posix_fs(), directory.path());
  write_one_of_each(writer);
  const std::string script = test::source_path("src/itpn/io/testdata/check_tensorboard.py");
  EXPECT_EQ(std::system((std::string(python) + " " + script + " " + directory.path()).c_str()), 0);
}

TEST(TensorboardWriter, PythonTensorboardForgetsWhatARestartRepeats) {
  const char* python = std::getenv("ITPN_TENSORBOARD_PYTHON");
  if (!python) GTEST_SKIP() << "needs ITPN_TENSORBOARD_PYTHON, a Python with tensorboard";
  test::TemporaryDirectory directory;
  TensorboardWriter first(posix_fs(), directory.path());
  for (int step = 1; step <= 5; ++step) first.add_scalar("loss", step, step);
  TensorboardWriter second(posix_fs(), directory.path());
  second.add_restart(4);
  for (int step = 4; step <= 6; ++step) second.add_scalar("loss", 10 * step, step);
  const std::string script = test::source_path("src/itpn/io/testdata/check_restart.py");
  EXPECT_EQ(std::system((std::string(python) + " " + script + " " + directory.path()).c_str()), 0);
}

TEST(TensorboardWriter, AFullDiskLosesRecordsNotTheFile) {
  log::set_level(log::Level::kError);
  test::TemporaryDirectory directory;
  test::FaultFs disk(posix_fs());
  disk.inject({.call = test::Call::kWrite, .nth = 2, .is_short = true});
  disk.inject({.call = test::Call::kWrite, .nth = 3, .and_all_later = true, .error = ENOSPC});
  TensorboardWriter writer(disk, directory.path());  // the file's version is its first record
  for (int i = 0; i < 5; ++i) writer.add_scalar("loss", i, i);
  disk.reset();
  writer.add_scalar("loss", 9, 9);
  EXPECT_EQ(writer.dropped_records(), 4);
  EXPECT_EQ(records_of(read_text_file(posix_fs(), writer.path())).size(), 3u);
  writer.add_image("none", Image(), 1);
  EXPECT_EQ(writer.dropped_records(), 5);
  log::set_level(log::Level::kInfo);
}

}  // namespace
}  // namespace itpn
