#include "itpn/engine/device.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include "itpn/core/errors.h"
#include "itpn/core/words.h"

namespace itpn {
namespace {

// The accelerator of this build if at least one is in the machine.
std::optional<c10::DeviceType> present_accelerator() {
  const auto type = at::getAccelerator();
  if (!type || at::accelerator::deviceCount() == 0) return std::nullopt;
  return type;
}

std::string what_there_is() {
  const auto type = present_accelerator();
  if (!type) return "cpu only (this LibTorch sees no accelerator)";
  return fmt::format("cpu and {} {} device(s)", static_cast<int>(at::accelerator::deviceCount()),
                     c10::DeviceTypeName(*type, /*lower_case=*/true));
}

torch::Device parse_device(const std::string& wanted) {
  try {
    return torch::Device(wanted);
  } catch (const c10::Error&) {
    throw usage_error(fmt::format("device \"{}\": want auto, cpu, cuda or cuda:N", wanted));
  }
}

}  // namespace

torch::Device select_device(const std::string& wanted, int64_t local_rank) {
  const auto accelerator = present_accelerator();
  if (wanted == "auto" && !accelerator) return torch::Device(torch::kCPU);
  torch::Device device = wanted == "auto" ? torch::Device(*accelerator) : parse_device(wanted);
  if (device.is_cpu()) return torch::Device(torch::kCPU);
  if (!device.has_index()) device.set_index(static_cast<c10::DeviceIndex>(local_rank));
  const bool is_there = accelerator && device.type() == *accelerator && device.index() < at::accelerator::deviceCount();
  if (!is_there) {
    throw usage_error(
        fmt::format("device \"{}\" ({}) is not there; this machine has {}", wanted, device.str(), what_there_is()));
  }
  at::accelerator::setDeviceIndex(device.index());
  return device;
}

std::string describe_device(const torch::Device& device) {
  if (!device.is_cpu()) return device.str();
  return fmt::format("cpu ({}, {})", count_of(at::get_num_threads(), "thread"), at::get_cpu_capability());
}

void synchronize(const torch::Device& device) {
  if (!device.is_cpu()) at::accelerator::synchronizeDevice(device.index());
}

int64_t peak_memory_bytes(const torch::Device& device) {
  if (!device.is_cpu()) {
    const auto stats = at::accelerator::getDeviceStats(device.index());
    return stats.allocated_bytes[static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace itpn
