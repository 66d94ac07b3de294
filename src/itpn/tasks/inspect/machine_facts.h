// What there is on this machine that a run's speed and success depend on. Plain values, so that what follows from them
// (machine_findings.h) and how they are shown (doctor.h) can be tried on machines that nobody has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "itpn/core/cpu_info.h"
#include "itpn/core/cpu_limits.h"
#include "itpn/core/memory_limits.h"
#include "itpn/tasks/inspect/disk_speed.h"
#include "itpn/tasks/inspect/nvidia_driver.h"

namespace itpn {

inline double in_gib(double bytes) { return bytes / (1024.0 * 1024.0 * 1024.0); }

struct KernelFacts {
  std::string torch;                             // "AVX512": what LibTorch's own loops use
  std::string model, optimiser, resize, affine;  // "avx512", "avx2", ...: ours
  std::string torch_limit;                       // ATEN_CPU_CAPABILITY, which lowers LibTorch's
  bool has_slow_blas = false;                    // MKL on a processor that is not Intel's (ops/products.h)
  bool has_onednn = false;                       // which then does the products
};

struct ThreadFacts {
  int64_t model = 0;   // of a run that nobody tells a number
  int64_t loader = 0;  // the same
  CpuLimits limits;
  std::string omp_num_threads, omp_proc_bind;  // of the environment, "" where it is not set
  std::vector<std::string> openmp_runtimes;    // files of all that are loaded
  double load = 0.0;                           // programs that computed or waited for the disk in the last minute
};

struct AcceleratorFacts {
  bool is_cuda_build = false;   // of LibTorch
  int cuda = 0;                 // its CUDA, 13000 for 13.0
  int64_t visible = 0;          // devices that LibTorch sees
  std::string visible_devices;  // CUDA_VISIBLE_DEVICES
  bool hides_devices = false;   // that variable is set
  NvidiaDriver driver;
  std::string gloo, nccl;  // why it is missing, "" where it is compiled in
};

// A rate of matrix products, GFLOP/s; 0: not measured.
struct ProductFacts {
  double fp32 = 0.0, bf16 = 0.0;
  double accelerator_fp32 = 0.0, accelerator_bf16 = 0.0;
};

struct DiskFacts {
  std::string wanted;  // the folder that was asked about
  std::string folder;  // the nearest one above it that is there
  std::string type;    // "ext4", "nfs4"; "" where it is not known
  uint64_t free = 0;   // bytes
  std::optional<DiskSpeed> speed;
  std::string problem;  // why there is none
};

struct MachineFacts {
  std::string host, system;
  std::vector<std::pair<std::string, std::string>> build;  // names and values (engine/environment.h)
  CpuInfo cpu;
  KernelFacts kernels;
  ThreadFacts threads;
  MemoryLimits memory;
  std::optional<uint64_t> shared_memory;  // size of /dev/shm in bytes
  AcceleratorFacts accelerators;
  ProductFacts products;
  DiskFacts disk;
  int64_t open_files = 0, open_files_hard = 0;  // limits of this process
};

// Looks at everything and measures, which takes about five seconds. A folder that is not there yet is not made: the
// disk of the nearest one above it is looked at. Throws nothing of what may be wrong with the machine. After a signal
// (pending_signal) it ends early, with less measured.
MachineFacts examine_machine(const std::string& output_dir);

}  // namespace itpn
