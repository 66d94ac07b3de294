#include "itpn/engine/environment.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <torch/version.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "itpn/core/cpu_limits.h"
#include "itpn/engine/device.h"
#include "itpn/engine/distributed_backend.h"

namespace itpn {
namespace {

std::string path_of_loaded_library() {
  Dl_info info{};
  const bool is_known = dladdr(reinterpret_cast<void*>(&at::get_cpu_capability), &info) != 0 && info.dli_fname;
  return is_known ? info.dli_fname : "";
}

std::string describe_collectives(const TorchBuild& build) {
  const bool has_gloo = *gloo_obstacle() == '\0', has_nccl = *nccl_obstacle() == '\0';
  if (!has_gloo) return "one process only (Gloo's headers were missing)";
  if (has_nccl) return "several processes: NCCL between GPUs, Gloo between processors";
  if (build.cuda.empty()) return "several processes: Gloo";
  return "several processes: Gloo; without NCCL, whose headers were missing: several GPUs exchange through host memory";
}

}  // namespace

const char* program_version() { return ITPN_VERSION; }

TorchBuild torch_build() { return {ITPN_TORCH_BUILD, ITPN_TORCH_CUDA, path_of_loaded_library()}; }

std::string describe_build() {
  const TorchBuild build = torch_build();
  return fmt::format("itpn {}\nLibTorch {} ({}), {}\n{}\ncompiled with {} {}", program_version(), build.version,
                     build.cuda.empty() ? "CPU only" : "CUDA " + build.cuda, build.library, describe_collectives(build),
#ifdef __clang__
                     "Clang", __clang_version__);
#else
                     "GCC", __VERSION__);
#endif
}

std::vector<std::pair<std::string, std::string>> build_facts() {
  const TorchBuild build = torch_build();
  return {{"itpn", program_version()},
          {"LibTorch", build.version},
          {"CUDA", build.cuda.empty() ? "none (LibTorch for the CPU)" : build.cuda},
          {"library", build.library},
          {"compiler", __VERSION__}};
}

std::string describe_environment(const torch::Device& device) {
  utsname machine{};
  uname(&machine);
  const nlohmann::json out = {{"itpn", program_version()},
                              {"torch", TORCH_VERSION},
                              {"torch_build", ITPN_TORCH_BUILD},
                              {"compiler", __VERSION__},
                              {"device", describe_device(device)},
                              {"threads", at::get_num_threads()},
                              {"cpu_capability", at::get_cpu_capability()},
                              {"cores", cpu_limits().machine_cores},
                              {"usable_cores", usable_cores()},
                              {"memory_bytes", static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE)},
                              {"host", machine.nodename},
                              {"system", std::string(machine.sysname) + " " + machine.release + " " + machine.machine},
                              {"process", getpid()}};
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
