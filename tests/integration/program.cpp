#include "tests/integration/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "tests/support/shared_data.h"

namespace itpn::test {
namespace {

std::string content_of(int file) {
  std::string text(static_cast<size_t>(lseek(file, 0, SEEK_END)), '\0');
  if (pread(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("cannot read what the program has written");
  }
  return text;
}

// A file without a name, which goes with the last process that has it open, however that ends.
int nameless_file() {
  const int file = memfd_create("itpn-program", MFD_CLOEXEC);
  if (file < 0) throw std::runtime_error("memfd_create failed");
  return file;
}

// The environment of the tests with one thread, and with `changes`.
std::vector<std::string> environment(const std::vector<std::string>& changes) {
  std::vector<std::string> result = changes;
  const auto add = [&](const std::string& text) {
    const std::string name = text.substr(0, text.find('=') + 1);
    const bool is_set =
        std::any_of(result.begin(), result.end(), [&](const auto& set) { return set.starts_with(name); });
    if (!is_set) result.push_back(text);
  };
  for (const char* one_thread : {"OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1"}) add(one_thread);
  for (char** variable = environ; *variable != nullptr; ++variable) add(*variable);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const std::string& working_directory)
    : Program(Launch{arguments, working_directory}) {}

Program::Program(const Launch& launch) : out_file_(nameless_file()), err_file_(nameless_file()) {
  std::vector<std::string> words = launch.before;
  words.push_back(launch.executable.empty() ? program_path() : launch.executable);
  words.insert(words.end(), launch.arguments.begin(), launch.arguments.end());
  std::vector<std::string> variables = environment(launch.variables);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out_file_, 1);
  posix_spawn_file_actions_adddup2(&actions, err_file_, 2);
  const std::string& directory = launch.working_directory;
  if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  // Tests send SIGHUP. Where they run under nohup, the program would rightly ignore it.
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGHUP);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(&process_, words[0].c_str(), &actions, &attributes, pointers(words).data(),
                                 pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(fmt::format("cannot start {}: error {}", words[0], error));
}

Program::~Program() {
  if (!has_ended_) {
    ::kill(process_, SIGKILL);
    wait();
  }
  close(out_file_);
  close(err_file_);
}

void Program::signal(int number) const { ::kill(process_, number); }

std::string Program::messages() const { return content_of(err_file_); }

bool Program::is_running() {
  if (!has_ended_ && waitpid(process_, &status_, WNOHANG) == process_) has_ended_ = true;
  return !has_ended_;
}

Outcome Program::wait() {
  if (!has_ended_) {
    waitpid(process_, &status_, 0);
    has_ended_ = true;
  }
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, content_of(out_file_), content_of(err_file_)};
}

bool Program::wait_for_file(const std::string& path) {
  for (int i = 0; i < 6000 && is_running(); ++i) {
    if (access(path.c_str(), F_OK) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

Outcome run_program(const std::vector<std::string>& arguments) { return Program(arguments).wait(); }

std::vector<std::string> tiny_pretrain(const std::string& output_dir, const std::vector<std::string>& changes) {
  std::vector<std::string> words = {"pretrain",
                                    "--output-dir",
                                    output_dir,
                                    "model.preset=itpn-nano",
                                    "data.image_size=32",
                                    "data.synthetic_count=40",
                                    "data.workers=1",
                                    "train.global_batch_size=8",
                                    "train.precision=fp32",
                                    "train.epochs=4",
                                    "log.every_steps=1",
                                    "log.panel_every_steps=0",
                                    "log.panel_images=2",
                                    "log.tensorboard=false"};
  words.insert(words.end(), changes.begin(), changes.end());
  return words;
}

}  // namespace itpn::test
