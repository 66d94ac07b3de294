// How many cores this process may use, which in a container, under a batch system or behind taskset is less than the
// machine has. The one owner of that number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace itpn {

struct CpuLimits {
  int64_t machine_cores = 1;    // logical ones that are switched on
  int64_t allowed_cores = 1;    // of these, the ones that this process may run on: taskset, cpusets
  std::optional<double> quota;  // processor time a second that its control groups grant, in cores
  std::string quota_file;       // where that is written

  // Whole cores that are there all the time, at least one. More threads than that would be stopped for a part of each
  // tenth of a second, and those that wait for them would wait with them.
  int64_t usable_cores() const;
};

// As the kernel shows them below `root`/proc and `root`/sys.
CpuLimits read_cpu_limits(const std::string& root = "");

// Those of this process, read once.
const CpuLimits& cpu_limits();
int64_t usable_cores();

}  // namespace itpn
