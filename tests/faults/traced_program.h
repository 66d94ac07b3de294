// Runs a program and kills it with SIGKILL as it enters its nth system call that touches the disk, whichever thread
// makes it: every state that a kill -9 can leave is reached, none twice, and no external tool is needed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn::test {

struct ProgramRun {
  bool was_traced = true;   // false: this system does not allow tracing
  bool was_killed = false;  // false: it ended before it made that many calls
  int exit_code = 0;        // if it ended by itself
  int64_t disk_calls = 0;   // that it entered
  std::string output;       // its stdout
};

// `kill_at_call` counts from 1; 0 runs it to its end, traced.
ProgramRun run_traced(const std::vector<std::string>& command, int64_t kill_at_call);

}  // namespace itpn::test
