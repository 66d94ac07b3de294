// Memory of the machine, and how much of it this process may take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace itpn {

// Bytes.
struct MemoryLimits {
  int64_t total = 0;             // of the machine
  int64_t available = 0;         // that could be had without swapping
  std::optional<int64_t> group;  // limit of the control groups
  int64_t group_used = 0;        // by that group, without the file cache that it would give back
  std::string group_file;        // where the limit is written

  // What this process can still take.
  int64_t usable() const;
};

// As the kernel shows it below `root`/proc and `root`/sys.
MemoryLimits read_memory_limits(const std::string& root = "");

}  // namespace itpn
