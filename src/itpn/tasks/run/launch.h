// `itpn launch`: a command of this program as several processes of one machine, in the environment that torchrun would
// give them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

struct LaunchRequest {
  int64_t processes = 1;
  std::vector<std::string> command;  // words after `itpn`
  bool is_quiet = false;             // what the processes say is thrown away
};

// Starts the processes and waits for all of them. Signals are passed on. Where one fails, the others get a few seconds
// to notice, then are ended. Returns 0, or the exit code of the first that failed (128 + n where signal n killed it).
int launch(const LaunchRequest& request);

}  // namespace itpn
