#include "itpn/tasks/inspect/machine_findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "itpn/core/words.h"

namespace itpn {
namespace {

using Findings = std::vector<Finding>;

// Pre-training itpn-base with a micro-batch of 8 (docs/results.md), and the checkpoints of such a run: the two that are
// kept and the one that is being written, 1.3 GB each.
constexpr double kBaseMemory = 2.6e9, kBaseCheckpoints = 4e9;
constexpr double kLeastDisk = 1e9;
constexpr int64_t kUsualOpenFiles = 1024;
constexpr double kSharedMemoryOfNccl = 1 << 30;

int64_t number_of(const std::string& text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void add_omp_findings(const ThreadFacts& threads, Findings& out) {
  const int64_t wanted = number_of(threads.omp_num_threads), cores = threads.limits.usable_cores();
  if (wanted <= 0) return;
  if (wanted == 1 && cores > 1) {
    out.push_back({Effect::kSlower,
                   fmt::format("OMP_NUM_THREADS=1, but {} cores may be used: all of a model's work is "
                               "left to one",
                               cores),
                   fmt::format("unset OMP_NUM_THREADS, or give train.threads={}", cores)});
  } else if (wanted > threads.limits.allowed_cores) {
    out.push_back({Effect::kSlower,
                   fmt::format("OMP_NUM_THREADS={} is more than the {} cores that this process may run "
                               "on: threads wait for each other",
                               wanted, threads.limits.allowed_cores),
                   "unset OMP_NUM_THREADS"});
  } else if (threads.limits.quota && wanted > cores) {
    out.push_back(
        {Effect::kSlower,
         fmt::format("OMP_NUM_THREADS={} is more than the {:.3g} cores that {} grants: all "
                     "threads are stopped for a part of each period",
                     wanted, *threads.limits.quota, threads.limits.quota_file),
         fmt::format("unset OMP_NUM_THREADS, which means {}, or ask for more cores", count_of(cores, "thread"))});
  }
}

void add_thread_findings(const ThreadFacts& threads, Findings& out) {
  const CpuLimits& limits = threads.limits;
  add_omp_findings(threads, out);
  if (limits.quota && *limits.quota < 1.0) {
    out.push_back({Effect::kSlower, fmt::format("{} grants only {:.2g} of one core", limits.quota_file, *limits.quota),
                   "ask for more: docker run --cpus, resources.limits.cpu"});
  }
  const bool is_bound = !threads.omp_proc_bind.empty() && threads.omp_proc_bind != "false";
  if (is_bound && limits.allowed_cores == 1 && limits.machine_cores > 1) {
    out.push_back({Effect::kSlower,
                   fmt::format("OMP_PROC_BIND={} ties the program to one of {} cores, and with it the "
                               "threads that read pictures",
                               threads.omp_proc_bind, limits.machine_cores),
                   "unset OMP_PROC_BIND, OMP_PLACES and GOMP_CPU_AFFINITY"});
  }
  if (threads.openmp_runtimes.size() > 1) {
    out.push_back({Effect::kSlower,
                   fmt::format("two OpenMP runtimes are loaded, each with threads of its own: {}",
                               fmt::join(threads.openmp_runtimes, ", ")),
                   "look at LD_PRELOAD and LD_LIBRARY_PATH, and build itpn again with the LibTorch that it runs with"});
  }
  if (threads.load > 0.5 * static_cast<double>(limits.machine_cores)) {
    out.push_back({Effect::kSlower,
                   fmt::format("other programs keep about {:.1f} of {} cores busy; the speeds above "
                               "were measured beside them",
                               threads.load, limits.machine_cores),
                   "wait for them, or look who it is with top"});
  }
}

void add_kernel_findings(const MachineFacts& facts, Findings& out) {
  const KernelFacts& kernels = facts.kernels;
  if (!kernels.torch_limit.empty()) {
    out.push_back({Effect::kSlower,
                   fmt::format("ATEN_CPU_CAPABILITY={} limits LibTorch's instructions", kernels.torch_limit),
                   "unset ATEN_CPU_CAPABILITY"});
  }
  if (kernels.model == "none" && !facts.cpu.has("asimd")) {
    out.push_back({Effect::kSlower, "the processor has no AVX2: itpn's own kernels are not used",
                   "pre-train on another machine; this one will do for predictions"});
  }
  if (!kernels.has_slow_blas) return;
  const char* const what = "MKL leaves AVX-512 unused on this processor, which is not Intel's";
  out.push_back(kernels.has_onednn
                    ? Finding{Effect::kNote, what, "nothing: itpn takes oneDNN's products in fp32 instead"}
                    : Finding{Effect::kSlower, what, "take a LibTorch with oneDNN, as the PyPI package has it"});
}

void add_product_findings(const ProductFacts& products, Findings& out) {
  constexpr double kWorthIt = 1.3;
  if (products.fp32 <= 0.0 || products.bf16 <= 0.0) return;
  if (products.bf16 > kWorthIt * products.fp32) {
    out.push_back(
        {Effect::kNote,
         fmt::format("products in bf16 are {:.1f} times as fast as in fp32 here", products.bf16 / products.fp32),
         "train.precision=bf16"});
  } else if (products.fp32 > kWorthIt * products.bf16) {
    out.push_back(
        {Effect::kNote,
         fmt::format("products in bf16 are {:.1f} times slower than in fp32 here", products.fp32 / products.bf16),
         "train.precision=fp32 on this CPU"});
  }
}

void add_memory_findings(const MachineFacts& facts, Findings& out) {
  const MemoryLimits& memory = facts.memory;
  const auto usable = static_cast<double>(memory.usable());
  if (memory.total > 0 && usable < kBaseMemory) {
    out.push_back({Effect::kFails,
                   fmt::format("{:.1f} GiB of memory can be had; pre-training itpn-base with a "
                               "micro-batch of 8 takes {:.1f}",
                               in_gib(usable), in_gib(kBaseMemory)),
                   memory.group ? "ask for more (docker run --memory, --mem), or take model.preset=itpn-tiny or a "
                                  "smaller train.micro_batch_size"
                                : "close other programs, or take model.preset=itpn-tiny or a smaller "
                                  "train.micro_batch_size"});
  }
  const auto gpus = static_cast<int64_t>(facts.accelerators.visible);
  if (gpus > 1 && facts.shared_memory && static_cast<double>(*facts.shared_memory) < kSharedMemoryOfNccl) {
    out.push_back({Effect::kFails,
                   fmt::format("/dev/shm has {:.2f} GiB; NCCL passes data between {} GPUs through it",
                               in_gib(static_cast<double>(*facts.shared_memory)), gpus),
                   "docker run --shm-size=8g (or --ipc=host)"});
  }
}

// Of the wanted folder, not of the one that is measured in its place.
void add_disk_findings(const MachineFacts& facts, Findings& out) {
  const DiskFacts& disk = facts.disk;
  if (!disk.problem.empty()) {
    out.push_back({Effect::kFails, disk.problem, "give another --output-dir"});
  } else if (static_cast<double>(disk.free) < kBaseCheckpoints) {
    const bool is_nearly_full = static_cast<double>(disk.free) < kLeastDisk;
    out.push_back({is_nearly_full ? Effect::kFails : Effect::kNote,
                   fmt::format("{:.1f} GiB are left on the disk of {}; the checkpoints of an itpn-base run take {:.1f}",
                               in_gib(static_cast<double>(disk.free)), disk.folder, in_gib(kBaseCheckpoints)),
                   "free some space, or give another --output-dir"});
  }
  if (disk.type == "tmpfs" || disk.type == "ramfs") {
    out.push_back({Effect::kNote,
                   fmt::format("{} lies in memory: runs there are lost when the machine goes down, and "
                               "their files take memory",
                               disk.folder),
                   "give an --output-dir on a disk"});
  } else if (disk.type == "overlay") {
    out.push_back({Effect::kNote,
                   fmt::format("{} lies in the container's own layer: runs there go when the container "
                               "is removed",
                               disk.folder),
                   "give an --output-dir on a volume (docker run -v)"});
  }
  if (facts.open_files < kUsualOpenFiles) {
    out.push_back({Effect::kFails, fmt::format("only {} files may be open at once", facts.open_files),
                   fmt::format("ulimit -n {}", std::min<int64_t>(facts.open_files_hard, 65536))});
  }
}

std::string cuda_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

// LibTorch is of CUDA and sees no GPU: why, and what to do.
Finding missing_gpu(const AcceleratorFacts& facts) {
  const NvidiaDriver& driver = facts.driver;
  if (!driver.is_there) {
    return {Effect::kSlower, "this LibTorch is of CUDA, but there is no NVIDIA driver: runs use the CPU",
            "with a GPU, install its driver or start the container with --gpus all; without one all is well"};
  }
  if (facts.hides_devices) {
    return {Effect::kSlower,
            fmt::format("CUDA_VISIBLE_DEVICES=\"{}\" hides all GPUs: runs use the CPU", facts.visible_devices),
            "unset CUDA_VISIBLE_DEVICES"};
  }
  if (driver.cuda > 0 && driver.cuda / 1000 < facts.cuda / 1000) {
    return {Effect::kSlower,
            fmt::format("the driver {} serves CUDA up to {}, this LibTorch needs {}: runs use the CPU", driver.version,
                        cuda_text(driver.cuda), cuda_text(facts.cuda)),
            fmt::format("update the driver, or build with a torch package for CUDA {}", driver.cuda / 1000)};
  }
  return {Effect::kSlower,
          fmt::format("there is a driver {}, but LibTorch sees no GPU: runs use the CPU", driver.version),
          "see what nvidia-smi says; in a container /dev/nvidia* has to be there (--gpus all)"};
}

void add_gpu_findings(const AcceleratorFacts& facts, Findings& out) {
  const auto gpus = static_cast<int64_t>(facts.driver.gpus.size());
  if (facts.is_cuda_build && facts.visible == 0) out.push_back(missing_gpu(facts));
  if (!facts.is_cuda_build && facts.visible == 0 && gpus > 0) {
    out.push_back({Effect::kSlower,
                   fmt::format("there is a GPU ({}), but this LibTorch is for the CPU", facts.driver.gpus.front().name),
                   "install the torch package for CUDA and build itpn again (README)"});
  }
  if (!facts.driver.problem.empty()) {
    out.push_back({Effect::kNote, fmt::format("the NVIDIA driver could not be asked: {}", facts.driver.problem),
                   "see what nvidia-smi says"});
  }
  if (!facts.gloo.empty()) {
    out.push_back({Effect::kFails,
                   fmt::format("several processes cannot train together, for Gloo is missing: {}", facts.gloo),
                   "build itpn again with it (README)"});
  }
  if (facts.visible > 1 && !facts.nccl.empty()) {
    out.push_back({Effect::kSlower,
                   fmt::format("there are {} GPUs, but no NCCL: {}; sums go through the host's memory", facts.visible,
                               facts.nccl),
                   "build itpn again with NCCL's headers (README)"});
  }
  for (size_t i = 0; i < facts.driver.gpus.size(); ++i) {
    const Gpu& gpu = facts.driver.gpus[i];
    if (gpu.memory == 0 || gpu.used < gpu.memory / 4) continue;
    out.push_back({Effect::kFails,
                   fmt::format("GPU {}: {:.1f} of {:.1f} GiB are taken by other programs", i,
                               in_gib(static_cast<double>(gpu.used)), in_gib(static_cast<double>(gpu.memory))),
                   "see who it is with nvidia-smi, or take a smaller train.micro_batch_size"});
  }
}

}  // namespace

const char* name_of(Effect effect) {
  switch (effect) {
    case Effect::kFails:
      return "fails";
    case Effect::kSlower:
      return "slower";
    case Effect::kNote:
      return "note";
  }
  return "?";
}

std::vector<Finding> machine_findings(const MachineFacts& facts) {
  Findings out;
  add_thread_findings(facts.threads, out);
  add_kernel_findings(facts, out);
  add_product_findings(facts.products, out);
  add_memory_findings(facts, out);
  add_disk_findings(facts, out);
  add_gpu_findings(facts.accelerators, out);
  std::stable_sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) { return a.effect < b.effect; });
  return out;
}

}  // namespace itpn
