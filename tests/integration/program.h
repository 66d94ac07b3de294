// Running the built program from outside, as a user does.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace itpn::test {

// How a process ended. `code` is the exit code, or 128 + n where signal n killed it.
struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

// How to start the program.
struct Launch {
  std::vector<std::string> arguments;
  std::string working_directory = {};
  // Words in front of the program, as in {"strace", "-D", "-f"}; the first is looked for in PATH.
  std::vector<std::string> before = {};
  std::vector<std::string> variables = {};  // of its environment, besides those of the tests
  std::string executable = {};              // instead of the program under test
};

// A process of the program under test; killed if it is still there at the end.
class Program {
 public:
  // Starts it with `arguments`; OMP_NUM_THREADS is 1 (equal bits need equal threads), standard streams go to files.
  explicit Program(const std::vector<std::string>& arguments, const std::string& working_directory = "");
  explicit Program(const Launch& launch);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t process() const { return process_; }
  void signal(int number) const;
  bool is_running();
  Outcome wait();
  // What it has written to stderr so far.
  std::string messages() const;
  // Waits until `path` exists; false if the process ended or 60 s passed first.
  bool wait_for_file(const std::string& path);

 private:
  pid_t process_ = -1;
  int status_ = 0;
  bool has_ended_ = false;
  int out_file_, err_file_;
};

// Runs to the end.
Outcome run_program(const std::vector<std::string>& arguments);

// `itpn pretrain` on a few synthetic pictures with the smallest model, milliseconds a step, into `output_dir`;
// `changes` are further words of the command line.
std::vector<std::string> tiny_pretrain(const std::string& output_dir, const std::vector<std::string>& changes = {});

}  // namespace itpn::test
