#include "itpn/core/cpu_limits.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <thread>

#include "itpn/core/cgroup.h"
#include "itpn/core/kernel_files.h"

namespace itpn {
namespace {

struct Quota {
  double cores = 0.0;
  std::string file;
};

std::optional<double> cores_of(std::optional<int64_t> microseconds, std::optional<int64_t> period) {
  if (!microseconds || !period || *microseconds <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*microseconds) / static_cast<double>(*period);
}

// "150000 100000" of version 2; "max 100000" is no limit.
std::optional<double> cores_in(const std::string& cpu_max) {
  std::istringstream words(cpu_max);
  int64_t quota = 0, period = 0;
  if (!(words >> quota >> period)) return std::nullopt;
  return cores_of(quota, period);
}

std::optional<Quota> quota_of(int version, const std::string& folder) {
  const std::string file = folder + (version == 2 ? "/cpu.max" : "/cpu.cfs_quota_us");
  const std::optional<double> cores = version == 2
                                          ? cores_in(kernel_text(file))
                                          : cores_of(kernel_number(file), kernel_number(folder + "/cpu.cfs_period_us"));
  if (!cores) return std::nullopt;
  return Quota{*cores, file};
}

std::optional<Quota> smallest_quota(const std::string& root) {
  const CgroupFolders groups = cgroup_folders("cpu", root);
  std::optional<Quota> smallest;
  for (const std::string& folder : groups.paths) {
    const std::optional<Quota> quota = quota_of(groups.version, folder);
    if (quota && (!smallest || quota->cores < smallest->cores)) smallest = quota;
  }
  return smallest;
}

}  // namespace

int64_t CpuLimits::usable_cores() const {
  constexpr double kRounding = 1e-6;
  const int64_t granted = quota ? static_cast<int64_t>(std::floor(std::min(*quota, 1e6) + kRounding)) : allowed_cores;
  return std::max<int64_t>(1, std::min(allowed_cores, granted));
}

CpuLimits read_cpu_limits(const std::string& root) {
  CpuLimits limits;
  limits.machine_cores = count_listed(kernel_text(root + "/sys/devices/system/cpu/online"));
  limits.allowed_cores = count_listed(value_of(kernel_text(root + "/proc/self/status"), "Cpus_allowed_list"));
  const auto fallback = std::max<int64_t>(1, std::thread::hardware_concurrency());
  if (limits.machine_cores <= 0) limits.machine_cores = std::max(limits.allowed_cores, fallback);
  if (limits.allowed_cores <= 0) limits.allowed_cores = limits.machine_cores;
  if (const std::optional<Quota> quota = smallest_quota(root)) {
    limits.quota = quota->cores;
    limits.quota_file = quota->file;
  }
  return limits;
}

const CpuLimits& cpu_limits() {
  static const CpuLimits limits = read_cpu_limits();
  return limits;
}

int64_t usable_cores() { return cpu_limits().usable_cores(); }

}  // namespace itpn
