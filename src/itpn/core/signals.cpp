#include "itpn/core/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace itpn {
namespace {

// `timeout` and some schedulers send one stop to the process and to its group within microseconds; that is one wish.
constexpr int64_t kSameWishNanoseconds = 20'000'000;

std::atomic<int> stop_signal{0};
std::atomic<int64_t> stop_time{0};
std::atomic<bool> save_wanted{false};
std::atomic<const char*> first_words{nullptr};
std::atomic<const char*> again_words{nullptr};
std::atomic<bool> has_terminal{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free &&
              std::atomic<bool>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free);

int64_t steady_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

const char* name_of_stop(int signal) { return signal == SIGTERM ? "SIGTERM" : signal == SIGHUP ? "SIGHUP" : "SIGINT"; }

// "SIGINT: WORDS", in one write and with nothing that a handler must not call. A progress bar in its way is cleared.
void say_from_handler(int signal, const char* words) {
  if (!words) return;
  char line[256];
  size_t length = 0;
  for (const char* part : {has_terminal.load() ? "\r\x1b[K" : "", name_of_stop(signal), ": ", words, "\n"}) {
    for (; *part && length < sizeof line; ++part) line[length++] = *part;
  }
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line, length);
}

void on_stop(int signal) {
  const int saved_errno = errno;
  int none = 0;
  const int64_t now = steady_nanoseconds();
  if (stop_signal.compare_exchange_strong(none, signal)) {
    stop_time.store(now);
    say_from_handler(signal, first_words.load());
  } else if (now - stop_time.load() > kSameWishNanoseconds || none != signal) {
    say_from_handler(signal, again_words.load());
    _exit(128 + signal);
  }
  errno = saved_errno;
}

void on_save(int) { save_wanted.store(true); }

void install(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void install_signal_handlers() {
  install(SIGTERM, on_stop);
  install(SIGINT, on_stop);
  if (!is_ignored(SIGHUP)) install(SIGHUP, on_stop);
  install(SIGUSR1, on_save);
  install(SIGPIPE, SIG_IGN);
}

void set_stop_words(const StopWords& words) {
  has_terminal.store(::isatty(STDERR_FILENO) != 0);
  first_words.store(words.first);
  again_words.store(words.again);
}

int pending_signal() { return stop_signal.load(); }

bool take_usr1() { return save_wanted.exchange(false); }

void block_signals_in_this_thread() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void forget_signals() {
  stop_signal.store(0);
  stop_time.store(0);
  save_wanted.store(false);
  set_stop_words({nullptr, nullptr});
}

}  // namespace itpn
