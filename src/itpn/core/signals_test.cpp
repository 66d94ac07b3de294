#include "itpn/core/signals.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

namespace itpn {
namespace {

// Runs `body` in a child process and returns its exit status as a shell would write it (128 + n after signal n).
int status_of_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void wait_milliseconds(int count) { std::this_thread::sleep_for(std::chrono::milliseconds(count)); }

TEST(Signals, TheFirstOneIsRememberedAndDoesNotStopTheProgram) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    EXPECT_EQ(status_of_child([signal] {
                install_signal_handlers();
                if (pending_signal() != 0) return 1;
                ::raise(signal);
                return pending_signal() == signal ? 0 : 2;
              }),
              0);
  }
}

TEST(Signals, ASecondOneStopsAtOnce) {
  EXPECT_EQ(status_of_child([] {
              install_signal_handlers();
              ::raise(SIGTERM);
              wait_milliseconds(50);
              ::raise(SIGTERM);
              return 0;
            }),
            128 + SIGTERM);
}

// `timeout` signals the process and then its group.
TEST(Signals, TheSameOneTwiceWithinMicrosecondsIsOneWish) {
  EXPECT_EQ(status_of_child([] {
              install_signal_handlers();
              ::raise(SIGTERM);
              ::raise(SIGTERM);
              return pending_signal() == SIGTERM ? 0 : 1;
            }),
            0);
}

// What `body` in a child process leaves on stderr.
std::string words_of_child(const std::function<void()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  status_of_child([&] {
    ::dup2(ends[1], STDERR_FILENO);
    body();
    return 0;
  });
  ::close(ends[1]);
  char text[1024];
  const ssize_t length = ::read(ends[0], text, sizeof text);
  ::close(ends[0]);
  return {text, static_cast<size_t>(length > 0 ? length : 0)};
}

TEST(Signals, TheFirstIsAnsweredAtOnceAndTheSecondToo) {
  EXPECT_EQ(words_of_child([] {
              install_signal_handlers();
              set_stop_words({"saving soon", "ended without saving"});
              ::raise(SIGHUP);
              wait_milliseconds(50);
              ::raise(SIGTERM);
            }),
            "SIGHUP: saving soon\nSIGTERM: ended without saving\n");
}

TEST(Signals, WithoutWordsNothingIsWritten) {
  EXPECT_EQ(words_of_child([] {
              install_signal_handlers();
              ::raise(SIGINT);
              wait_milliseconds(50);
              ::raise(SIGINT);
            }),
            "");
}

TEST(Signals, HangUpStaysIgnoredIfItWas) {
  EXPECT_EQ(status_of_child([] {
              ::signal(SIGHUP, SIG_IGN);
              install_signal_handlers();
              ::raise(SIGHUP);
              return pending_signal();
            }),
            0);
}

TEST(Signals, UserSignalIsTakenOnceAndIsNoStop) {
  EXPECT_EQ(status_of_child([] {
              install_signal_handlers();
              ::raise(SIGUSR1);
              ::raise(SIGUSR1);
              return take_usr1() && !take_usr1() && pending_signal() == 0 ? 0 : 1;
            }),
            0);
}

TEST(Signals, WritingToAClosedPipeIsAnErrorNotTheEnd) {
  EXPECT_EQ(status_of_child([] {
              install_signal_handlers();
              int ends[2];
              if (::pipe(ends) != 0) return 1;
              ::close(ends[0]);
              return ::write(ends[1], "x", 1) < 0 && errno == EPIPE ? 0 : 2;
            }),
            0);
}

TEST(Signals, AreDeliveredPastThreadsThatBlockThem) {
  EXPECT_EQ(status_of_child([] {
              install_signal_handlers();
              std::thread worker([] {
                block_signals_in_this_thread();
                ::kill(::getpid(), SIGINT);
                wait_milliseconds(20);
              });
              worker.join();
              return pending_signal() == SIGINT ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace itpn
