#include "itpn/tasks/inspect/machine_facts.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "itpn/core/kernel_files.h"
#include "itpn/core/paths.h"
#include "itpn/core/signals.h"
#include "itpn/data/loader.h"
#include "itpn/data/transforms/affine.h"
#include "itpn/data/transforms/resample_kernels.h"
#include "itpn/engine/distributed_backend.h"
#include "itpn/engine/environment.h"
#include "itpn/engine/precision.h"
#include "itpn/ops/cpu/kernels.h"
#include "itpn/ops/gemm_rate.h"
#include "itpn/ops/products.h"
#include "itpn/optim/update_kernels.h"

namespace itpn {
namespace {

std::string variable_text(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

KernelFacts find_kernels() {
  return {at::get_cpu_capability(),
          cpu::kernels_name(),
          update_kernels_name(),
          usable_resample_kernels().back()->name,
          usable_affine_kernels().back()->name,
          variable_text("ATEN_CPU_CAPABILITY"),
          ops::has_slow_blas(),
          ops::has_onednn_products()};
}

// Files of OpenMP runtimes that are mapped into this process.
std::vector<std::string> loaded_openmp_runtimes() {
  std::set<std::string> files;
  for (const std::string& line : lines_of(kernel_text("/proc/self/maps"))) {
    const size_t slash = line.find('/');
    if (slash == std::string::npos) continue;
    const std::string name = std::filesystem::path(line.substr(slash)).filename();
    const bool is_openmp = name.starts_with("libgomp") || name.starts_with("libiomp5") || name.starts_with("libomp.");
    if (is_openmp) files.insert(line.substr(slash));
  }
  return {files.begin(), files.end()};
}

ThreadFacts find_threads() {
  ThreadFacts facts;
  facts.model = at::get_num_threads();
  facts.loader = loader_threads(0);
  facts.limits = cpu_limits();
  facts.omp_num_threads = variable_text("OMP_NUM_THREADS");
  facts.omp_proc_bind = variable_text("OMP_PROC_BIND");
  facts.openmp_runtimes = loaded_openmp_runtimes();
  facts.load = std::strtod(kernel_text("/proc/loadavg").c_str(), nullptr);
  return facts;
}

AcceleratorFacts find_accelerators() {
  AcceleratorFacts facts;
  facts.is_cuda_build = at::globalContext().hasCUDART();
  if (facts.is_cuda_build) facts.cuda = static_cast<int>(at::globalContext().versionCUDART());
  facts.visible = at::accelerator::deviceCount();
  facts.hides_devices = std::getenv("CUDA_VISIBLE_DEVICES") != nullptr;
  facts.visible_devices = variable_text("CUDA_VISIBLE_DEVICES");
  facts.driver = read_nvidia_driver();
  facts.gloo = gloo_obstacle();
  facts.nccl = nccl_obstacle();
  return facts;
}

// Both types together stay below two seconds where the processor has instructions for them.
ProductFacts measure_products(const AcceleratorFacts& accelerators) {
  constexpr GemmTime kShort{0.06, 0.25};
  const torch::Device cpu(torch::kCPU);
  ProductFacts facts;
  facts.fp32 = measure_gemm_rate(at::kFloat, cpu, kShort).gflops;
  if (pending_signal() == 0) facts.bf16 = measure_gemm_rate(at::kBFloat16, cpu, kShort).gflops;
  if (accelerators.visible == 0 || pending_signal() != 0) return facts;
  const torch::Device accelerator(*at::getAccelerator(), 0);
  try {
    facts.accelerator_fp32 = measure_gemm_rate(at::kFloat, accelerator, kShort).gflops;
    facts.accelerator_bf16 = measure_gemm_rate(at::kBFloat16, accelerator, kShort).gflops;
  } catch (const c10::Error&) {
    // Its memory is full, or the device is broken: the numbers stay 0.
  }
  return facts;
}

// The folder itself or the nearest one above it that is there.
std::string nearest_folder(Fs& fs, const std::string& wanted) {
  std::string folder = absolute_from_here(wanted.empty() ? "." : wanted);
  FileStatus status;
  while (folder != "/" && fs.stat(folder, &status) < 0) folder = parent_path(folder);
  return folder;
}

DiskFacts find_disk(Fs& fs, const std::string& wanted) {
  DiskFacts facts;
  facts.wanted = wanted;
  facts.folder = nearest_folder(fs, wanted);
  if (const auto mount = mount_of(mounts(), facts.folder)) facts.type = mount->type;
  if (fs.free_space(facts.folder, &facts.free) < 0) facts.free = 0;
  try {
    DiskSpeedLimits limits;
    limits.bytes = std::min(limits.bytes, facts.free / 4);
    facts.speed = measure_disk_speed(fs, facts.folder, limits);
  } catch (const Error& error) {
    facts.problem = error.what();
  }
  return facts;
}

std::optional<uint64_t> shared_memory_size() {
  struct ::statvfs space {};
  if (::statvfs("/dev/shm", &space) != 0) return std::nullopt;
  return static_cast<uint64_t>(space.f_blocks) * space.f_frsize;
}

void find_system(MachineFacts* facts) {
  utsname machine{};
  uname(&machine);
  facts->host = machine.nodename;
  facts->system = fmt::format("{} {} {}", machine.sysname, machine.release, machine.machine);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  facts->open_files = static_cast<int64_t>(std::min<rlim_t>(files.rlim_cur, INT64_MAX));
  facts->open_files_hard = static_cast<int64_t>(std::min<rlim_t>(files.rlim_max, INT64_MAX));
}

}  // namespace

MachineFacts examine_machine(const std::string& output_dir) {
  configure_numerics({}, torch::kCPU);  // threads as a run has them
  MachineFacts facts;
  find_system(&facts);
  facts.build = build_facts();
  facts.cpu = read_cpu_info();
  facts.kernels = find_kernels();
  facts.threads = find_threads();
  facts.memory = read_memory_limits();
  facts.shared_memory = shared_memory_size();
  facts.accelerators = find_accelerators();
  facts.products = measure_products(facts.accelerators);
  facts.disk = find_disk(posix_fs(), output_dir);
  return facts;
}

}  // namespace itpn
