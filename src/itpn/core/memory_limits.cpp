#include "itpn/core/memory_limits.h"

#include <algorithm>
#include <cstdlib>

#include "itpn/core/cgroup.h"
#include "itpn/core/kernel_files.h"

namespace itpn {
namespace {

// The files of one version of control groups.
struct Names {
  const char *limit, *used, *cache;
};
constexpr Names kVersion1 = {"/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file"};
constexpr Names kVersion2 = {"/memory.max", "/memory.current", "inactive_file"};

int64_t number_of(const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); }

int64_t used_in(const std::string& folder, const Names& names) {
  const int64_t used = kernel_number(folder + names.used).value_or(0);
  return std::max<int64_t>(0, used - number_of(value_of(kernel_text(folder + "/memory.stat"), names.cache)));
}

}  // namespace

int64_t MemoryLimits::usable() const {
  return group ? std::min(available, std::max<int64_t>(0, *group - group_used)) : available;
}

MemoryLimits read_memory_limits(const std::string& root) {
  constexpr int64_t kKiB = 1024;
  const std::string info = kernel_text(root + "/proc/meminfo");
  MemoryLimits limits;
  limits.total = number_of(value_of(info, "MemTotal")) * kKiB;
  limits.available = number_of(value_of(info, "MemAvailable")) * kKiB;
  const CgroupFolders groups = cgroup_folders("memory", root);
  const Names& names = groups.version == 2 ? kVersion2 : kVersion1;
  for (const std::string& folder : groups.paths) {
    const std::optional<int64_t> limit = kernel_number(folder + names.limit);
    // No limit is "max", or a number beyond all memory.
    if (!limit || *limit >= limits.total || (limits.group && *limits.group <= *limit)) continue;
    limits.group = limit;
    limits.group_file = folder + names.limit;
    limits.group_used = used_in(folder, names);
  }
  return limits;
}

}  // namespace itpn
