#include "traced_program.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace itpn::test {
namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD marks them so
constexpr int kNoExec = 127;

// Reading calls are in, too: threads may run on between two changes.
bool touches_disk(uint64_t number) {
  constexpr std::array<uint64_t, 17> kCalls = {
    SYS_openat,
    SYS_close,
    SYS_write,
    SYS_pread64,
    SYS_fsync,
    SYS_mkdirat,
    SYS_renameat2,
    SYS_renameat,
    SYS_unlinkat,
    SYS_flock,
    SYS_statfs,
    SYS_newfstatat,
    SYS_getdents64,
#if defined(__x86_64__)
    SYS_mkdir,
    SYS_rename,
    SYS_unlink,
    SYS_rmdir,
#endif
  };
  return std::find(kCalls.begin(), kCalls.end(), number) != kCalls.end();
}

[[noreturn]] void become(const std::vector<std::string>& command, int output) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::dup2(output, STDOUT_FILENO);
  ::close(output);
  ::setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // the leak checker traces too, and only one can
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kNoExec);
  ::raise(SIGSTOP);
  ::execv(arguments[0], arguments.data());
  ::_exit(kNoExec);
}

bool enters_disk_call(pid_t thread) {
  __ptrace_syscall_info info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof(info), &info) <= 0) return false;
  return info.op == PTRACE_SYSCALL_INFO_ENTRY && touches_disk(info.entry.nr);
}

// The signal that a stopped thread is to get when it goes on.
int signal_to_pass(int status) {
  const int signal = WSTOPSIG(status);
  const bool is_of_the_tracer = signal == kSyscallStop || status >> 16 != 0 || signal == SIGSTOP || signal == SIGTRAP;
  return is_of_the_tracer ? 0 : signal;
}

// Lets the program run from stop to stop until it ends.
void trace(pid_t child, int64_t kill_at_call, ProgramRun* run) {
  int status = 0;
  while (true) {
    const pid_t thread = ::waitpid(-1, &status, __WALL);
    if (thread < 0) throw std::runtime_error("lost a traced program");
    if (!WIFSTOPPED(status)) {
      if (thread == child) break;
      continue;
    }
    if (WSTOPSIG(status) == kSyscallStop && enters_disk_call(thread) && ++run->disk_calls == kill_at_call) {
      ::kill(child, SIGKILL);
      continue;
    }
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, static_cast<long>(signal_to_pass(status)));
  }
  run->was_killed = WIFSIGNALED(status);
  run->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 256> buffer;
  ssize_t got = 0;
  while ((got = ::read(file, buffer.data(), buffer.size())) > 0) text.append(buffer.data(), static_cast<size_t>(got));
  return text;
}

}  // namespace

ProgramRun run_traced(const std::vector<std::string>& command, int64_t kill_at_call) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) become(command, ends[1]);
  ::close(ends[1]);
  ProgramRun run;
  int status = 0;
  ::waitpid(child, &status, 0);
  run.was_traced = WIFSTOPPED(status);
  if (run.was_traced) {
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, options);
    ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    trace(child, kill_at_call, &run);
  }
  run.output = read_all(ends[0]);
  ::close(ends[0]);
  return run;
}

}  // namespace itpn::test
