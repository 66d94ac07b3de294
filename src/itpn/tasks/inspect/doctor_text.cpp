#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "itpn/core/text_layout.h"
#include "itpn/tasks/inspect/doctor.h"

namespace itpn {
namespace {

constexpr double kMegabyte = 1e6;

template <class T>
std::string gib(T bytes) {
  return fmt::format("{:.1f} GiB", in_gib(static_cast<double>(bytes)));
}

// Labels on the left, what they say in a column of its own.
class Page {
 public:
  explicit Page(size_t columns) : columns_(columns) {}

  void add(const std::string& label, const std::string& text) {
    constexpr size_t kColumn = 13;
    constexpr size_t kNarrow = 50;  // where a second column would leave no room for the text
    if (columns_ < kNarrow) {
      text_ += label.empty() ? "" : label + "\n";
      text_ += "  " + wrap_words(text, columns_, 2, 2) + "\n";
    } else {
      text_ += fmt::format("{:<{}}{}\n", label, kColumn, wrap_words(text, columns_, kColumn, kColumn));
    }
  }
  void add_blank() { text_ += "\n"; }
  void add_line(const std::string& text, size_t indent = 0) { text_ += wrap_words(text, columns_, indent) + "\n"; }

  const std::string& text() const { return text_; }

 private:
  size_t columns_;
  std::string text_;
};

std::string build_text(const MachineFacts& facts) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : facts.build) parts.push_back(fmt::format("{} {}", name, value));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string processor_text(const CpuInfo& cpu, const CpuLimits& limits) {
  std::string text = cpu.model.empty() ? "of unknown name" : cpu.model;
  if (cpu.sockets > 1) text += fmt::format(", {} sockets", cpu.sockets);
  if (cpu.full_cores > 0 && cpu.full_cores < limits.machine_cores) {
    return text + fmt::format(", {} cores of two threads", cpu.full_cores);
  }
  return text + fmt::format(", {} core{}", limits.machine_cores, limits.machine_cores == 1 ? "" : "s");
}

std::string threads_limit_text(const ThreadFacts& threads) {
  const CpuLimits& limits = threads.limits;
  std::string text = fmt::format("{} of {} cores may be used", limits.usable_cores(), limits.machine_cores);
  if (limits.allowed_cores < limits.machine_cores) text += fmt::format("; affinity allows {}", limits.allowed_cores);
  text += limits.quota ? fmt::format("; {} grants {:.3g}", limits.quota_file, *limits.quota) : "; no quota";
  return text + (threads.omp_num_threads.empty() ? "; OMP_NUM_THREADS is not set"
                                                 : fmt::format("; OMP_NUM_THREADS={}", threads.omp_num_threads));
}

std::string memory_text(const MachineFacts& facts) {
  const MemoryLimits& memory = facts.memory;
  std::string text = fmt::format("{}, {} available", gib(memory.total), gib(memory.available));
  text += memory.group
              ? fmt::format("; {} allows {}, {} in use", memory.group_file, gib(*memory.group), gib(memory.group_used))
              : "; no limit of a control group";
  return text + (facts.shared_memory ? fmt::format("; /dev/shm {}", gib(*facts.shared_memory)) : "; no /dev/shm");
}

std::string driver_text(const AcceleratorFacts& facts) {
  const NvidiaDriver& driver = facts.driver;
  if (!driver.is_there) return "none, and no NVIDIA driver";
  const std::string cuda =
      driver.cuda > 0 ? fmt::format(", CUDA up to {}.{}", driver.cuda / 1000, driver.cuda % 1000 / 10) : "";
  return fmt::format("{} for LibTorch; driver {}{}", facts.visible, driver.version, cuda);
}

std::string collectives_text(const AcceleratorFacts& facts) {
  const auto say = [](const char* name, const std::string& obstacle) {
    return obstacle.empty() ? fmt::format("{} is compiled in", name) : fmt::format("no {}: {}", name, obstacle);
  };
  return say("Gloo", facts.gloo) + "; " + say("NCCL", facts.nccl);
}

std::string rates_text(const char* where, double fp32, double bf16) {
  const auto say = [](double rate) {
    if (rate <= 0.0) return std::string("not measured");
    return rate < 10'000 ? fmt::format("{:.0f} GFLOP/s", rate) : fmt::format("{:.1f} TFLOP/s", rate / 1000);
  };
  return fmt::format("{}fp32 {}, bf16 {}", where, say(fp32), say(bf16));
}

std::string disk_text(const DiskFacts& disk) {
  const std::string place = fmt::format("{}{}: {} free", disk.folder,
                                        disk.type.empty() ? "" : fmt::format(" ({})", disk.type), gib(disk.free));
  if (!disk.speed) return place;
  return fmt::format("{}; writes {:.0f} MB/s, reads {:.0f} MB/s", place, disk.speed->write_rate / kMegabyte,
                     disk.speed->read_rate / kMegabyte);
}

void add_processor(const MachineFacts& facts, Page& page) {
  const KernelFacts& kernels = facts.kernels;
  page.add("Processor", processor_text(facts.cpu, facts.threads.limits));
  if (!facts.cpu.instructions.empty()) page.add("", fmt::format("{}", fmt::join(facts.cpu.instructions, " ")));
  page.add("Kernels", fmt::format("LibTorch {}; model {}, optimiser {}, resize {}, affine {}", kernels.torch,
                                  kernels.model, kernels.optimiser, kernels.resize, kernels.affine));
  page.add("Threads",
           fmt::format("{} for the model, {} for reading pictures", facts.threads.model, facts.threads.loader));
  page.add("", threads_limit_text(facts.threads));
}

void add_accelerators(const MachineFacts& facts, Page& page) {
  page.add("GPUs", driver_text(facts.accelerators));
  for (const Gpu& gpu : facts.accelerators.driver.gpus) {
    page.add("",
             gpu.memory > 0 ? fmt::format("{}, {}, {} in use", gpu.name, gib(gpu.memory), gib(gpu.used)) : gpu.name);
  }
  page.add("Collectives", collectives_text(facts.accelerators));
  page.add("Products", rates_text("", facts.products.fp32, facts.products.bf16));
  if (facts.accelerators.visible > 0) {
    page.add("", rates_text("GPU 0: ", facts.products.accelerator_fp32, facts.products.accelerator_bf16));
  }
}

void add_findings(const std::vector<Finding>& findings, Page& page) {
  if (findings.empty()) return page.add_line("Nothing was found that would make a run slower or fail.");
  for (const Finding& finding : findings) {
    page.add_line(fmt::format("{}: {}.", name_of(finding.effect), finding.what), 2);
    page.add_line(fmt::format("  -> {}", finding.remedy), 5);
  }
}

}  // namespace

std::string doctor_text(const DoctorReport& report, size_t columns) {
  const MachineFacts& facts = report.facts;
  Page page(columns);
  page.add("Program", build_text(facts));
  page.add("Machine", fmt::format("{}, {}", facts.host, facts.system));
  add_processor(facts, page);
  page.add("Memory", memory_text(facts));
  add_accelerators(facts, page);
  page.add("Disk", disk_text(facts.disk));
  page.add("Open files", fmt::format("{} at once, {} at most", facts.open_files, facts.open_files_hard));
  page.add_blank();
  add_findings(report.findings, page);
  return page.text();
}

}  // namespace itpn
