#include "itpn/core/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace itpn {
namespace {

// In a child, which may close its streams: exit code 0 if the next file gets a number of its own.
int next_file_after_closing(std::initializer_list<int> closed) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int file : closed) ::close(file);
    open_standard_streams();
    const int next = ::open("/dev/null", O_RDONLY);
    const bool all_there = ::fcntl(0, F_GETFD) >= 0 && ::fcntl(1, F_GETFD) >= 0 && ::fcntl(2, F_GETFD) >= 0;
    ::_exit(next > STDERR_FILENO && all_there ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(StandardStreams, NoFileTakesTheNumberOfAClosedOne) {
  EXPECT_EQ(next_file_after_closing({}), 0);
  EXPECT_EQ(next_file_after_closing({1}), 0);
  EXPECT_EQ(next_file_after_closing({2}), 0);
  EXPECT_EQ(next_file_after_closing({0, 1, 2}), 0);
}

}  // namespace
}  // namespace itpn
