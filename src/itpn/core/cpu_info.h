// Which processor this is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace itpn {

struct CpuInfo {
  std::string model;       // "AMD EPYC 9B14"; "" where the kernel does not name it
  int64_t sockets = 0;     // 0: not shown
  int64_t full_cores = 0;  // without the second thread of a core; 0: not shown
  // Of the instruction sets that matter to matrix products and our kernels, those it has: "avx2", "avx512f",
  // "amx_bf16".
  std::vector<std::string> instructions;

  bool has(const std::string& instruction) const;
};

// As the kernel shows it in `root`/proc/cpuinfo.
CpuInfo read_cpu_info(const std::string& root = "");

}  // namespace itpn
