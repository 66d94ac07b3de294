#include "itpn/core/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace itpn {
namespace {

using testing::HasSubstr;

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// What `body` writes to stderr.
std::string stderr_of(const std::function<void()>& body) {
  testing::internal::CaptureStderr();
  body();
  return testing::internal::GetCapturedStderr();
}

// What a terminal gets that is the stderr of `body`.
std::string screen_of(const std::function<void()>& body) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) return "";
  const std::string name = ::ptsname(terminal);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open(name.c_str(), O_RDWR | O_NOCTTY), STDERR_FILENO);
    body();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  std::string text;
  std::array<char, 4096> buffer;
  // In pieces, as the terminal gets them, until nobody writes to it any more (EIO).
  for (ssize_t got = 0; (got = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<size_t>(got));
  }
  ::close(terminal);
  return text;
}

TEST(Log, InformationIsBareAndTroubleIsNamed) {
  EXPECT_EQ(stderr_of([] { log::info("12 files"); }), "12 files\n");
  EXPECT_EQ(stderr_of([] { log::warning("1 file is cut"); }), "warning: 1 file is cut\n");
  EXPECT_EQ(stderr_of([] { log::error("no file"); }), "error: no file\n");
}

TEST(Log, TheFileGetsWhatTheTerminalIsSpared) {
  const test::TemporaryDirectory directory;
  log::set_file(directory.file("train.log"));
  EXPECT_EQ(stderr_of([] { log::debug("a detail"); }), "");
  log::close_file();
  EXPECT_THAT(content_of(directory.file("train.log")), HasSubstr("debug   a detail\n"));
}

TEST(Log, AFullDiskCostsLinesAndOneWarningNotTheRun) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "needs /dev/full";
  const long before = log::dropped_lines();
  const std::string text = stderr_of([] {
    log::set_file("/dev/full");
    for (int i = 0; i < 3; ++i) log::debug("lost");
    log::close_file();
  });
  EXPECT_EQ(log::dropped_lines() - before, 3);
  EXPECT_EQ(text.find("warning"), text.rfind("warning"));
  EXPECT_THAT(text, HasSubstr("takes no more lines"));
}

TEST(Log, AFileThatCannotBeOpenedCostsOneWarning) {
  EXPECT_THAT(stderr_of([] { log::set_file("/nowhere/train.log"); }), HasSubstr("warning: cannot write the log file"));
}

TEST(Log, LinesOfManyThreadsStayWhole) {
  const std::string line(200, 'x');
  const std::string text = stderr_of([&] {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) log::info(line);
      });
    }
    for (auto& thread : threads) thread.join();
  });
  std::istringstream lines(text);
  int count = 0;
  for (std::string got; std::getline(lines, got); ++count) EXPECT_EQ(got, line);
  EXPECT_EQ(count, 200);
}

TEST(Log, AStatusLineStaysBelowTheMessages) {
  const std::string screen = screen_of([] {
    log::set_status_line("bar 1");
    log::info("message");
    log::set_status_line("");
  });
  if (screen.empty()) GTEST_SKIP() << "no pseudo-terminals here";
  EXPECT_EQ(screen, "\r\x1b[Kbar 1\r\x1b[Kmessage\r\nbar 1\r\x1b[K");
}

TEST(Log, APipeGetsNoStatusLine) {
  EXPECT_EQ(stderr_of([] { log::set_status_line("bar 1"); }), "");
}

}  // namespace
}  // namespace itpn
