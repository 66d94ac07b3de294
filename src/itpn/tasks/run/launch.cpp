#include "itpn/tasks/run/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "itpn/core/errors.h"
#include "itpn/core/log.h"
#include "itpn/core/stopwatch.h"
#include "itpn/engine/distributed_backend.h"
#include "itpn/engine/distributed_environment.h"

namespace itpn {
namespace {

// From the first failure: time to notice it, then time to obey SIGTERM.
constexpr double kNoticeSeconds = 10.0;
constexpr double kTerminateSeconds = 10.0;
constexpr std::array<int, 5> kPassedOn = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};

struct Child {
  int64_t rank = 0;
  pid_t process = -1;
  bool is_stopped = false;  // by SIGSTOP
  bool has_ended = false;
};

std::string own_program() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) throw io_error("/proc/self/exe cannot be read; itpn launch needs it to start itself");
  return {path.data(), static_cast<size_t>(length)};
}

// The environment of process `rank`.
std::vector<std::string> environment_of(int64_t rank, int64_t processes, uint16_t port) {
  std::vector<std::string> own = {fmt::format("RANK={}", rank),
                                  fmt::format("LOCAL_RANK={}", rank),
                                  fmt::format("WORLD_SIZE={}", processes),
                                  fmt::format("LOCAL_WORLD_SIZE={}", processes),
                                  "MASTER_ADDR=127.0.0.1",
                                  fmt::format("MASTER_PORT={}", port),
                                  "TORCHELASTIC_USE_AGENT_STORE=True",
                                  "TORCHELASTIC_RESTART_COUNT=0"};
  ProcessPlace place;
  place.local_processes = processes;
  if (const int64_t threads = fair_threads(place); threads > 0)
    own.push_back(fmt::format("OMP_NUM_THREADS={}", threads));
  std::vector<std::string> all = own;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('=') + 1);
    if (std::none_of(own.begin(), own.end(), [&](const std::string& set) { return set.starts_with(name); })) {
      all.push_back(text);
    }
  }
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kPassedOn) sigaddset(&set, signal);
  sigaddset(&set, SIGCHLD);
  return set;
}

// In a process group of its own, so that a key of the terminal reaches it once: through this program.
Child start(int64_t rank, const LaunchRequest& request, uint16_t port) {
  std::vector<std::string> words = {own_program()};
  words.insert(words.end(), request.command.begin(), request.command.end());
  std::vector<std::string> variables = environment_of(rank, request.processes, port);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (request.is_quiet) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  Child child{rank};
  const int error = posix_spawn(&child.process, words[0].c_str(), &actions, &attributes, pointers(words).data(),
                                pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw io_error(fmt::format("process {} cannot be started: {}", rank, std::strerror(error)));
  return child;
}

// The processes, and how they end.
class Launch {
 public:
  explicit Launch(int64_t processes) : processes_(processes) {}
  ~Launch() { send(SIGKILL); }
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;

  void add(const Child& child) { children_.push_back(child); }

  int wait() {
    const sigset_t set = watched_signals();
    while (collect()) {
      hurry();
      const timespec limit = {0, 200'000'000};
      const int signal = sigtimedwait(&set, nullptr, &limit);
      if (signal > 0 && signal != SIGCHLD) send(signal);
    }
    return first_failure_;
  }

 private:
  void send(int signal) const {
    for (const Child& child : children_) {
      if (!child.has_ended) kill(child.process, signal);
    }
  }

  // Takes note of those that have ended; true while one runs.
  bool collect() {
    bool is_running = false;
    for (Child& child : children_) {
      int status = 0;
      while (!child.has_ended && waitpid(child.process, &status, WNOHANG | WUNTRACED | WCONTINUED) == child.process) {
        child.is_stopped = WIFSTOPPED(status);
        if (!WIFSTOPPED(status) && !WIFCONTINUED(status)) note_end(child, status);
      }
      is_running = is_running || !child.has_ended;
    }
    return is_running;
  }

  void note_end(Child& child, int status) {
    child.has_ended = true;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (code == 0) return;
    log::info(WIFEXITED(status)
                  ? fmt::format("process {} of {} ended with exit code {}", child.rank, processes_, code)
                  : fmt::format("process {} of {} was ended by signal {}", child.rank, processes_, code - 128));
    if (first_failure_ == 0) first_failure_ = code;
    if (!since_failure_) since_failure_.emplace();
  }

  // Where one has failed, the others do not stay.
  void hurry() {
    if (!since_failure_) return;
    for (const Child& child : children_) {
      // It cannot notice anything while it is stopped; once awake it sees that the run is over.
      if (child.is_stopped && !child.has_ended) kill(child.process, SIGCONT);
    }
    const double seconds = since_failure_->seconds();
    if (seconds > kNoticeSeconds && !is_terminated_) {
      is_terminated_ = true;
      send(SIGTERM);
    }
    if (seconds > kNoticeSeconds + kTerminateSeconds) send(SIGKILL);
  }

  int64_t processes_;
  std::vector<Child> children_;
  int first_failure_ = 0;
  std::optional<Stopwatch> since_failure_;
  bool is_terminated_ = false;
};

}  // namespace

int launch(const LaunchRequest& request) {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);  // taken by sigtimedwait, also from the store's thread
  const std::unique_ptr<SharedStore> store = SharedStore::serve();
  Launch processes(request.processes);
  for (int64_t rank = 0; rank < request.processes; ++rank) processes.add(start(rank, request, store->port()));
  return processes.wait();
}

}  // namespace itpn
