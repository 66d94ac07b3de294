// Commands as several processes, and those processes one by one.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/program.h"

namespace itpn::test {

// The whole file as it is now, empty where there is none: a log that is being written, a file of /proc.
std::string content_of(const std::string& path);

// Words of `itpn launch` around those of a command.
std::vector<std::string> launched(int processes, const std::vector<std::string>& command);

// Path of torchrun, or nothing where there is none.
std::optional<std::string> torchrun_path();

// Words for torchrun around those of a command; `options` before them.
std::vector<std::string> for_torchrun(int processes, const std::vector<std::string>& command,
                                      const std::vector<std::string>& options = {});

// The process below `ancestor` whose environment says RANK=`rank`; 0 where there is none (any more).
pid_t process_of_rank(pid_t ancestor, int rank);

// Whether a process runs or is stopped; false once it has ended, waited for or not.
bool is_alive(pid_t process);

}  // namespace itpn::test
