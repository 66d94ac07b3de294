// A machine on which nothing is wrong, for tests to take things away from.
#pragma once

#include "itpn/tasks/inspect/machine_facts.h"

namespace itpn::test {

inline MachineFacts sound_machine() {
  MachineFacts facts;
  facts.host = "node7";
  facts.system = "Linux 6.1.0 x86_64";
  facts.build = {{"itpn", "0.1.0"}, {"LibTorch", "2.13.0"}, {"CUDA", "none (LibTorch for the CPU)"}};
  facts.cpu = {"A Fast One", 1, 8, {"avx2", "fma", "avx512f"}};
  facts.kernels = {"AVX512", "avx512", "avx512", "avx512vnni", "avx2", "", false, true};
  facts.threads.model = 8;
  facts.threads.loader = 7;
  facts.threads.limits = {8, 8, std::nullopt, ""};
  facts.threads.openmp_runtimes = {"/opt/torch/lib/libgomp.so.1"};
  facts.memory.total = 64LL << 30;
  facts.memory.available = 60LL << 30;
  facts.shared_memory = 32ULL << 30;
  facts.accelerators.nccl = "this LibTorch is not of CUDA";
  facts.products = {100.0, 100.0, 0.0, 0.0};
  facts.disk = {"runs", "/runs", "ext4", 500ULL << 30, DiskSpeed{8e8, 2e9, 256ULL << 20}, ""};
  facts.open_files = 1024;
  facts.open_files_hard = 1 << 20;
  return facts;
}

// Makes it one with GPUs of 80 GiB, a driver for CUDA 12.4 and a LibTorch that uses them.
inline void add_gpus(MachineFacts& facts, int64_t count) {
  facts.accelerators.is_cuda_build = true;
  facts.accelerators.cuda = 12040;
  facts.accelerators.visible = count;
  facts.accelerators.nccl = "";
  facts.accelerators.driver = {true, "550.54.15", 12040, {}, ""};
  facts.accelerators.driver.gpus.assign(static_cast<size_t>(count), {"NVIDIA A100", 80LL << 30, 1LL << 30});
}

}  // namespace itpn::test
