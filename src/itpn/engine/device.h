// Choice of the device that a run computes on, and what may be asked of any device. Only the device-generic API of
// LibTorch is used, so one source serves its CPU and its CUDA build.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

namespace itpn {

// "auto" (the accelerator if there is one, else the CPU), "cpu", "cuda" or "cuda:N". Throws a usage error (exit 2) for
// another word, a device that this build does not have, or a number that does not exist; names what there is.
// Where no number is given, the process takes device `local_rank`, its number on this machine.
torch::Device select_device(const std::string& wanted, int64_t local_rank = 0);

// "cpu (16 threads, AVX512)" or "cuda:0".
std::string describe_device(const torch::Device& device);

// Waits until everything queued on `device` has been done.
void synchronize(const torch::Device& device);

// Peak memory in bytes: of the allocator on an accelerator, resident of the process on the CPU.
int64_t peak_memory_bytes(const torch::Device& device);

}  // namespace itpn
