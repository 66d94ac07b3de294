#include "itpn/engine/environment.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <sys/utsname.h>
#include <torch/version.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "itpn/engine/device.h"

namespace itpn {

const char* program_version() { return ITPN_VERSION; }

std::string describe_environment(const torch::Device& device) {
  utsname machine{};
  uname(&machine);
  const nlohmann::json out = {{"itpn", program_version()},
                              {"torch", TORCH_VERSION},
                              {"compiler", __VERSION__},
                              {"device", describe_device(device)},
                              {"threads", at::get_num_threads()},
                              {"cpu_capability", at::get_cpu_capability()},
                              {"cores", sysconf(_SC_NPROCESSORS_ONLN)},
                              {"memory_bytes", static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE)},
                              {"host", machine.nodename},
                              {"system", std::string(machine.sysname) + " " + machine.release + " " + machine.machine},
                              {"process", getpid()}};
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace itpn
