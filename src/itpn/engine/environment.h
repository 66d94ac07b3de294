// What a run was made with: versions and machine.
#pragma once

#include <torch/types.h>

#include <string>

namespace itpn {

// "0.1.0".
const char* program_version();

// Versions, device, threads and machine as JSON, for env.json. Nothing about the user beyond the host's name.
std::string describe_environment(const torch::Device& device);

}  // namespace itpn
