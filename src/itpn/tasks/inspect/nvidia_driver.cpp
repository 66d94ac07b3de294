#include "itpn/tasks/inspect/nvidia_driver.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <memory>
#include <sstream>

#include "itpn/core/kernel_files.h"

namespace itpn {
namespace {

// The part of NVML's binary interface that is used; it has not changed since its version 2.
using NvmlDevice = void*;
struct NvmlMemory {
  unsigned long long total, free, used;
};

class NvmlLibrary {
 public:
  explicit NvmlLibrary(const std::string& name) : handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL), dlclose) {
    if (handle_) shutdown_ = function<int()>("nvmlShutdown");
  }
  ~NvmlLibrary() {
    if (is_ready_ && shutdown_) shutdown_();
  }
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

  bool is_there() const { return handle_ != nullptr; }
  // "" or what the library says.
  std::string start() {
    const int code = call<int()>("nvmlInit_v2");
    is_ready_ = code == 0;
    if (is_ready_) return "";
    const auto words = function<const char*(int)>("nvmlErrorString");
    return words ? words(code) : fmt::format("error {}", code);
  }
  // 0 where it did what is asked.
  template <class Signature, class... Arguments>
  int call(const char* name, Arguments... arguments) const {
    const auto found = function<Signature>(name);
    return found ? found(arguments...) : -1;
  }

 private:
  template <class Signature>
  Signature* function(const char* name) const {
    return reinterpret_cast<Signature*>(dlsym(handle_.get(), name));
  }

  std::unique_ptr<void, int (*)(void*)> handle_;
  int (*shutdown_)() = nullptr;
  bool is_ready_ = false;
};

using Text = std::array<char, 128>;

Gpu ask_gpu(const NvmlLibrary& nvml, unsigned index) {
  Gpu gpu;
  NvmlDevice device = nullptr;
  if (nvml.call<int(unsigned, NvmlDevice*)>("nvmlDeviceGetHandleByIndex_v2", index, &device) != 0) return gpu;
  Text name{};
  if (nvml.call<int(NvmlDevice, char*, unsigned)>("nvmlDeviceGetName", device, name.data(), name.size() - 1) == 0) {
    gpu.name = name.data();
  }
  NvmlMemory memory{};
  if (nvml.call<int(NvmlDevice, NvmlMemory*)>("nvmlDeviceGetMemoryInfo", device, &memory) == 0) {
    gpu.memory = static_cast<int64_t>(memory.total);
    gpu.used = static_cast<int64_t>(memory.used);
  }
  return gpu;
}

void ask_library(const NvmlLibrary& nvml, NvidiaDriver* driver) {
  driver->is_there = true;
  Text version{};
  if (nvml.call<int(char*, unsigned)>("nvmlSystemGetDriverVersion", version.data(), version.size() - 1) == 0) {
    driver->version = version.data();
  }
  if (nvml.call<int(int*)>("nvmlSystemGetCudaDriverVersion_v2", &driver->cuda) != 0) driver->cuda = 0;
  unsigned count = 0;
  if (nvml.call<int(unsigned*)>("nvmlDeviceGetCount_v2", &count) != 0) count = 0;
  for (unsigned i = 0; i < count; ++i) driver->gpus.push_back(ask_gpu(nvml, i));
}

// The first word of "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar ..." that is a version.
std::string version_in(const std::string& text) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos) return word;
  }
  return "";
}

// Without memory sizes, which only the library knows.
void read_kernel_module(const std::string& root, NvidiaDriver* driver) {
  const std::string folder = root + "/proc/driver/nvidia";
  driver->version = version_in(kernel_text(folder + "/version"));
  driver->is_there = !driver->version.empty();
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/gpus", ignored)) {
    const std::string model = value_of(kernel_text((entry.path() / "information").string()), "Model");
    driver->gpus.push_back({model, 0, 0});
  }
}

}  // namespace

NvidiaDriver read_nvidia_driver(const std::string& library, const std::string& root) {
  NvidiaDriver driver;
  NvmlLibrary nvml(library);
  std::string problem = nvml.is_there() ? nvml.start() : fmt::format("its library {} is not here", library);
  if (problem.empty()) {
    ask_library(nvml, &driver);
    return driver;
  }
  read_kernel_module(root, &driver);
  // A library without a driver lies in many containers, and is no news where there is no GPU either.
  if (driver.is_there) driver.problem = problem;
  return driver;
}

}  // namespace itpn
