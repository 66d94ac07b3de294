// What a run was made with: versions, LibTorch and machine.
#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace itpn {

// "0.1.0".
const char* program_version();

// The LibTorch that the program was built with, and where the one lies that it has loaded.
struct TorchBuild {
  std::string version;  // as the package calls itself: "2.13.0+cpu", "2.14.1+cu130"
  std::string cuda;     // CUDA version such as "13.0", empty for a package without CUDA
  std::string library;  // path of the loaded libtorch_cpu.so
};
TorchBuild torch_build();

// The lines of `itpn --version`: program, LibTorch, what several processes use, compiler.
std::string describe_build();

// What the program was built with, for people: a name and a value each.
std::vector<std::pair<std::string, std::string>> build_facts();

// Versions, device, threads and machine as JSON, for env.json. Nothing about the user beyond the host's name.
std::string describe_environment(const torch::Device& device);

}  // namespace itpn
